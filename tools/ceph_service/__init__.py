"""A Ceph cluster of one machine on loopback, for the tests: a monitor, a manager, an OSD and the RADOS Gateway.

    python -m tools.ceph_service install          what is missing: Debian packages (as root)
    python -m tools.ceph_service run COMMAND...   start it, run a command, stop it again

Everything is kept below ``.cache/ceph`` of the checkout, and made anew for each run, which takes half a
minute. The command finds the path of a description in the variable ``CUMULI_CEPH``.

What is stored lies in the OSD's memory, and is gone with it. A daemon of Ceph may hang as it starts: a start that
takes more than a minute is given up and made again, three times at most.
"""
