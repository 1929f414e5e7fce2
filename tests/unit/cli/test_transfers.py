"""Several files on their way: what one failure does to the others."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable

import pytest

from cumuli.cli.dry_run import RequestShown
from cumuli.cli.failures import AlreadyReported
from cumuli.cli.output import Output
from cumuli.cli.session import Options, session
from cumuli.cli.storage import failure_scope
from cumuli.cli.storage.failure_scope import FailureScope
from cumuli.cli.storage.transfers import AT_A_TIME, Move, Moved, move_all
from cumuli.errors import (
    AuthenticationError,
    CloudError,
    ConfigurationError,
    ConnectionFailed,
    ContainerNotFound,
    FileExists,
    InvalidRequest,
    MalformedResponse,
    NotSupported,
    ObjectNotFound,
    PermissionDenied,
    ProviderUnavailable,
    QuotaExceeded,
    RateLimited,
    Timeout,
)
from cumuli.serialize import Plain
from cumuli.storage.upload import Progress

PATIENCE = 20.0


def arrives(name: str) -> Move:
    return Move(name=name, becomes=name, size=5, act=lambda _: Moved(where=name, size=5, data=name))


def fails(error: Exception, name: str = "bad") -> Move:
    def act(_: Progress) -> Moved:
        raise error

    return Move(name=name, becomes=name, size=5, act=act)


def moved(
    moves: list[Move],
    *,
    form: bool = False,
    dry_run: bool = False,
    ask: Callable[[], object] = lambda: None,
) -> tuple[BaseException | None, str, str]:
    out, err = io.StringIO(), io.StringIO()
    failure: BaseException | None = None
    with session(Options(json=form, dry_run=dry_run), Output(form="json" if form else "table", stdout=out, stderr=err)):
        try:
            move_all(moves, "stored", FailureScope(ask), plan=len(moves) > 1)
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


def test_each_failure_is_told() -> None:
    failure, _, err = moved([fails(InvalidRequest(f"no such name: {number}")) for number in range(20)])
    assert isinstance(failure, AlreadyReported)
    assert err.count("error: no such name: ") == 20
    assert err.endswith("\nstored 0 of 20 files, 0 B\n")


DOUBTFUL = [
    ConnectionFailed("cut"),
    Timeout("slow"),
    ProviderUnavailable("broken", status=500),
    RateLimited("later", status=503),
    AuthenticationError("who?", status=403),
    MalformedResponse("<html>", status=200),
    ContainerNotFound("what?", status=404),
]


@pytest.mark.parametrize("at", [0, 19])
@pytest.mark.parametrize(
    "error",
    [
        *DOUBTFUL,
        PermissionDenied("not you", status=403),
        ObjectNotFound("gone"),
        QuotaExceeded("x", code="EFBIG"),
        NotSupported("not of this one", status=501),
    ],
)
def test_one_that_fails_while_the_container_answers(error: CloudError, at: int) -> None:
    moves = [fails(error) if number == at else arrives(f"n{number}") for number in range(20)]
    failure, out, err = moved(moves)
    assert isinstance(failure, AlreadyReported)
    assert len(out.splitlines()) == 19
    assert "stored 19 of 20 files" in err


def test_the_container_is_not_asked_for_with_each_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure_scope, "AGE", 1000.0)
    asked: list[None] = []
    failure, _, err = moved([fails(DOUBTFUL[0], f"n{number}") for number in range(20)], ask=lambda: asked.append(None))
    assert isinstance(failure, AlreadyReported)
    assert err.count("error: ") == 20
    assert len(asked) == 1


@pytest.mark.parametrize("refusal", [PermissionDenied("not to be listed"), NotSupported("no listings")])
def test_a_container_that_may_not_be_asked_for_is_there(refusal: CloudError) -> None:
    def ask() -> None:
        raise refusal

    failure, out, _ = moved([fails(DOUBTFUL[0]), *map(arrives, "abc")], ask=ask)
    assert isinstance(failure, AlreadyReported)
    assert len(out.splitlines()) == 3


@pytest.mark.parametrize(
    "error",
    [
        *DOUBTFUL,
        QuotaExceeded("the disk is full"),
        ConfigurationError("no such setting"),
        NotSupported("there is no such thing here"),
    ],
)
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

        return Move(name=name, becomes=name, size=None, act=act)

    moves = [*(waits(f"w{number}") for number in range(AT_A_TIME - 1)), fails(error), *map(arrives, "abc")]

    def ask() -> None:
        raise ProviderUnavailable("down")

    failure, out, _ = moved(moves, form=True, ask=ask)
    assert failure is error
    assert json.loads(out) == {"stored": []}
    assert len(begun) == AT_A_TIME - 1
    assert sorted(ended) == sorted(begun), "they were told, and did not go on in vain"


def test_requests_that_are_only_shown() -> None:
    request: dict[str, Plain] = {"method": "PUT", "url": "http://x/y", "query": {}, "headers": {}, "body": None}
    failure, out, err = moved([fails(RequestShown(request))], dry_run=True)
    assert (failure, out) == (None, "PUT http://x/y\n")
    assert "stored" not in err


def test_several_moves_are_planned_and_none_is_made() -> None:
    failure, out, err = moved([fails(AssertionError("moved")), fails(AssertionError("moved"))], dry_run=True)
    assert failure is None
    assert out.count(" -> ") == 2
    assert err.startswith("would be stored: 2 files, ")
