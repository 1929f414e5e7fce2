"""What is measured, and against whom. The first peer of each scenario is cumuli."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["SCENARIOS", "Scenario"]


class Scenario(NamedTuple):
    """One job that every peer does.

    No dataclass: a fresh process that is measured would pay for what that imports.

    Attributes:
        name: What it is called on the command line.
        title: For the report.
        server: Module of ``benchmarks.servers`` that answers.
        expected: What the job returns when it was done.
        peers: Who does it in a process that goes on.
        cold_peers: Who does it as the first thing in a fresh process.
        most_rounds: Bound on the rounds of a job that takes long.
        memory: Whether to report peak memory.
        family: The modules are ``benchmarks.peers.FAMILY_PEER``; None for the name.
        job: Their function that prepares the work.
    """

    name: str
    title: str
    server: str
    expected: int
    peers: tuple[str, ...]
    cold_peers: tuple[str, ...] = ()
    most_rounds: int = 1_000
    memory: bool = False
    family: str | None = None
    job: str = "prepare"

    def module(self, peer: str) -> str:
        """Where a peer's work is."""
        return f"benchmarks.peers.{self.family or self.name}_{peer.replace('-', '_')}"


_STORAGE = ("cumuli", "cumuli-async", "libcloud", "boto3", "s3fs", "obstore", "opendal")


def _storage(name: str, title: str, expected: int, rounds: int, *, memory: bool = False) -> Scenario:
    return Scenario(
        name=f"s3-{name}",
        title=f"S3: {title}",
        server="s3",
        expected=expected,
        peers=_STORAGE,
        most_rounds=rounds,
        memory=memory,
        family="s3",
        job=name.replace("-", "_"),
    )


_ALL = (
    Scenario(
        name="ec2",
        title="EC2: list 1,000 instances",
        server="ec2",
        expected=1_000,
        peers=("cumuli", "cumuli-async", "libcloud", "boto3"),
        cold_peers=("cumuli", "cumuli-async", "libcloud", "boto3"),
    ),
    Scenario(
        name="ec2-images",
        title="EC2: list 1,000 images",
        server="ec2",
        expected=1_000,
        peers=("cumuli", "cumuli-async", "libcloud", "boto3"),
        family="ec2",
        job="images",
    ),
    Scenario(
        name="nova",
        title="OpenStack: list 1,000 servers",
        server="nova",
        expected=1_000,
        peers=("cumuli", "cumuli-async", "libcloud", "openstacksdk"),
        cold_peers=("cumuli", "cumuli-async", "libcloud", "openstacksdk"),
        most_rounds=15,
    ),
    _storage("up", "256 MiB from a file", 256 * 1024 * 1024, 7, memory=True),
    _storage("down", "256 MiB into a file", 256 * 1024 * 1024, 7, memory=True),
    _storage("put", "2,000 objects of 4 KiB stored, one after the other", 2_000, 7),
    _storage("put-16", "2,000 objects of 4 KiB stored, 16 at a time", 2_000, 7),
    _storage("get", "2,000 objects of 4 KiB read, one after the other", 2_000, 7),
    _storage("get-16", "2,000 objects of 4 KiB read, 16 at a time", 2_000, 7),
    _storage("listing", "10,000 names listed", 10_000, 7),
)

SCENARIOS = {scenario.name: scenario for scenario in _ALL}
