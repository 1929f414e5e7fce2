"""One of AWS's wire protocols, served by moto."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import msgspec

from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.messages import Request, Response
from cumuli.runtime.protocol import TransportSettings
from cumuli.sandbox.server import HOST, Address, Profile

__all__ = ["Moto"]

REGION = "us-east-1"
# Moto accepts any; these are the words that its own documentation uses.
ACCESS_KEY = "testing"
SECRET_KEY = "testing"  # noqa: S105 - of a server that checks nothing
PATIENCE = 10.0


class Moto:
    """Moto for one service: it keeps everything in memory, and forgets it when it ends.

    Args:
        name: The service, as cumuli and AWS's signatures call it.
        summary: What it is, in a line.
        question: What to ask it, to see whether it answers; the origin and the signature are added.
        answer: What its answer has to contain.
        environment: Environment variables that moto needs besides the usual ones.
        settings: What its profile says besides the usual.
    """

    modules: Sequence[str] = ("moto", "flask")

    def __init__(
        self,
        name: str,
        summary: str,
        *,
        question: Request,
        answer: bytes,
        environment: Mapping[str, str] | None = None,
        settings: Profile | None = None,
    ) -> None:
        self.name = name
        self.summary = summary
        self._question = question
        self._answer = answer
        self._environment = environment or {}
        self._settings = settings or {}

    def command(self, address: Address) -> list[str]:
        """``moto_server``, by the Python that runs this."""
        return [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(address.port)]

    def environment(self, address: Address) -> Mapping[str, str]:
        """What it was made with."""
        return self._environment

    def ready(self, address: Address, log: str) -> bool:
        """Ask, which also makes it load the service before the first user has to wait for that."""
        if f"Running on {address.endpoint}" not in log:
            return False
        answer = run(self._asked(address))
        return answer.status == 200 and self._answer in answer.body

    def profiles(self, address: Address) -> dict[str, Profile]:
        """``sandbox-NAME``."""
        return {
            f"sandbox-{self.name}": {
                "provider": self.name,
                "endpoint": address.endpoint,
                "region": REGION,
                "key": ACCESS_KEY,
                "secret": SECRET_KEY,
                **self._settings,
            }
        }

    def exports(self, address: Address) -> dict[str, str]:
        """What the AWS command line, boto3 and cumuli itself read."""
        return {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            f"AWS_ENDPOINT_URL_{self.name.upper()}": address.endpoint,
        }

    async def _asked(self, address: Address) -> Response:
        # Moto tells services apart by the scope of a signature, and does not check it.
        signature = f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20260101/{REGION}/{self.name}/aws4_request"
        headers = (*self._question.headers, ("Authorization", signature))
        runtime = blocking_runtime(TransportSettings(proxy=""))
        try:
            request = msgspec.structs.replace(self._question, origin=address.endpoint, headers=headers)
            return await runtime.send(request, deadline=runtime.monotonic() + PATIENCE)
        finally:
            await runtime.close()
