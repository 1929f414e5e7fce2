"""HTTP in front of an account: keys, signatures and time, paging, and the envelope of every answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from cumuli.sandbox.gogrid.account import Account, Settings
from cumuli.sandbox.gogrid.calls import CALLS, Arguments, Failure, Item

__all__ = ["GoGridServer", "serving"]

# Seconds that the clocks of the two sides may be apart.
TOLERANCE = 600
LARGEST_BODY = 1 << 20
OUT_OF_SERVICE = b"<html><head><title>503</title></head><body><h1>Service Temporarily Unavailable</h1></body></html>"


class GoGridServer(ThreadingHTTPServer):
    """The server, listening.

    Attributes:
        account: What it serves.
        out_of_service: Whether every call is answered by an HTML page with status 503.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], settings: Settings) -> None:
        super().__init__(address, Handler)
        self.settings = settings
        self.account = Account(settings)
        self.lock = threading.Lock()
        self.out_of_service = False

    def answer(self, method: str, path: str, given: Mapping[str, Sequence[str]]) -> tuple[int, Item]:
        """Status and envelope of one call."""
        try:
            items, summary = self._call(method, path, given)
        except Failure as failure:
            error: Item = {"object": "error", "errorcode": failure.code, "message": failure.message}
            return failure.status, _envelope(path, "failure", [error], _summary([error], 1, 0, 0))
        return 200, _envelope(path, "success", items, summary)

    def _call(self, method: str, path: str, given: Mapping[str, Sequence[str]]) -> tuple[list[Item], Item]:
        self._authenticate(given, path)
        if path not in CALLS:
            raise Failure(404, "NoSuchMethodException", f"No such method: {path}")
        wanted, call, known = CALLS[path]
        if method != wanted:
            raise Failure(400, "IllegalArgumentException", f"This method is called by {wanted}: {path}")
        arguments = Arguments(given, known)
        if arguments.required("v") != "1.7" or arguments.optional("format") not in {None, "json"}:
            raise Failure(400, "IllegalArgumentException", "Only version 1.7 and the format json are served")
        size = arguments.number("num_items", default=0, least=1)
        page = arguments.number("page", default=0, least=0)
        with self.lock:
            found = call(self.account, arguments)
        if not size:
            return found, _summary(found, len(found), 0, 0)
        start = page * size
        pages = -(-len(found) // size)
        part = found[start : start + size]
        return part, _summary(part, len(found), start, pages)

    def _authenticate(self, given: Mapping[str, Sequence[str]], path: str) -> None:
        key = given.get("api_key", [""])[-1]
        signature = given.get("sig", [""])[-1]
        if key not in {self.settings.api_key, self.settings.limited_key} or not self._signed(key, signature):
            raise Failure(403, "UnauthorizedException", "The credentials or the signature are not valid")
        if key == self.settings.limited_key and path == "/support/password/list":
            raise Failure(401, "AccessDeniedException", "The role of this key does not allow this method")

    def _signed(self, key: str, signature: str) -> bool:
        """Whether it is the signature of any second that is near enough; the time itself is not sent."""
        now = int(time.time())
        return any(
            hmac.compare_digest(
                # MD5 is what the API prescribes.
                hashlib.md5(f"{key}{self.settings.secret}{now + away}".encode(), usedforsecurity=False).hexdigest(),
                signature,
            )
            for away in sorted(range(-TOLERANCE, TOLERANCE + 1), key=abs)
        )


def _summary(items: Sequence[Item], total: int, start: int, pages: int) -> Item:
    return {"total": total, "start": start, "returned": len(items), "numpages": pages}


def _envelope(path: str, status: str, items: Sequence[Item], summary: Item) -> Item:
    return {"list": items, "method": path, "status": status, "summary": summary}


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    @property
    def _gogrid(self) -> GoGridServer:
        assert isinstance(self.server, GoGridServer)  # noqa: S101 - it is what makes these
        return self.server

    def do_GET(self) -> None:
        """A call that looks."""
        self._serve("GET")

    def do_POST(self) -> None:
        """A call that changes something."""
        self._serve("POST")

    def _serve(self, method: str) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            self._send(413, b"", "text/plain")
            return
        body = self.rfile.read(int(length))
        if self._gogrid.out_of_service:
            self._send(503, OUT_OF_SERVICE, "text/html")
            return
        parts = urlsplit(self.path)
        query = f"{parts.query}&{body.decode('latin-1')}" if body else parts.query
        given = parse_qs(query, keep_blank_values=True)
        if not parts.path.startswith("/api/"):
            self._send(404, b"<html><body><h1>Not Found</h1></body></html>", "text/html")
            return
        status, envelope = self._gogrid.answer(method, parts.path.removeprefix("/api"), given)
        self._send(status, json.dumps(envelope).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Without the query, which holds a signature that is good for some minutes."""
        self.log_message("%s %s %s", self.command, urlsplit(self.path).path, code)


@contextmanager
def serving(settings: Settings | None = None) -> Generator[GoGridServer]:
    """A server on a free port of loopback in a thread of this process, for the length of a ``with`` block."""
    server = GoGridServer(("127.0.0.1", 0), settings or Settings())
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
