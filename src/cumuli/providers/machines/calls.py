"""How podman is asked: one request, one answer, and what a refusal means."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from cumuli.calls.caller import Caller
from cumuli.errors import (
    AlreadyExists,
    CloudError,
    Conflict,
    ConnectionFailed,
    InvalidRequest,
    MalformedResponse,
    NotFound,
    PermissionDenied,
    ProviderUnavailable,
)
from cumuli.providers.machines import wire
from cumuli.runtime.messages import Request, Response, Source
from cumuli.wire.lenient import decode_json

__all__ = ["Podman"]

T = TypeVar("T")

# Podman 4.0 is the oldest whose answers are read here; newer ones go on serving its API.
LIBPOD = "/v4.0.0/libpod"
DOCKER = "/v1.40"
HOW_TO_START = (
    "podman's service does not listen there. Install podman if it is missing (on Debian, as root: apt-get install "
    "podman runc netavark iptables), and start it: systemctl start podman.socket, or podman system service --time 0; "
    "or let the sandbox start one: cumuli sandbox up machines"
)
Parameters = dict[str, str | list[str]]


class Podman:
    """Sends requests to podman's service and reads its answers.

    Args:
        caller: Sends them.
        origin: Of the service.
    """

    def __init__(self, caller: Caller, origin: str) -> None:
        self.caller = caller
        self._origin = origin

    async def ask(
        self,
        operation: str,
        kind: type[T],
        method: str,
        path: str,
        parameters: Parameters | None = None,
        *,
        missing: type[NotFound] = NotFound,
        content: object = None,
        body: bytes | Source = b"",
        content_type: str = "application/json",
        repeatable: bool = True,
        docker: bool = False,
        lost: list[MalformedResponse] | None = None,
    ) -> T:
        """What podman answers, decoded.

        Args:
            operation: Its name in podman's description of the API (``ContainerListLibpod``).
            kind: What the answer is.
            method: HTTP's.
            path: Behind the version, encoded.
            parameters: The query's.
            missing: What it means that there is no such thing.
            content: Sent as JSON, if it is not None.
            body: Sent as it is, if nothing is sent as JSON.
            content_type: What that is.
            repeatable: Whether asking twice is as good as asking once.
            docker: Whether it is of the half of the API that is Docker's.
            lost: See ``decode_json``.
        """
        answer = await self.send(
            operation,
            method,
            path,
            parameters,
            missing=missing,
            body=body if content is None else msgspec.json.encode(content),
            content_type=content_type,
            repeatable=repeatable,
            docker=docker,
        )
        try:
            return decode_json(answer.body, kind, lost)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise MalformedResponse(
                f"podman's answer is not what its API promises: {error}; check the endpoint", operation=operation
            ) from None

    async def containers(self, filters: dict[str, list[str]], lost: list[MalformedResponse]) -> list[wire.Container]:
        """The containers that the filters let through."""
        parameters: Parameters = {"all": "true", "filters": msgspec.json.encode(filters).decode()}
        return await self.ask(
            "ContainerList", list[wire.Container], "GET", "/containers/json", parameters, docker=True, lost=lost
        )

    async def volumes(self, label: str, lost: list[MalformedResponse]) -> list[wire.Volume]:
        """The volumes with a label."""
        parameters: Parameters = {"filters": msgspec.json.encode({"label": [label]}).decode()}
        return await self.ask("VolumeListLibpod", list[wire.Volume], "GET", "/volumes/json", parameters, lost=lost)

    async def volume(self, name: str, missing: type[NotFound]) -> wire.Volume:
        """One volume."""
        path = f"/volumes/{wire.quoted(name)}/json"
        return await self.ask("VolumeInspectLibpod", wire.Volume, "GET", path, missing=missing)

    async def send(
        self,
        operation: str,
        method: str,
        path: str,
        parameters: Parameters | None = None,
        *,
        missing: type[NotFound] = NotFound,
        body: bytes | Source = b"",
        content_type: str = "application/json",
        repeatable: bool = True,
        docker: bool = False,
    ) -> Response:
        """What podman answers, as it is. The arguments are those of ``ask``."""

        def check(answer: Response) -> CloudError | None:
            return refusal(answer, missing)

        query = f"?{urlencode(parameters, doseq=True, quote_via=quote)}" if parameters else ""
        request = Request(
            method=method,
            origin=self._origin,
            target=f"{DOCKER if docker else LIBPOD}{path}{query}",
            # Without it podman takes a body for a form, and the content is lost.
            headers=(("Content-Type", content_type),) if method in {"POST", "PUT"} else (),
            body=body,
            operation=operation,
            # Stopping waits for a machine, committing and importing write hundreds of megabytes.
            answers_late=method in {"POST", "PUT", "DELETE"},
        )
        try:
            return await self.caller.call(request, check=check, repeatable=repeatable)
        except ConnectionFailed as error:
            if not error.sent:
                error.message = f"{error.message}; {HOW_TO_START}"
            raise


def refusal(answer: Response, missing: type[NotFound]) -> CloudError | None:
    """The error that an answer tells of, or None."""
    status = answer.status
    # 304 says that it is so already: a machine that is to be started runs.
    if status < 300 or status == 304:
        return None
    try:
        # A HEAD has no body.
        failure = decode_json(answer.body, wire.Failure) if answer.body else wire.Failure()
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return MalformedResponse(f"HTTP {status} with something that podman does not send; check the endpoint")
    said = failure.message or failure.cause or f"HTTP {status}"
    if status == 404:
        return missing(said, status=status)
    if status == 409:
        return Conflict(said, status=status)
    if status in {401, 403}:
        return PermissionDenied(said, status=status)
    if status >= 500:
        return _failed(said, failure, status)
    return InvalidRequest(said, status=status)


def _failed(said: str, failure: wire.Failure, status: int) -> CloudError:
    """What podman calls its own failure, and may be anything: it has one status for all of them."""
    both = f"{said} {failure.cause}".lower()
    if "already exists" in both:
        return AlreadyExists(said, status=status)
    if "read-only image" in both:
        return Conflict(f"{said}; it is in a store that podman only reads", status=status)
    if "in use" in both or "state improper" in both:
        return Conflict(said, status=status)
    for words, advice in ADVICE.items():
        if words in both:
            return ProviderUnavailable(f"{said}; {advice}", status=status, retryable=False)
    # Asked again, it would fail again: nothing of this is a matter of load.
    return ProviderUnavailable(said, status=status, retryable=False)


ADVICE = {
    "netavark: no such file": "netavark needs iptables to give machines addresses: apt-get install iptables",
    'could not find "netavark"': "podman's network program is missing: apt-get install netavark",
    "rlimit": "podman may not raise limits here: set default_ulimits in containers.conf to what it has itself",
    "oci runtime": "podman's OCI runtime cannot start machines here; runc works on more systems than crun does: "
    'apt-get install runc, and runtime = "runc" in containers.conf',
    "crun:": 'crun cannot start machines here; runc may: apt-get install runc, and runtime = "runc" in containers.conf',
}
