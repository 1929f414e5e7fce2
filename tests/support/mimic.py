"""mimic, Rackspace's own mock of its API, as a server that ``cumuli.sandbox.starting`` can start.

It needs older versions of what the tests need as well, and so has a venv of its own.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cumuli.sandbox.server import HOST, Address, Profile, Server

__all__ = ["VENV", "Account", "Mimic"]

VENV = Path(__file__).resolve().parents[2] / ".cache" / "mimic"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Mimic(Server):
    """All of Rackspace, in memory, by the clock of this machine."""

    name = "mimic"
    summary = "Rackspace by mimic"
    modules: Sequence[str] = ()

    def command(self, address: Address) -> list[str]:
        return [
            str(VENV / "bin" / "twistd"), "--pidfile=", "--nodaemon", "mimic", "--realtime",
            "--listen", f"tcp:{address.port}:interface={HOST}",
        ]  # fmt: skip

    def environment(self, address: Address) -> Mapping[str, str]:
        return {}

    def ready(self, address: Address, log: str) -> bool:
        if f"Site starting on {address.port}" not in log:
            return False
        try:
            with OPENER.open(address.endpoint, timeout=5):
                return True
        except OSError:
            return False

    def profiles(self, address: Address) -> dict[str, Profile]:
        return {}

    def exports(self, address: Address) -> dict[str, str]:
        return {}


class Account:
    """The second pair of eyes: an account's servers as they are read by the standard library alone."""

    def __init__(self, auth_url: str, username: str, api_key: str, region: str) -> None:
        body = {"auth": {"RAX-KSKEY:apiKeyCredentials": {"username": username, "apiKey": api_key}}}
        self.token = ""
        access = self._json("POST", f"{auth_url}/tokens", body)["access"]
        self.token = access["token"]["id"]
        addresses = {
            service["name"]: endpoint["publicURL"]
            for service in access["serviceCatalog"]
            for endpoint in service["endpoints"]
            if endpoint["region"] == region
        }
        self.compute = addresses["cloudServersOpenStack"]
        self._control = addresses["cloudServersBehavior"]

    def get(self, path: str) -> Any:
        """What stands at a path of the compute service, or None."""
        try:
            return self._json("GET", self.compute + path)
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return None

    def behave(self, name: str, behavior: str, parameters: Any) -> None:
        """Say what is to become of new servers of this name, in mimic's words."""
        body = {"criteria": [{"server_name": f"{name}$"}], "name": behavior, "parameters": parameters}
        self._json("POST", f"{self._control}/behaviors/creation", body)

    def _json(self, method: str, url: str, body: Any = None) -> Any:
        headers = {"Content-Type": "application/json", "X-Auth-Token": self.token}
        data = None if body is None else json.dumps(body).encode()
        with OPENER.open(urllib.request.Request(url, data=data, headers=headers, method=method), timeout=120) as answer:
            text = answer.read()
        return json.loads(text) if text else None
