"""Example Cloud: a small strict server of an API that nobody else has."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

__all__ = ["ExampleServer", "serving"]

CATALOG = {
    "sizes": [
        {"id": "small", "memory": 1024, "disk": 20, "cpus": 1},
        {"id": "large", "memory": 8192, "disk": 80, "cpus": 4},
    ],
    "images": [{"id": "debian", "title": "Debian 12"}, {"id": "fedora", "title": "Fedora 42"}],
    "locations": [
        {"id": "ber", "city": "Berlin", "country": "DE"},
        {"id": "osl", "city": "Oslo", "country": "NO"},
    ],
}
VERBS = {"start": ("building", "active"), "stop": ("active", "off"), "reboot": ("rebooting", "active")}
CHANGE_SECONDS = 0.05


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass
class Machine:
    facts: dict[str, Any]
    status: str = "building"
    then: str = "active"
    due: float = field(default_factory=lambda: time.monotonic() + CHANGE_SECONDS)

    def change(self, status: str, then: str) -> None:
        self.status, self.then, self.due = status, then, time.monotonic() + CHANGE_SECONDS

    def shown(self) -> dict[str, Any]:
        if time.monotonic() >= self.due:
            self.status = self.then
        return {**self.facts, "status": self.status}


class ExampleServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, token: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.token = token
        self.endpoint = f"http://127.0.0.1:{self.server_port}"
        self.machines: dict[str, Machine] = {}
        self.numbers = count(1)
        self.lock = threading.Lock()

    def machine(self, machine_id: str) -> Machine:
        if machine_id not in self.machines:
            raise Refusal(404, "server_not_found", f"there is no server {machine_id}")
        return self.machines[machine_id]

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        match method, [unquote(part) for part in path.removeprefix("/v1/").split("/")]:
            case "GET", ["catalog"]:
                return CATALOG
            case "GET", ["servers"]:
                return self.page(int(query.get("page", ["1"])[0]), int(query.get("limit", ["100"])[0]))
            case "POST", ["servers"]:
                return self.create(body)
            case "GET", ["servers", machine_id]:
                return self.machine(machine_id).shown()
            case "DELETE", ["servers", machine_id]:
                shown = self.machine(machine_id).shown()
                del self.machines[machine_id]
                return shown
            case "POST", ["servers", machine_id, verb] if verb in VERBS:
                machine = self.machine(machine_id)
                machine.change(*VERBS[verb])
                return machine.shown()
        raise Refusal(404, "no_such_call", f"there is no {method} {path}")

    def page(self, number: int, limit: int) -> Any:
        shown = [machine.shown() for machine in self.machines.values()]
        rest = shown[number * limit :]
        return {"servers": shown[(number - 1) * limit : number * limit], "next": number + 1 if rest else None}

    def create(self, wanted: dict[str, Any]) -> Any:
        for kind in ("size", "image", "location"):
            if kind in wanted and wanted[kind] not in {each["id"] for each in CATALOG[f"{kind}s"]}:
                raise Refusal(422, f"{kind}_not_found", f"there is no {kind} {wanted[kind]}")
        number = next(self.numbers)
        facts = {"location": "ber", **wanted, "id": f"srv-{number}", "created": "2026-01-02T03:04:05Z"}
        self.machines[facts["id"]] = Machine(facts | {"addresses": [f"192.0.2.{number % 254 + 1}"], "rack": "R7"})
        return self.machines[facts["id"]].shown()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ExampleServer

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            status, answer = 200, self.answered(body)
        except Refusal as refusal:
            status, answer = refusal.status, {"code": refusal.code, "message": refusal.message}
        sent = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def do_POST(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def answered(self, body: bytes) -> Any:
        if self.headers.get("Authorization") != f"Bearer {self.server.token}":
            raise Refusal(401, "bad_token", "this token is not known")
        parts = urlsplit(self.path)
        with self.server.lock:
            return self.server.answer(
                self.command, parts.path, parse_qs(parts.query), json.loads(body) if body else None
            )

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(token: str) -> Iterator[ExampleServer]:
    """The server in a thread of this process, for the length of a ``with`` block."""
    server = ExampleServer(token)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
