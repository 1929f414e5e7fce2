"""Several files on their way: what one failure does to the others."""

from __future__ import annotations

import io
import json
import threading
import time

import pytest

from polycloud.cli.dryrun import RequestShown
from polycloud.cli.failures import AlreadyReported
from polycloud.cli.moving import AT_A_TIME, Move, Moved, move_all
from polycloud.cli.output import Output
from polycloud.cli.session import Options, session
from polycloud.errors import CloudError, ConnectionFailed, FileExists, InvalidRequest, PermissionDenied
from polycloud.storage.upload import Progress

PATIENCE = 20.0


def arrives(name: str) -> Move:
    return Move(name=name, size=5, act=lambda _: Moved(where=name, size=5, data=name))


def fails(error: Exception, name: str = "bad") -> Move:
    def act(_: Progress) -> Moved:
        raise error

    return Move(name=name, size=5, act=act)


def moved(
    moves: list[Move], *, form: bool = False, dry_run: bool = False, out: io.StringIO | None = None
) -> tuple[BaseException | None, str, str]:
    out, err = out or io.StringIO(), io.StringIO()
    failure: BaseException | None = None
    with session(Options(json=form, dry_run=dry_run), Output(json=form, stdout=out, stderr=err)):
        try:
            move_all(moves, "stored")
        except (CloudError, AlreadyReported) as error:
            failure = error
    return failure, out.getvalue(), err.getvalue()


def test_each_is_told_of() -> None:
    failure, out, err = moved([arrives("a"), arrives("b"), arrives("c")])
    assert failure is None
    assert sorted(out.splitlines()) == ["stored a, 5 B", "stored b, 5 B", "stored c, 5 B"]
    assert err == "stored 3 files, 15 B\n"
    assert moved([arrives("a")]) == (None, "stored a, 5 B\n", "")
    assert moved([]) == (None, "", "")


def test_programs_are_told_of_all_together() -> None:
    _, out, err = moved([arrives("a"), arrives("b")], form=True)
    assert sorted(json.loads(out)["stored"]) == ["a", "b"]
    assert err == ""
    assert json.loads(moved([], form=True)[1]) == {"stored": []}


def test_one_that_fails_does_not_stop_the_others() -> None:
    failure, out, err = moved(
        [fails(FileExists("x exists")), arrives("a"), fails(FileExists("y exists")), arrives("b")]
    )
    assert isinstance(failure, AlreadyReported)
    assert failure.status == 5
    assert len(out.splitlines()) == 2
    assert "error: x exists" in err
    assert "error: y exists" in err
    assert "stored 2 of 4 files" in err


def test_the_only_one_fails_as_it_is() -> None:
    failure, out, err = moved([fails(FileExists("x exists"))])
    assert isinstance(failure, FileExists)
    assert (out, err) == ("", "")


def test_the_same_failure_is_told_once() -> None:
    failure, _, err = moved([fails(InvalidRequest("no such name")) for _ in range(20)])
    assert isinstance(failure, AlreadyReported)
    assert err == "error: no such name\nstored 0 of 20 files, 0 B\n"


@pytest.mark.parametrize("error", [ConnectionFailed("nobody there"), PermissionDenied("not you")])
def test_what_concerns_all_ends_it(error: CloudError) -> None:
    begun: list[str] = []
    ended: list[str] = []

    def waits(name: str) -> Move:
        """Goes on until it is told that all is over, as a transfer between two pieces is."""

        def act(progress: Progress) -> Moved:
            begun.append(name)
            try:
                end = time.monotonic() + PATIENCE
                while time.monotonic() < end:
                    progress(0, None)
                    threading.Event().wait(0.01)
            finally:
                ended.append(name)
            return Moved(where=name, size=0, data=name)

        return Move(name=name, size=None, act=act)

    moves = [*(waits(f"w{number}") for number in range(AT_A_TIME - 1)), fails(error), *map(arrives, "abc")]
    failure, out, _ = moved(moves, form=True)
    assert failure is error
    assert json.loads(out) == {"stored": []}
    assert len(begun) == AT_A_TIME - 1
    assert sorted(ended) == sorted(begun), "they were told, and did not go on in vain"


def test_an_account_may_be_denied_some_of_them() -> None:
    out = io.StringIO()

    def denied(_: Progress) -> Moved:
        end = time.monotonic() + PATIENCE
        while "stored a" not in out.getvalue():
            assert time.monotonic() < end
            threading.Event().wait(0.01)
        raise PermissionDenied("not this one")

    failure, told, _ = moved([Move(name="denied", size=1, act=denied), arrives("a"), arrives("b")], out=out)
    assert isinstance(failure, AlreadyReported)
    assert failure.status == 4
    assert sorted(told.splitlines()) == ["stored a, 5 B", "stored b, 5 B"]


def test_requests_that_are_only_shown() -> None:
    request = {"method": "PUT", "url": "http://x/y", "query": {}, "headers": {}, "body": None}
    for moves in ([fails(RequestShown(request))], [fails(RequestShown(request)), fails(RequestShown(request))]):
        failure, out, err = moved(moves, dry_run=True)
        assert failure is None
        assert out == "PUT http://x/y\n" * len(moves)
        assert "stored" not in err
