"""Several servers are started at the same time, and what one of them does is no other's trouble."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from cumuli.errors import ConnectionFailed
from cumuli.sandbox.begun import Begun, Wanted, begin_all
from cumuli.sandbox.processes import identify
from cumuli.sandbox.server import Address
from cumuli.sandbox.state import Options
from tests.unit.sandbox.stub import Stub


class Meeting(Stub):
    """Ready once both have been started."""

    def ready(self, address: Address, log: str) -> bool:
        return super().ready(address, log) and len(list(address.home.parent.glob("*/log"))) == 2


def wanted(folder: Path, *servers: Stub) -> list[Wanted]:
    found = [
        Wanted(server=server, home=folder / str(number), options=Options()) for number, server in enumerate(servers)
    ]
    for each in found:
        each.home.mkdir()
    return found


def test_they_start_at_the_same_time(tmp_path: Path) -> None:
    with closing(begin_all(wanted(tmp_path, Meeting(), Meeting()), tied=True)) as begun:
        started = list(begun)
    assert len({each.address.port for each in started}) == 2
    for each in started:
        each.close()


def test_one_that_does_not_start_leaves_the_others(tmp_path: Path) -> None:
    jobs = wanted(tmp_path, Stub("raise SystemExit('no such table')"), Stub())
    given: list[Begun] = []
    with pytest.raises(ConnectionFailed, match="no such table"), closing(begin_all(jobs, tied=True)) as begun:
        given.extend(begun)
    assert [identify(each.started.process.pid) is not None for each in given] == [True]
    given[0].close()


def test_what_is_not_waited_for_any_more_is_ended(tmp_path: Path) -> None:
    never = Stub("import time; print('begins', flush=True); time.sleep(600)")
    begun = begin_all(wanted(tmp_path, Stub(), never), tied=True)
    first = next(begun)
    begun.close()
    first.close()
    assert identify(first.started.process.pid) is None
