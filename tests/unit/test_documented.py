"""Every public method of every public client says what it does, in words that are right in both flavours."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import cumuli
from cumuli.client import AsyncClient


def clients() -> Iterator[type[object]]:
    """The clients that ``cumuli`` has names for, both flavours."""
    names = [name for name in cumuli.__all__ if name.startswith("Async")]
    for name in names:
        cls = getattr(cumuli, name)
        if isinstance(cls, type) and issubclass(cls, AsyncClient):
            yield cls
            yield getattr(cumuli, name.removeprefix("Async"))


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


PAGES = Path(__file__).parents[2] / "docs" / "providers"
# OpenStack's page says of these that they are like those of networks.
ALIKE = re.compile("ex_(list|create|delete)_(subnet|port|router)s?")


def arguments(client: type[object], *methods: str) -> set[str]:
    """Names of the ``ex_`` arguments of some methods."""
    names = [name for method in methods for name in inspect.signature(getattr(client, method)).parameters]
    return {name for name in names if name.startswith("ex_")}


@pytest.mark.parametrize("name", ["EC2", "GoGrid", "OpenStack", "Rackspace", "S3", "Swift", "CloudFiles"])
def test_a_providers_page_names_its_extensions(name: str) -> None:
    client = getattr(cumuli, name)
    named = set(re.findall(r"\bex_\w+", (PAGES / f"{name.lower()}.md").read_text()))
    public = [member for member, _ in inspect.getmembers(client, inspect.isfunction) if not member.startswith("_")]
    methods = {method for method in public if method.startswith("ex_")}
    assert named - methods - arguments(client, *public) == set()
    # Rackspace's page refers to OpenStack's, and those of object storage tell a story.
    if name in {"EC2", "GoGrid", "OpenStack"}:
        wanted = methods | arguments(client, "create_node")
        assert {each for each in wanted - named if not ALIKE.fullmatch(each)} == set()


def test_there_are_clients_to_look_at() -> None:
    assert {client.__name__ for client in clients()} >= {"EC2", "AsyncEC2", "MemoryCompute", "AsyncMemoryCompute"}
