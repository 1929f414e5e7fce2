"""Large objects that come down in ranges, over several connections at once."""

from __future__ import annotations

import hashlib
import io
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cumuli import errors
from cumuli.runtime.deadline import deadline
from tests.faults.s3.strict import Asked, StrictS3, fault

MIB = 1024 * 1024
PART = 4 * MIB
LARGE = b"".join(hashlib.sha256(bytes([n])).digest() * (MIB // 32) for n in range(33))
RANGES = [f"bytes={start}-{min(start + PART, len(LARGE)) - 1}" for start in range(0, len(LARGE), PART)]
MD5 = hashlib.md5(LARGE).hexdigest()


class Ranges:
    """What was asked for, with a misbehaviour at one range, or (None) where the whole is asked for."""

    def __init__(self, wrong: int | None = -1, how: Callable[[Asked], bytes | None] = lambda _: None) -> None:
        self.wrong = None if wrong is None else RANGES[wrong]
        self.how = how
        self.conditions: dict[str | None, str | None] = {}

    def __call__(self, asked: Asked) -> bytes | None:
        if asked.operation != "GetObject":
            return None
        wanted = asked.exchange.get("range")
        again = wanted in self.conditions
        self.conditions[wanted] = asked.exchange.get("if-match")
        return self.how(asked) if wanted == self.wrong and not again else None


def served(ranges: Ranges, etag: str = MD5, *, crc32: bool = False) -> StrictS3:
    server = StrictS3(ranges)
    server.objects["name"] = (LARGE, etag)
    server.knows_crc32 = crc32
    return server


@pytest.mark.parametrize("etag", [MD5, "e-1"], ids=["md5", "nothing"])
@pytest.mark.parametrize("crc32", [True, False])
async def test_ranges(client: Callable[..., Any], tmp_path: Path, crc32: bool, etag: str) -> None:
    told: list[tuple[int, int | None]] = []

    def progress(moved: int, size: int | None) -> None:
        told.append((moved, size))

    with served(ranges := Ranges(), etag, crc32=crc32) as server:
        s3 = client(server.origin, checksum="crc32")
        got = await s3.download_object(("bucket", "name"), tmp_path / "file", progress=progress)
    assert got.size == len(LARGE)
    assert (tmp_path / "file").read_bytes() == LARGE
    assert ranges.conditions == {None: None} | dict.fromkeys(RANGES, f'"{etag}"')
    assert told == sorted(told)
    assert told[-1] == (len(LARGE), len(LARGE))


async def test_less_than_eight_ranges_come_at_once(client: Callable[..., Any]) -> None:
    with served(ranges := Ranges()) as server:
        server.objects["name"] = (LARGE[: 8 * PART - 1], "e-1")
        target = io.BytesIO()
        await client(server.origin).download_object(("bucket", "name"), target)
    assert target.getvalue() == LARGE[: 8 * PART - 1]
    assert list(ranges.conditions) == [None]


async def test_ranges_over_one_connection(client: Callable[..., Any]) -> None:
    """They do not wait for a connection that the download holds itself."""
    with served(Ranges()) as server, deadline(60.0):
        target = io.BytesIO()
        await client(server.origin, max_connections=1).download_object(("bucket", "name"), target)
    assert target.getvalue() == LARGE


async def test_a_range_of_an_object_in_ranges(client: Callable[..., Any]) -> None:
    with served(ranges := Ranges()) as server:
        target = io.BytesIO()
        await client(server.origin).download_object_range(("bucket", "name"), target, 5)
    assert target.getvalue() == LARGE[5:]
    assert len(ranges.conditions) == 10


def asked_for(ranges: Ranges) -> list[str | None]:
    return sorted(ranges.conditions, key=lambda wanted: int(re.findall(r"\d+", wanted)[0]) if wanted else -1)


@pytest.mark.parametrize("part", [1_000_000, 5 * MIB, len(LARGE) - 1])
async def test_ranges_of_the_callers_size(client: Callable[..., Any], part: int) -> None:
    target = io.BytesIO()
    with served(ranges := Ranges()) as server:
        await client(server.origin).download_object(("bucket", "name"), target, part_size=part, concurrency=3)
    assert target.getvalue() == LARGE
    ends = range(0, len(LARGE), part)
    assert asked_for(ranges) == [None, *(f"bytes={at}-{min(at + part, len(LARGE)) - 1}" for at in ends)]


@pytest.mark.parametrize("how", [{"concurrency": 1}, {"concurrency": 1, "part_size": MIB}, {"part_size": len(LARGE)}])
async def test_one_request_if_the_caller_wants_it(client: Callable[..., Any], how: dict[str, int]) -> None:
    target = io.BytesIO()
    with served(ranges := Ranges()) as server:
        await client(server.origin).download_object(("bucket", "name"), target, **how)
    assert target.getvalue() == LARGE
    assert asked_for(ranges) == [None]


async def test_a_range_in_ranges_of_the_callers_size(client: Callable[..., Any]) -> None:
    target = io.BytesIO()
    with served(ranges := Ranges()) as server:
        await client(server.origin).download_object_range(
            ("bucket", "name"), target, 5, 3 * MIB, part_size=MIB, concurrency=2
        )
    assert target.getvalue() == LARGE[5 : 3 * MIB]
    assert len(ranges.conditions) == 1 + 3


async def test_as_many_ranges_at_a_time_as_the_caller_says(client: Callable[..., Any]) -> None:
    """Six wait for each other before any of them is answered; a seventh does not come meanwhile."""
    meeting, lock = threading.Barrier(6), threading.Lock()
    begun = now = most = 0

    def meet(asked: Asked) -> bytes | None:
        nonlocal begun, now, most
        if asked.operation != "GetObject" or asked.exchange.get("range") is None:
            return None
        with lock:
            begun, now = begun + 1, now + 1
            most, first = max(most, now), begun <= 6
        if first:
            meeting.wait(60)
        with lock:
            now -= 1
        return None

    with StrictS3(meet) as server:
        server.objects["name"] = (LARGE, MD5)
        target = io.BytesIO()
        await client(server.origin).download_object(("bucket", "name"), target, part_size=5 * MIB, concurrency=6)
    assert target.getvalue() == LARGE
    assert (begun, most) == (7, 6)


@pytest.mark.parametrize("wrong", [{"part_size": 0}, {"part_size": -1}, {"concurrency": 0}])
async def test_sizes_that_are_none(client: Callable[..., Any], tmp_path: Path, wrong: dict[str, int]) -> None:
    s3 = client("http://127.0.0.1:9")
    with pytest.raises(errors.InvalidRequest, match=next(iter(wrong))):
        await s3.download_object(("bucket", "name"), tmp_path / "file", **wrong)
    with pytest.raises(errors.InvalidRequest, match=next(iter(wrong))):
        await s3.download_object_range(("bucket", "name"), tmp_path / "file", 0, 5, **wrong)


async def test_ranges_are_larger_where_the_provider_is_far(client: Callable[..., Any]) -> None:
    """An answer that is waited for two seconds is not asked for every 4 MiB, however slow this machine is just now."""
    large = LARGE + LARGE + LARGE
    waited: list[str | None] = []

    def wait(asked: Asked) -> None:
        if asked.operation == "GetObject":
            if not waited:
                time.sleep(2.0)
            waited.append(asked.exchange.get("range"))

    with StrictS3(wait) as server:
        server.objects["name"] = (large, "e-1")
        target = io.BytesIO()
        await client(server.origin).download_object(("bucket", "name"), target)
    assert target.getvalue() == large
    assert f"bytes=0-{6 * MIB - 1}" in waited


@pytest.mark.parametrize("crc32", [True, False])
async def test_where_ranges_cost_more_the_rest_comes_at_once(client: Callable[..., Any], crc32: bool) -> None:
    """A server that takes two seconds to find the beginning of a range.

    Two ranges of a MiB at a time make a MiB a second of it, which one answer beats by far on the busiest machine.
    """
    asked_for: list[str | None] = []

    def slow(asked: Asked) -> bytes | None:
        if asked.operation == "GetObject":
            wanted = asked.exchange.get("range")
            asked_for.append(wanted)
            if wanted is not None and not wanted.endswith("-"):
                time.sleep(2.0)
        return None

    with StrictS3(slow) as server:
        server.objects["name"] = (LARGE, MD5)
        server.knows_crc32 = crc32
        target = io.BytesIO()
        told: list[int] = []

        def progress(moved: int, _size: int | None) -> None:
            told.append(moved)

        await client(server.origin, checksum="crc32").download_object(
            ("bucket", "name"), target, progress=progress, part_size=MIB, concurrency=2
        )
    assert target.getvalue() == LARGE
    assert asked_for[0] is None
    assert re.fullmatch(r"bytes=\d+-(\d+)?", asked_for[-1] or "")
    assert sum(wanted.endswith("-") for wanted in asked_for if wanted) == 1
    assert len(asked_for) < 2 + len(RANGES)
    assert told == sorted(told)
    assert told[-1] == len(LARGE)


@pytest.mark.parametrize("wrong", [0, 2, 4])
async def test_an_object_that_is_replaced_in_the_middle(client: Callable[..., Any], tmp_path: Path, wrong: int) -> None:
    def replace(asked: Asked) -> None:
        server.objects["name"] = (b"X" * len(LARGE), "another")

    with served(Ranges(wrong, replace), crc32=True) as server, pytest.raises(errors.Conflict, match="start again"):
        await client(server.origin).download_object(("bucket", "name"), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - there is no loop to hold up


async def test_an_object_that_is_replaced_where_conditions_mean_nothing(
    client: Callable[..., Any], tmp_path: Path
) -> None:
    """A gateway may ignore If-Match: the etag of the answer tells."""

    def other(asked: Asked) -> bytes:
        return server.answer_to(asked).replace(MD5.encode(), b"another")

    with served(Ranges(3, other)) as server, pytest.raises(errors.Conflict, match="start again"):
        await client(server.origin).download_object(("bucket", "name"), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - as above


async def test_a_range_that_is_cut_is_fetched_on(client: Callable[..., Any], tmp_path: Path) -> None:
    def cut(asked: Asked) -> bytes:
        whole = server.answer_to(asked)
        asked.exchange.send(whole[: len(whole) - 3 * MIB])
        asked.exchange.close()
        return b""

    with served(ranges := Ranges(1, cut), crc32=True) as server:
        await client(server.origin).download_object(("bucket", "name"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == LARGE
    assert f"bytes={2 * PART - 3 * MIB}-{2 * PART - 1}" in ranges.conditions


@pytest.mark.parametrize("crc32", [True, False])
async def test_damage_in_one_range(client: Callable[..., Any], tmp_path: Path, crc32: bool) -> None:
    def damage(asked: Asked) -> bytes:
        whole = bytearray(server.answer_to(asked))
        whole[-1] ^= 1
        return bytes(whole)

    with served(Ranges(2, damage), crc32=crc32) as server:
        s3 = client(server.origin, checksum="crc32", md5_etags=True)
        with pytest.raises(errors.ChecksumMismatch):
            await s3.download_object(("bucket", "name"), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - as above


async def test_a_range_that_is_another_one(client: Callable[..., Any], tmp_path: Path) -> None:
    def other(asked: Asked) -> bytes:
        return server.answer_to(asked).replace(f"bytes {PART}-".encode(), b"bytes 0-")

    with served(Ranges(1, other)) as server, pytest.raises(errors.MalformedResponse):
        await client(server.origin).download_object(("bucket", "name"), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - as above


async def test_one_range_that_is_refused_ends_all(client: Callable[..., Any], tmp_path: Path) -> None:
    with served(Ranges(1, lambda _: fault(403, "AccessDenied"))) as server, pytest.raises(errors.PermissionDenied):
        await client(server.origin).download_object(("bucket", "name"), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - as above


@pytest.mark.parametrize("stalls", [True, False], ids=["stalled", "dripping"])
@pytest.mark.parametrize("size", [len(LARGE), 4 * MIB], ids=["ranges", "whole"])
async def test_a_deadline_ends_what_does_not_come(
    client: Callable[..., Any], tmp_path: Path, size: int, stalls: bool
) -> None:
    def stop(asked: Asked) -> None:
        whole = server.answer_to(asked)
        asked.exchange.send(whole[: 2 * MIB])
        if stalls:
            asked.exchange.hang()
        else:
            asked.exchange.drip(whole[2 * MIB :], 0.05)

    with served(Ranges(0 if size == len(LARGE) else None, stop)) as server:
        server.objects["name"] = (LARGE[:size], "e-1")
        s3 = client(server.origin)
        started = time.monotonic()
        with pytest.raises(errors.DeadlineExceeded), deadline(3.0):
            await s3.download_object(("bucket", "name"), tmp_path / "file")
        # Without the deadline a piece may take a minute.
        assert time.monotonic() - started < 25
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - as above


async def test_who_gives_up_in_the_middle_leaves_nothing(client: Callable[..., Any], tmp_path: Path) -> None:
    """As Ctrl-C does: it meets the one who waits for the ranges, and those who fetch them end too."""

    class GivenUp(Exception):
        pass

    def give_up(done: int, total: int | None) -> None:
        raise GivenUp

    with served(Ranges()) as server:
        s3 = client(server.origin)
        with pytest.raises(GivenUp):
            await s3.download_object(("bucket", "name"), tmp_path / "file", progress=give_up)
        target = io.BytesIO(b"before")
        target.seek(0, io.SEEK_END)
        with pytest.raises(GivenUp):
            await s3.download_object(("bucket", "name"), target, progress=give_up)
        assert target.getvalue() == b"before"
        # The client goes on working.
        await s3.download_object(("bucket", "name"), tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]  # noqa: ASYNC240 - as above
