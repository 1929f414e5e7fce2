"""Machines on this computer for the tests: podman's service, by the sandbox.

    python -m tools.machines_service install          what is missing: Debian packages (as root)
    python -m tools.machines_service run COMMAND...   start it, run a command, stop it again

The image that machines are made of is put together of Debian's packages once, and kept below ``.cache`` of the
checkout. The command finds the endpoint of the service in the variable ``CUMULI_MACHINES``.
"""
