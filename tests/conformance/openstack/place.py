"""The real OpenStack that ``make test-openstack`` has started, openstacksdk looking on, and what a suite needs of both.

Another client of the same services (Rackspace's) brings ``services`` and ``sdk`` into its own
``conftest.py`` by importing them, and describes itself with ``eyes_of(sdk)`` as its eyes.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import openstack
import pytest

from cumuli.calls.caller import Timeouts
from cumuli.compute.capabilities import ComputeCapability
from cumuli.sandbox.openstack.http import login
from tests.secrets_used import ACCOUNT_PASSWORD

__all__ = ["GAPS", "NOWHERE", "PATIENCE", "PATIENT", "QUIET", "VARIABLE", "account", "admin_sdk", "sdk", "services"]

GAPS: Mapping[ComputeCapability | str, str] = {
    ComputeCapability.COPY_IMAGE: "Glance copies nothing between regions by itself",
    "tags": "Nova takes metadata keys of ASCII letters only; test_server_extensions.py has the rest",
}
VARIABLE = "CUMULI_OPENSTACK"
"""Where it is described; the tests are skipped when nobody says."""
NOWHERE = "11111111-2222-3333-4444-555555555555"
PATIENCE = 600.0
"""Seconds that a change of state may take; much less on a machine that has nothing else to do."""
PATIENT = Timeouts(connect=60.0, attempt=600.0, operation=1200.0, stall=600.0)
"""For clients: a busy machine takes a minute for the listing of a thousand servers, and what is asked twice differs."""


QUIET = pytest.mark.filterwarnings("ignore::openstack.warnings._RemovedInSDKWarning")
"""For tests in which openstacksdk looks on: it warns of what it does itself."""


@pytest.fixture(scope="session")
def services() -> Mapping[str, Any]:
    """Where the services are and what is in them."""
    found: dict[str, Any] = json.loads(Path(os.environ[VARIABLE]).read_text())
    assert found["demo_password"] == ACCOUNT_PASSWORD, "the watch over secrets looks for another password"
    return found


def account(services: Mapping[str, Any], **settings: Any) -> dict[str, Any]:
    """What a client of the tests' project is made with."""
    return {
        "auth_url": services["auth_url"],
        "username": "demo",
        "password": services["demo_password"],
        "project_name": "demo",
        "proxy": "",
        "timeout": PATIENT,
        **settings,
    }


@pytest.fixture(scope="session")
def sdk(services: Mapping[str, Any]) -> Iterator[Any]:
    """openstacksdk in the tests' project: the second pair of eyes."""
    yield from _sdk(services, "demo", services["demo_password"], "demo")


@pytest.fixture(scope="session")
def admin_sdk(services: Mapping[str, Any]) -> Iterator[Any]:
    """openstacksdk as an administrator, who sees every project."""
    yield from _sdk(services, "admin", services["admin_password"], "admin")


def _sdk(services: Mapping[str, Any], user: str, password: str, project: str) -> Iterator[Any]:
    # By token: what openstacksdk is given shows in its own tracebacks.
    token = login(services["auth_url"], user, password, project)
    auth = {
        "auth_url": services["auth_url"],
        "token": token,
        "project_name": project,
        "project_domain_id": "default",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = openstack.config.OpenStackConfig(load_envvars=False, load_yaml_config=False)
        region = config.get_one(region_name="RegionOne", auth_type="v3token", auth=auth)
        connection = openstack.connection.Connection(config=region)
    yield connection
    connection.close()
