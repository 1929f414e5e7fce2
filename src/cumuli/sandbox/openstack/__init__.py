"""The real OpenStack on loopback: Keystone, Placement, Glance, Neutron, Nova and Cinder, over MariaDB and RabbitMQ.

``cloud.py`` starts it, ``seed.py`` says what is in it, ``configure.py`` has its settings, ``openstack.lock`` its
packages. The databases are made and filled once (a minute) and kept as a snapshot; later starts take some 20 seconds.

Nothing is stock but the code: Nova runs with its own fake hypervisor, Cinder with its own fake driver, Neutron believes
that an agent is alive, and every database is tuned to forget.
"""
