"""What is measured, and against whom. The first peer of each scenario is polycloud."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SCENARIOS", "Scenario"]


@dataclass(frozen=True)
class Scenario:
    """One job that every peer does.

    Attributes:
        name: As in the names of the modules of ``benchmarks.peers``.
        title: For the report.
        server: Module of ``benchmarks.servers`` that answers.
        expected: What the job returns when it was done.
        peers: Who does it in a process that goes on.
        cold_peers: Who does it as the first thing in a fresh process.
        most_rounds: Bound on the rounds of a job that takes long.
        memory: Whether to report peak memory.
    """

    name: str
    title: str
    server: str
    expected: int
    peers: tuple[str, ...]
    cold_peers: tuple[str, ...] = ()
    most_rounds: int = 1_000
    memory: bool = False


_ALL = (
    Scenario(
        name="ec2",
        title="EC2: list 1,000 instances",
        server="ec2",
        expected=1_000,
        peers=("polycloud", "polycloud-async", "libcloud", "boto3"),
        cold_peers=("polycloud", "polycloud-async", "libcloud", "boto3"),
    ),
)

SCENARIOS = {scenario.name: scenario for scenario in _ALL}
