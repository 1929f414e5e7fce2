"""One peer in one scenario, in a process of its own.

    python -m benchmarks.worker SCENARIO PEER ENDPOINT          serve: a round for each line on stdin
    python -m benchmarks.worker SCENARIO PEER ENDPOINT --once   one round, then exit (a cold start)

A peer is a module ``benchmarks.peers.SCENARIO_PEER`` with ``prepare(endpoint)`` (or what the scenario
says), which returns a function that does the work once and returns a number by which the report
checks that it was done.
"""

from __future__ import annotations

import importlib
import resource
import sys
import time

from benchmarks.scenarios import SCENARIOS


def cpu_seconds() -> float:
    """CPU time of this process and its threads, user and system."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    scenario, peer, endpoint, *rest = sys.argv[1:]
    what = SCENARIOS[scenario]
    work = getattr(importlib.import_module(what.module(peer)), what.job)(endpoint)
    if rest == ["--once"]:
        print(work())
        return
    import json  # only here, so that no fresh process that is measured pays for it

    print("ready", flush=True)
    for _ in sys.stdin:
        cpu, wall = cpu_seconds(), time.perf_counter()
        result = work()
        cpu, wall = cpu_seconds() - cpu, time.perf_counter() - wall
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({"cpu": cpu, "wall": wall, "result": result, "peak_mib": peak}), flush=True)


if __name__ == "__main__":
    main()
