"""Real servers on loopback, for trying things out and for tests.

    from cumuli import sandbox

    with sandbox.running("ec2") as server:      # ends with the block, and with this process
        client = EC2("testing", "testing", region="us-east-1", endpoint=server.endpoint)

    with sandbox.running("s3") as server, sandbox.faults(server, "slow=40ms,503=0.05", seed=7) as link:
        ...                                     # the same server at link.endpoint, on a bad day

    sandbox.up("ec2")                           # outlives this process; profile sandbox-ec2 names it
    sandbox.down()

The extra ``cumuli[sandbox]`` brings the servers.
"""

from __future__ import annotations

from cumuli.sandbox.described import SandboxServer
from cumuli.sandbox.faulty import Link, Met, faults
from cumuli.sandbox.kept import down, log_of, others, reset, status, up
from cumuli.sandbox.servers import EVERY, NAMES
from cumuli.sandbox.tied import running, running_all

__all__ = [
    "EVERY",
    "NAMES",
    "Link",
    "Met",
    "SandboxServer",
    "down",
    "faults",
    "log_of",
    "others",
    "reset",
    "running",
    "running_all",
    "status",
    "up",
]
