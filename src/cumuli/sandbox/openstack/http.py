"""The few calls that fill a new cloud, by the standard library alone."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(
    method: str, url: str, body: Any = None, *, token: str = "", subject: str = "", raw: bytes | None = None
) -> Any:
    """The JSON of an answer, or None if it has none."""
    headers = {"Accept": "application/json"}
    if token:
        headers["X-Auth-Token"] = token
    if subject:
        headers["X-Subject-Token"] = subject
    data = raw
    if body is not None:
        data = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    if raw is not None:
        headers["Content-Type"] = "application/octet-stream"
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    try:
        with OPENER.open(request, timeout=600) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{method} {url}: HTTP {error.code}: {error.read()[:2000]!r}") from None
    return json.loads(text) if text else None


def answers(url: str) -> bool:
    """Whether somebody speaks HTTP there, whatever is said."""
    try:
        with OPENER.open(url, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def login(keystone: str, user: str, password: str, project: str) -> str:
    """A token."""
    domain = {"name": "Default"}
    identity = {"methods": ["password"], "password": {"user": {"name": user, "domain": domain, "password": password}}}
    body = {"auth": {"identity": identity, "scope": {"project": {"name": project, "domain": domain}}}}
    request = urllib.request.Request(
        f"{keystone}/auth/tokens", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with OPENER.open(request, timeout=600) as answer:
        return str(answer.headers["X-Subject-Token"])
