"""An identity service as Rackspace's in front of a real Keystone: v2.0, API keys, a catalog like Rackspace's.

Whoever comes with a user and an API key (or a password, or a token) gets a token of Keystone's own,
and a catalog that leads to the real services: Nova at its second API, as Rackspace served it.
"""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.secrets_used import API_KEY

__all__ = ["DEFAULT_REGION", "REGIONS", "IdentityFront"]

DEFAULT_REGION = "DFW"
REGIONS = ("DFW", "ORD")
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Refused(Exception):
    """What is answered instead of a token."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.fault = {kind: {"code": status, "message": message}}


class IdentityFront:
    """The front.

    Attributes:
        keys: API keys by user.
        given: How many tokens were given.
        requests: The bodies that were sent, without what they prove themselves with.
    """

    def __init__(self, services: Mapping[str, Any]) -> None:
        self.services = services
        self.keys = {"demo": API_KEY}
        self.given = 0
        self.requests: list[list[str]] = []
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    status, answer = 200, front.answer(self.path, body)
                except Refused as refused:
                    status, answer = refused.status, refused.fault
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def auth_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v2.0"

    def answer(self, path: str, body: Any) -> Any:
        if path != "/v2.0/tokens":
            raise Refused(404, "itemNotFound", "Resource not found")
        auth = body["auth"]
        self.requests.append(sorted(auth))
        token, details = self._keystone(self._identity(auth))
        self.given += 1
        project, user = details["project"], details["user"]
        return {
            "access": {
                "token": {
                    "id": token,
                    "expires": details["expires_at"],
                    "tenant": {"id": project["id"], "name": project["id"]},
                    "RAX-AUTH:authenticatedBy": ["APIKEY"],
                },
                "user": {
                    "id": user["id"],
                    "name": user["name"],
                    "RAX-AUTH:defaultRegion": DEFAULT_REGION,
                    "roles": [{"id": "3", "name": "identity:user-admin", "description": "User Admin Role."}],
                },
                "serviceCatalog": self._catalog(project["id"]),
            }
        }

    def _identity(self, auth: dict[str, Any]) -> dict[str, Any]:
        """Keystone's words for what Rackspace's say."""
        by_key = auth.get("RAX-KSKEY:apiKeyCredentials")
        if by_key is not None:
            if self.keys.get(by_key["username"]) != by_key["apiKey"]:
                raise Refused(401, "unauthorized", "Unable to authenticate user with credentials provided.")
            return _password(by_key["username"], self.services["demo_password"])
        if "passwordCredentials" in auth:
            given = auth["passwordCredentials"]
            return _password(given["username"], given["password"])
        if "token" in auth:
            return {"methods": ["token"], "token": {"id": auth["token"]["id"]}}
        raise Refused(400, "badRequest", "Invalid request body: unable to parse Auth data.")

    def _keystone(self, identity: dict[str, Any]) -> tuple[str, Any]:
        scope = {"project": {"id": self.services["project"]}}
        request = urllib.request.Request(
            f"{self.services['auth_url']}/auth/tokens",
            json.dumps({"auth": {"identity": identity, "scope": scope}}).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with OPENER.open(request, timeout=120) as found:
                return str(found.headers["X-Subject-Token"]), json.loads(found.read())["token"]
        except urllib.error.HTTPError as error:
            raise Refused(error.code, "unauthorized", "Unable to authenticate user.") from None

    def _catalog(self, project: str) -> list[dict[str, Any]]:
        urls = self.services["urls"]

        def service(kind: str, name: str, url: str) -> dict[str, Any]:
            places = [{"region": region, "tenantId": project, "publicURL": url} for region in REGIONS]
            return {"type": kind, "name": name, "endpoints": places}

        # The first generation is listed under the same type, without a region; nobody answers there.
        closed = {"tenantId": project, "publicURL": f"http://127.0.0.1:9/v1.0/{project}"}
        return [
            {"type": "compute", "name": "cloudServers", "endpoints": [closed]},
            service("compute", "cloudServersOpenStack", f"{urls['nova']}/v2/{project}"),
            service("volume", "cloudBlockStorage", f"{urls['cinder']}/v3/{project}"),
            service("image", "cloudImages", f"{urls['glance']}/v2"),
            service("network", "cloudNetworks", f"{urls['neutron']}/v2.0"),
        ]


def _password(user: str, password: str) -> dict[str, Any]:
    return {
        "methods": ["password"],
        "password": {"user": {"name": user, "domain": {"id": "default"}, "password": password}},
    }
