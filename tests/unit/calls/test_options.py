"""Settings that every client takes: what is misspelt is told by all of them, also to programs that no checker reads."""

from __future__ import annotations

from typing import Any

import pytest

import cumuli
from tests.secrets_used import API_SECRET

OPENSTACK = {"auth_url": "http://127.0.0.1:1/v3", "username": "u", "password": API_SECRET, "project_name": "p"}
AWS = {"key": "k", "secret": API_SECRET, "region": "eu-west-1"}
RACKSPACE = {"username": "u", "api_key": API_SECRET, "region": "DFW"}
CLIENTS: dict[str, dict[str, Any]] = {
    "EC2": AWS,
    "S3": AWS,
    "OpenStack": OPENSTACK,
    "Swift": OPENSTACK,
    "Rackspace": RACKSPACE,
    "CloudFiles": RACKSPACE,
    "GoGrid": {"api_key": "k", "secret": API_SECRET},
    "DigitalOceanSpaces": {"key": "k", "secret": API_SECRET, "region": "fra1"},
    "MemoryCompute": {},
    "MemoryStorage": {},
}


@pytest.mark.parametrize("flavour", ["", "Async"])
@pytest.mark.parametrize("name", CLIENTS)
def test_an_argument_that_there_is_not(flavour: str, name: str) -> None:
    make = getattr(cumuli, flavour + name)
    with pytest.raises(cumuli.ConfigurationError, match=r"no argument timeuot; .* takes cert, .*, timeout, "):
        make(**CLIENTS[name], timeuot=3.0)


def test_a_folder(tmp_path: Any) -> None:
    for make in (cumuli.LocalStorage, cumuli.AsyncLocalStorage):
        with pytest.raises(cumuli.ConfigurationError, match="no argument timeuot"):
            make(tmp_path, timeuot=3.0)


@pytest.mark.parametrize("timeout", [0, -1.0, float("nan")])
def test_a_timeout_that_is_none(timeout: float) -> None:
    with pytest.raises(cumuli.ConfigurationError, match="give a positive number of seconds"):
        cumuli.GoGrid("k", API_SECRET, timeout=timeout)


@pytest.mark.parametrize("wrong", [{"page_size": 0}, {"create_timeout": 0}, {"create_timeout": float("nan")}])
def test_numbers_of_gogrid_that_are_none(wrong: dict[str, Any]) -> None:
    [name] = wrong
    with pytest.raises(cumuli.ConfigurationError, match=f"{name} is "):
        cumuli.GoGrid("k", API_SECRET, **wrong)
