"""Run the benchmarks and print the report.

    python -m benchmarks [SCENARIO …] [--rounds N] [--cold N] [--moves N]

Each peer runs in a process of its own and they take turns, round by round, so that a machine that
slows down slows all of them. Figures are medians; ratios are against cumuli in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from benchmarks.scenarios import SCENARIOS, Scenario
from benchmarks.transfers import MOVES, transfers

ROOT = Path(__file__).resolve().parent.parent
IMPORTS = ("cumuli", "cumuli.EC2", "libcloud.compute.drivers.ec2", "boto3")


def environment() -> dict[str, str]:
    """Without proxies, profiles or credentials of this machine's user."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    nothing = os.devnull
    return kept | {
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
        "AWS_CONFIG_FILE": nothing,
        "AWS_SHARED_CREDENTIALS_FILE": nothing,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CUMULI_CONFIG": nothing,
        "PYTHONWARNINGS": "ignore",
    }


@contextmanager
def canned_server(kind: str) -> Iterator[tuple[str, int]]:
    """A canned server in a process of its own; gives its endpoint and its process's id."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.canned", kind],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(), cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}", process.pid
    finally:
        process.stdin.close()
        process.wait(10)


def interpreter(peer: str) -> str:
    """The peer's own: one that cannot be installed beside the others has a venv ``NAME-PEER`` beside this one."""
    own = Path(f"{sys.prefix}-{peer}", "bin", "python")
    return str(own) if own.exists() else sys.executable


def cpu_of(pid: int) -> float:
    """CPU seconds that another process has used so far, in hundredths."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Worker:
    """A peer's process."""

    def __init__(self, scenario: str, peer: str, endpoint: str) -> None:
        self.process = subprocess.Popen(
            [interpreter(peer), "-m", "benchmarks.worker", scenario, peer, endpoint],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment(), cwd=ROOT,
        )  # fmt: skip

    def line(self) -> str:
        assert self.process.stdout is not None
        text = self.process.stdout.readline()
        if not text:
            assert self.process.stderr is not None
            raise RuntimeError(self.process.stderr.read()[-600:])
        return text

    def round(self) -> dict[str, float]:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        figures: dict[str, float] = json.loads(self.line())
        return figures

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)


def whole_process(command: list[str]) -> tuple[float, float, str]:
    """Wall and CPU seconds of a command, and what it printed."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=environment(), cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} exited with {process.returncode}")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, printed.strip()


def table(title: str, rows: dict[str, dict[str, list[float]]], columns: dict[str, str]) -> None:
    """Print medians, their range, and ratios against the first peer."""
    print(f"\n{title}")
    first = next(iter(rows))
    for column, unit in columns.items():
        base = median(rows[first][column])
        scale = 1000 if unit == "ms" else 1
        print(f"  {column} ({unit})")
        for peer, figures in rows.items():
            values = figures[column]
            middle = median(values)
            spread = f"{min(values) * scale:8.1f} … {max(values) * scale:8.1f}"
            ratio = f"{middle / base:6.2f}x" if base else ""
            print(f"    {peer:<22}{middle * scale:9.1f}   [{spread}]  {ratio}")


def warm(scenario: Scenario, endpoint: str, server: int, rounds: int) -> None:
    workers: dict[str, Worker] = {}
    with ExitStack() as stack:
        for peer in scenario.peers:
            worker = Worker(scenario.name, peer, endpoint)
            stack.callback(worker.close)
            try:
                worker.line()
            except RuntimeError as error:
                print(f"  {peer}: not run: {str(error).strip().splitlines()[-1]}")
            else:
                workers[peer] = worker
        rows: dict[str, dict[str, list[float]]] = {peer: {} for peer in workers}
        for number in range(rounds + 1):
            for peer, worker in workers.items():
                before = cpu_of(server)
                figures = worker.round()
                figures["server"] = cpu_of(server) - before
                if figures["result"] != scenario.expected:
                    raise SystemExit(f"{peer} gave {figures['result']} where {scenario.expected} was due")
                if number:  # the first round warms up
                    for name in ("cpu", "wall", "server", "peak_mib"):
                        rows[peer].setdefault(name, []).append(figures[name])
    table(
        f"{scenario.title}: warm, {rounds} rounds",
        rows,
        {"cpu": "ms", "wall": "ms", "server": "ms"} | ({"peak_mib": "MiB"} if scenario.memory else {}),
    )


def cold(scenario: Scenario, endpoint: str, rounds: int) -> None:
    rows: dict[str, dict[str, list[float]]] = {}
    for number in range(rounds + 1):
        for peer in scenario.cold_peers:
            command = ["-m", "benchmarks.worker", scenario.name, peer, endpoint, "--once"]
            try:
                wall, cpu, _ = whole_process(command)
            except RuntimeError as error:
                if not number:
                    print(f"  {peer}: not run: {error}")
                continue
            if number:
                row = rows.setdefault(peer, {})
                row.setdefault("wall", []).append(wall)
                row.setdefault("cpu", []).append(cpu)
    table(f"{scenario.title}: the first in a fresh process, {rounds} rounds", rows, {"wall": "ms", "cpu": "ms"})


def imports(rounds: int) -> None:
    """Time to import, measured inside a fresh process, the interpreter's own start left out."""
    rows: dict[str, dict[str, list[float]]] = {}
    for _ in range(rounds):
        for name in IMPORTS:
            module, _, attribute = name.partition(".") if name == "cumuli.EC2" else (name, "", "")
            statement = f"from {module} import {attribute}" if attribute else f"import {module}"
            code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
            printed = whole_process(["-c", code])[2]
            rows.setdefault(name, {}).setdefault("wall", []).append(float(printed))
    table(f"import, {rounds} rounds", rows, {"wall": "ms"})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    known = ", ".join((*SCENARIOS, *MOVES, "transfers"))
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of: import, {known}; default: all")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--cold", type=int, default=11, help="rounds of fresh processes")
    parser.add_argument("--moves", type=int, default=5, help="rounds of commands that move files")
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs; medians [min … max], ratios to the first row")
    chosen = arguments.scenarios or ["import", *SCENARIOS, "transfers"]
    if "import" in chosen:
        imports(arguments.cold)
    moves = [name for name in MOVES if name in chosen or "transfers" in chosen]
    for name, rows in transfers(moves, environment(), arguments.moves).items():
        table(f"commands: {MOVES[name]}, {arguments.moves} rounds", rows, {"wall": "ms", "cpu": "ms"})
    for name in chosen:
        if name in {"import", "transfers", *MOVES}:
            continue
        scenario = SCENARIOS[name]
        with canned_server(scenario.server) as (endpoint, server):
            warm(scenario, endpoint, server, min(arguments.rounds, scenario.most_rounds))
            if scenario.cold_peers:
                cold(scenario, endpoint, arguments.cold)


if __name__ == "__main__":
    main()
