"""Whole commands that move files, ``cumuli`` and ``rclone copy`` in turns, against ``rclone serve s3``.

Each command starts a process of its own; what it moved is compared with what there was, byte by byte. All files are in
memory where there is such a file system, so that no disk is measured.
"""

from __future__ import annotations

import filecmp
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cumuli import S3
from cumuli.sandbox.starting import start
from tests.support.rclone import KEY, SECRET, Rclone

__all__ = ["MOVES", "transfers"]

COUNT = 1_500
# Up to 8 KiB: what is as small is bound by its requests.
SMALLEST, LARGEST = 1, 8 * 1024
LARGE = 500 * 1000 * 1000
MIB = 1024 * 1024

STORED = "stored"

MOVES = {
    "put-small": f"put of {COUNT:,} files of up to 8 KiB",
    "get-small": f"get of {COUNT:,} files of up to 8 KiB",
    "put-large": "put of one file of 500 MB",
    "get-large": "get of one file of 500 MB",
}

# As many files at a time, and parts or ranges of one file, as cumuli moves.
AS_MANY = ("--transfers", "8", "--checkers", "8", "--s3-upload-concurrency", "4", "--multi-thread-streams", "4")

Command = Callable[[str, Path, str, str], list[str]]
"""Of what is to be done (put, get), the local folder, the bucket, and the endpoint."""

Rows = dict[str, dict[str, list[float]]]
"""Figures of each round, by what they are of, by peer."""


def _cumuli(verb: str, folder: Path, bucket: str, endpoint: str) -> list[str]:
    options = ["--provider", "s3", "--endpoint", endpoint, "--region", "us-east-1"]
    there = f"s3:{bucket}"
    where = [str(folder), there] if verb == "put" else [there, str(folder)]
    return [sys.executable, "-m", "cumuli", *options, verb, "--recursive", *where]


def _rclone(*more: str) -> Command:
    def command(verb: str, folder: Path, bucket: str, endpoint: str) -> list[str]:
        remote = f":s3,provider=Rclone,access_key_id={KEY},secret_access_key={SECRET},endpoint='{endpoint}':{bucket}"
        where = [str(folder), remote] if verb == "put" else [remote, str(folder)]
        return [Rclone.program(), "--config", os.devnull, "copy", *more, *where]

    return command


PEERS: dict[str, Command] = {
    "cumuli": _cumuli,
    "rclone": _rclone(),
    "rclone, 8 at a time": _rclone(*AS_MANY),
}


def transfers(
    moves: list[str], environment: dict[str, str], rounds: int
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Wall and CPU seconds by move, peer and round; every round begins with another peer."""
    rows: dict[str, Rows] = {move: {peer: {} for peer in PEERS} for move in moves}
    with _folder() as home:
        served = home / "served"
        served.mkdir()
        started = start(Rclone(), served, tied=True)
        try:
            endpoint = started.address.endpoint
            for move in moves:
                source = _made(home / "source", move)
                if move.startswith("get"):
                    _with_bucket(STORED, endpoint)
                    _timed(_cumuli("put", source, STORED, endpoint), environment)
                for number in range(rounds):
                    names = list(PEERS)
                    for peer in names[number % len(names) :] + names[: number % len(names)]:
                        figures = _moved(move, source, served / "buckets", PEERS[peer], endpoint, environment)
                        for column, value in figures.items():
                            rows[move][peer].setdefault(column, []).append(value)
                shutil.rmtree(source)
                shutil.rmtree(served / "buckets" / STORED, ignore_errors=True)
        finally:
            started.close()
    return rows


def _moved(
    move: str, source: Path, buckets: Path, command: Command, endpoint: str, environment: dict[str, str]
) -> dict[str, float]:
    """One command, seen to have moved everything."""
    put = move.startswith("put")
    # What is put into the buckets' folder behind the server's back, it sees when it likes.
    bucket = f"bucket-{time.monotonic_ns()}" if put else STORED
    there, here = buckets / bucket, buckets.parent / "got"
    if put:
        _with_bucket(bucket, endpoint)
    figures = _timed(command("put" if put else "get", source if put else here, bucket, endpoint), environment)
    _same(source, there if put else here)
    shutil.rmtree(there if put else here)
    return figures


def _with_bucket(bucket: str, endpoint: str) -> None:
    with S3(KEY, SECRET, region="us-east-1", endpoint=endpoint, proxy="") as client:
        client.create_container(bucket)


def _timed(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    account = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    with tempfile.TemporaryFile() as printed:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=environment | account, stdout=printed, stderr=printed)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            printed.seek(0)
            raise SystemExit(f"{command} exited with {process.returncode}: {printed.read()[-2000:].decode()}")
    return {"wall": seconds, "cpu": usage.ru_utime + usage.ru_stime}


def _same(one: Path, other: Path) -> None:
    """See that two folders have the same files, with the same bytes."""
    names, found = ({str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()} for top in (one, other))
    if names != found:
        raise SystemExit(f"{len(names - found)} files are missing in {other}, {len(found - names)} are too many")
    _, different, unread = filecmp.cmpfiles(one, other, names, shallow=False)
    if different or unread:
        raise SystemExit(f"{len(different)} files differ in {other}, {len(unread)} cannot be read")


def _made(folder: Path, move: str) -> Path:
    """The files that are moved, the same ones in every run."""
    chance = random.Random(1)
    folder.mkdir()
    if move.endswith("small"):
        for number in range(COUNT):
            path = folder / f"{number % 30:02}" / f"{number:04}.bin"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(chance.randbytes(chance.randint(SMALLEST, LARGEST)))
    else:
        with (folder / "large.bin").open("wb") as file:
            left = LARGE
            while left:
                left -= file.write(chance.randbytes(min(left, MIB)))
    return folder


@contextmanager
def _folder() -> Iterator[Path]:
    memory = "/dev/shm"
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)
