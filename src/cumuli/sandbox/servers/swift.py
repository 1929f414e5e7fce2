"""OpenStack Swift itself, which is also what Cloud Files runs, and which speaks S3 as well."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping, Sequence

from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.messages import Request, Response
from cumuli.runtime.protocol import TransportSettings
from cumuli.sandbox.server import Address, Profile, Server, rclone_remote
from cumuli.sandbox.swift.settings import KEY, USER

__all__ = ["SERVER", "SwiftSandbox"]

PATIENCE = 10.0


class SwiftSandbox(Server):
    """One process; it keeps everything in files, which go when it is taken down."""

    name = "swift"
    summary = "OpenStack Swift, and S3 by it"
    modules: Sequence[str] = ("swift", "eventlet")

    def command(self, address: Address) -> list[str]:
        """The four servers, by the Python that runs this."""
        folder = address.home / f"data-{address.port}"
        folder.mkdir(exist_ok=True)  # the port was tried before, and taken
        port = str(address.port)
        return [sys.executable, "-m", "cumuli.sandbox.swift", "--port", port, "--folder", str(folder)]

    def environment(self, address: Address) -> Mapping[str, str]:
        """Nothing that is not usual."""
        return {}

    def ready(self, address: Address, log: str) -> bool:
        """Log in, and give the account a key for temporary URLs: that takes the proxy and a server behind it."""
        if f"Swift at {address.endpoint}" not in log:
            return False
        return run(_prepare(address)).status == 204

    def profiles(self, address: Address) -> dict[str, Profile]:
        """``sandbox-swift``, ``sandbox-cloudfiles`` and ``sandbox-swift-s3``: three ways to the same objects."""
        login = {"auth_url": f"{address.endpoint}/auth/v1.0", "username": USER}
        return {
            "sandbox-swift": {"provider": "swift", **login, "key": KEY},
            "sandbox-cloudfiles": {"provider": "cloudfiles", **login, "api_key": KEY},
            "sandbox-swift-s3": {
                "provider": "s3",
                "endpoint": address.endpoint,
                "region": "us-east-1",
                "key": USER,
                "secret": KEY,
            },
        }

    def exports(self, address: Address) -> dict[str, str]:
        """What the ``swift`` command and python-swiftclient read, the ``openstack`` command, and rclone, for
        ``sandbox_swift:``.
        """
        login = f"{address.endpoint}/auth/v1.0"
        return {
            "ST_AUTH": login,
            "ST_USER": USER,
            "ST_KEY": KEY,
            "ST_AUTH_VERSION": "1.0",
            # A plugin of python-swiftclient: this is how the openstack command logs in where there is no Keystone.
            "OS_AUTH_TYPE": "v1password",
            "OS_AUTH_URL": login,
            "OS_USERNAME": USER,
            "OS_PASSWORD": KEY,
            **rclone_remote("sandbox_swift", type="swift", user=USER, key=KEY, auth=login, auth_version="1"),
        }


async def _prepare(address: Address) -> Response:
    runtime = blocking_runtime(TransportSettings(proxy=""))
    try:
        deadline = runtime.monotonic() + PATIENCE
        login = Request(
            method="GET",
            origin=address.endpoint,
            target="/auth/v1.0",
            headers=(("X-Auth-User", USER), ("X-Auth-Key", KEY)),
            operation="GET auth/v1.0",
        )
        answer = await runtime.send(login, deadline=deadline)
        headers = dict(answer.headers)
        # Nobody has to know it: clients ask the account for it.
        key = ("X-Account-Meta-Temp-URL-Key", secrets.token_urlsafe())
        account = Request(
            method="POST",
            origin=address.endpoint,
            target=headers.get("x-storage-url", "").removeprefix(address.endpoint) or "/",
            headers=(("X-Auth-Token", headers.get("x-auth-token", "")), key),
            operation="POST account",
        )
        return await runtime.send(account, deadline=deadline)
    finally:
        await runtime.close()


SERVER: Server = SwiftSandbox()
