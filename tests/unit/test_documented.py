"""Every public method of every public client says what it does, in words that are right in both flavours."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

import polycloud
from polycloud.client import AsyncClient


def clients() -> Iterator[type[object]]:
    """The clients that ``polycloud`` has names for, both flavours."""
    names = [name for name in polycloud.__all__ if name.startswith("Async")]
    for name in names:
        cls = getattr(polycloud, name)
        if isinstance(cls, type) and issubclass(cls, AsyncClient):
            yield cls
            yield getattr(polycloud, name.removeprefix("Async"))


EACH = pytest.mark.parametrize("client", list(clients()), ids=lambda client: client.__name__)


@EACH
def test_every_public_method_is_documented(client: type[object]) -> None:
    members = {name: member for name, member in inspect.getmembers(client) if not name.startswith("_")}
    assert len(members) > 5
    silent = [name for name, member in members.items() if not (inspect.getdoc(member) or "").strip()]
    assert silent == []


@EACH
def test_docstrings_are_right_in_both_flavours(client: type[object]) -> None:
    for name, member in inspect.getmembers(client):
        if not name.startswith("_"):
            assert "await " not in (inspect.getdoc(member) or ""), name


def test_there_are_clients_to_look_at() -> None:
    assert {client.__name__ for client in clients()} >= {"EC2", "AsyncEC2", "MemoryCompute", "AsyncMemoryCompute"}
