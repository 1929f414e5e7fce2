"""Machines on this computer: containers with an sshd of their own, by podman's API.

Read in this order: ``models.py`` (what users see), ``sizes.py`` (what there is to choose from), ``wire.py`` (what
podman sends), ``boot.py`` (what a machine does when it starts), ``calls.py`` (how podman is asked), ``driver.py``
(verb by verb), ``aio.py`` (the client). ``client.py`` is generated.
"""
