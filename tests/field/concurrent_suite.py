"""A conformance suite, sixteen of its tests at once, over one client with four connections."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import logging
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import _pytest.outcomes
import pytest

from cumuli.runtime.deadline import deadline
from cumuli.testing.flavours import Flavour

__all__ = ["CALLERS", "CONNECTIONS", "Case", "cases", "run_at_once"]

CALLERS = 16
CONNECTIONS = 4
# Seconds that the calls of one test may take, beside fifteen others: some ten times what they do.
PATIENCE = 180.0

_caller: ContextVar[object] = ContextVar("caller", default=None)


@dataclass(frozen=True)
class Case:
    """One test of a suite, with the values of its parameters."""

    name: str
    function: Callable[..., Any]
    arguments: dict[str, Any]


def cases(suite: type, *, without: Iterable[str] = ()) -> list[Case]:
    """The tests of a suite that call its provider, as pytest would collect them.

    Raises:
        AssertionError: A name in ``without`` is no test of the suite.
    """
    left_out = set(without)
    tests = {name: test for name, test in inspect.getmembers(suite, inspect.isfunction) if name.startswith("test_")}
    unknown = left_out - set(tests)
    assert not unknown, f"no tests of {suite.__name__}: {sorted(unknown)}"
    found: list[Case] = []
    for name, test in tests.items():
        if name in left_out or "bench" not in inspect.signature(test).parameters:
            continue
        marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
        columns = [list(_values(mark)) for mark in marks]
        for row in itertools.product(*columns):
            arguments = {key: value for part in row for key, value in part.items()}
            label = f"{name}[{'-'.join(map(str, arguments.values()))}]" if arguments else name
            found.append(Case(label, test, arguments))
    return found


def _values(mark: pytest.Mark) -> Iterator[dict[str, Any]]:
    names, rows = mark.args[:2]
    names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    for row in rows:
        plain = row.values if isinstance(row, type(pytest.param())) else row
        yield dict(zip(names, (plain,) if len(names) == 1 else plain, strict=True))


class OwnRequests(logging.Handler):
    """Counts the calls of one caller among many, by the record that the library logs of the first attempt at each."""

    def __init__(self, caller: object) -> None:
        super().__init__(logging.DEBUG)
        self.caller = caller
        self.requests = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.requests += getattr(record, "attempt", 0) == 1 and _caller.get() is self.caller


def run_at_once(
    suite: type,
    chosen: list[Case],
    flavour: Flavour,
    bench_of: Callable[[Any, OwnRequests, Any], Any],
    client: Any,
) -> list[str]:
    """Run the cases, ``CALLERS`` at a time, over one client.

    Args:
        suite: The class that they are of.
        chosen: Its cases.
        flavour: Of the client.
        bench_of: Makes the bench of one test, of ``(client, its counter, a stand-in of pytest's request)``;
            raises pytest's Skipped for what the target lacks.
        client: Shared by all, in the shape of the async one.

    Returns:
        The failures, each with its traceback.
    """
    log = logging.getLogger("cumuli.http")
    level = log.level
    log.setLevel(logging.DEBUG)
    failures: list[str] = []

    async def one(case: Case) -> None:
        me = object()
        token = _caller.set(me)
        counter = OwnRequests(me)
        log.addHandler(counter)
        node = SimpleNamespace(user_properties=[], name=case.name)
        request = SimpleNamespace(node=node, function=case.function)
        try:
            bench = bench_of(client, counter, request)
            try:
                with tempfile.TemporaryDirectory() as folder:
                    offered = {"bench": bench, "tmp_path": Path(folder), "request": request, **case.arguments}
                    wanted = [name for name in inspect.signature(case.function).parameters if name != "self"]
                    with deadline(PATIENCE):
                        await case.function(suite(), **{name: offered[name] for name in wanted})
            finally:
                await bench.tidy()
        except _pytest.outcomes.Skipped:
            pass
        except Exception:  # noqa: BLE001 - collected, so that one failure does not hide the others
            failures.append(f"{case.name}\n{traceback.format_exc()}")
        except _pytest.outcomes.Failed as failed:
            failures.append(f"{case.name}\n{failed}")
        finally:
            log.removeHandler(counter)
            _caller.reset(token)

    async def all_of_them() -> None:
        places = asyncio.Semaphore(CALLERS)

        async def placed(case: Case) -> None:
            async with places:
                await one(case)

        await asyncio.gather(*map(placed, chosen))

    try:
        if flavour.name == "async":
            flavour.run(all_of_them())
        else:
            with ThreadPoolExecutor(CALLERS) as threads:
                list(threads.map(lambda case: flavour.run(one(case)), chosen))
    finally:
        log.setLevel(level)
    return failures
