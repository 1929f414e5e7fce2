"""The real OpenStack on loopback, for the tests: Keystone, Placement, Glance, Neutron, Nova and Cinder.

    python -m tools.openstack_services install          what is missing: Debian packages (as root) and a venv
    python -m tools.openstack_services run COMMAND...   start them all, run a command, stop them again

Everything is kept below ``.cache/openstack`` of the checkout. The databases are made and filled once
(a minute) and kept as a snapshot; later runs start from it in about 20 seconds. The command finds
the path of a description of the cloud in the variable ``CUMULI_OPENSTACK``.

Nothing is stock but the code: Nova runs with its own fake hypervisor, Cinder with its own fake
driver, Neutron believes that an agent is alive, and every database is tuned to forget.
"""
