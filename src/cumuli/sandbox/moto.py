"""One of AWS's wire protocols, served by moto."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import msgspec

from cumuli.runtime import blocking_runtime
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.messages import Request, Response
from cumuli.runtime.protocol import TransportSettings
from cumuli.sandbox import moto_with_auth
from cumuli.sandbox.server import HOST, Address, Profile, Server, rclone_remote

__all__ = ["Moto"]

REGION = "us-east-1"
# Moto accepts any; these are the words that its own documentation uses.
ACCESS_KEY = "testing"
SECRET_KEY = "testing"  # noqa: S105 - of a server that checks nothing
PATIENCE = 10.0


class Moto(Server):
    """Moto for one service: it keeps everything in memory, and forgets it when it ends.

    Args:
        name: The service, as cumuli and AWS's signatures call it.
        summary: What it is, in a line.
        question: What to ask it, to see whether it answers; the origin and the signature are added.
        answer: What its answer has to contain.
        environment: Environment variables that moto needs besides the usual ones.
        settings: What its profile says besides the usual.
        checks: Whether it checks signatures.
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
        checks: bool = False,
    ) -> None:
        self.name = name
        self.summary = summary
        self._question = question
        self._answer = answer
        self._environment = environment or {}
        self._settings = settings or {}
        self._checks = checks

    @property
    def _key(self) -> tuple[str, str]:
        return (moto_with_auth.ACCESS_KEY, moto_with_auth.SECRET_KEY) if self._checks else (ACCESS_KEY, SECRET_KEY)

    def checking(self) -> Server:
        """With one user, whose signatures are checked; requests without one get moto's status 500."""
        return Moto(
            self.name,
            self.summary,
            question=self._question,
            answer=self._answer,
            environment=self._environment,
            settings=self._settings,
            checks=True,
        )

    def command(self, address: Address) -> list[str]:
        """``moto_server``, by the Python that runs this."""
        module = moto_with_auth.__name__ if self._checks else "moto.server"
        return [sys.executable, "-m", module, "-H", HOST, "-p", str(address.port)]

    def environment(self, address: Address) -> Mapping[str, str]:
        """What it was made with."""
        return self._environment

    def ready(self, address: Address, log: str) -> bool:
        """Ask, which also makes it load the service before the first user has to wait for that."""
        if f"Running on {address.endpoint}" not in log:
            return False
        answer = run(self._asked(address))
        if self._checks:
            return answer.status in {401, 403}  # EC2, S3: nobody is called like this
        return answer.status == 200 and self._answer in answer.body

    def profiles(self, address: Address) -> dict[str, Profile]:
        """``sandbox-NAME``."""
        return {
            f"sandbox-{self.name}": {
                "provider": self.name,
                "endpoint": address.endpoint,
                "region": REGION,
                "key": self._key[0],
                "secret": self._key[1],
                **self._settings,
            }
        }

    def exports(self, address: Address) -> dict[str, str]:
        """What the AWS command line, boto3 and cumuli itself read; of S3 also what rclone does, for ``sandbox_s3:``."""
        key, secret = self._key
        found = {
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            # Without it they may ask the machine's metadata service, which is none of the sandbox's.
            "AWS_EC2_METADATA_DISABLED": "true",
            f"AWS_ENDPOINT_URL_{self.name.upper()}": address.endpoint,
        }
        if self.name == "s3":
            found |= rclone_remote(
                "sandbox_s3",
                type="s3",
                provider="Other",
                access_key_id=key,
                secret_access_key=secret,
                endpoint=address.endpoint,
                region=REGION,
            )
        return found

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
