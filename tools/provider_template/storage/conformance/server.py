"""What the tests talk to: a small server of Acme Cloud's API, written from its documentation.

A server that others wrote is better evidence where there is one; ``tests/conformance/ec2`` shows how the sandbox
starts it. Where there is none, this one grows with the driver, and refuses what the provider refuses.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

__all__ = ["AcmeServer", "serving"]

Answer = tuple[int, dict[str, Any]]


class AcmeServer(ThreadingHTTPServer):
    """The server, listening, with one folder of the customer's."""

    daemon_threads = True

    def __init__(self, token: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.token = token
        self.endpoint = f"http://127.0.0.1:{self.server_port}"
        self.folders: dict[str, dict[str, Any]] = {"photos": {"name": "photos", "files": 0, "bytes": 0, "vault": "v7"}}

    def answer(self, method: str, path: str, query: dict[str, list[str]]) -> Answer:
        match method, [unquote(part) for part in path.removeprefix("/v1/").split("/")]:
            case "GET", ["folders"]:
                limit, page = int(query["limit"][0]), int(query["page"][0])
                folders = sorted(self.folders.values(), key=lambda folder: folder["name"])
                more = page + 1 if len(folders) > page * limit else None
                return 200, {"folders": folders[(page - 1) * limit : page * limit], "next": more}
            case "GET", ["folders", name] if name in self.folders:
                return 200, self.folders[name]
            case _, ["folders", name, *_]:
                return 404, {"code": "folder_not_found", "message": f"there is no folder {name}"}
        return 404, {"code": "no_such_call", "message": f"there is no {method} {path}"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: AcmeServer

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = urlsplit(self.path)
        if self.headers.get("Authorization") == f"Bearer {self.server.token}":
            status, answer = self.server.answer(self.command, parts.path, parse_qs(parts.query))
        else:
            status, answer = 401, {"code": "bad_token", "message": "this token is not known"}
        sent = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(sent)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(token: str) -> Iterator[AcmeServer]:
    """The server in a thread of this process, for the length of a ``with`` block."""
    server = AcmeServer(token)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
