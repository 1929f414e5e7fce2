"""Host keys of a machine that is just putting them in their place."""

from __future__ import annotations

import json
from typing import Any

from cumuli.providers.machines import boot
from cumuli.runtime.messages import Request, Response
from cumuli.testing.flavours import Flavour
from tests.faults.listings.answers_machines import INFO, container
from tests.faults.listings.canned import Answers, client_of

KEY = "ssh-ed25519 AAAA root@web"


class Busy(Answers):
    """Podman fails to read a file that changes meanwhile, or sends nothing of it."""

    failures = 3

    def to(self, request: Request) -> Response:
        answer = super().to(request)
        if request.operation != "ContainerArchiveLibpod" or not self.failures:
            return answer
        self.failures -= 1
        if not self.failures:
            return Response(status=200, headers=answer.headers, body=b"")
        said = {"message": "archive/tar: write too long", "cause": "write too long", "response": 500}
        return Response(status=500, headers=answer.headers, body=json.dumps(said).encode())


async def test_a_file_that_cannot_be_read_yet_is_waited_for(flavour: Flavour) -> None:
    """Else a deployment would take any key at first sight, as if podman told none."""
    answers = Busy()
    bodies: dict[str, Any] = {"ContainerList": [container(1)], "SystemInfoLibpod": INFO}
    found = {operation: [json.dumps(body).encode()] for operation, body in bodies.items()}
    answers.show({**found, "ContainerArchiveLibpod": [boot.packed({"host_keys": KEY.encode()})]}, {})
    cloud = client_of("machines", flavour, answers)
    try:
        assert await cloud.ex_host_keys("1" * 64) == (KEY,)
        assert answers.failures == 0
    finally:
        await cloud.aclose()
