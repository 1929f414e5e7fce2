"""Amazon S3's wire protocol, served by moto."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from polycloud.runtime import blocking_runtime
from polycloud.runtime.drive import run
from polycloud.runtime.messages import Request, Response
from polycloud.runtime.protocol import TransportSettings
from polycloud.sandbox.server import HOST, Address, Profile, Server

__all__ = ["SERVER"]

REGION = "us-east-1"
# Moto accepts any; these are the words that its own documentation uses.
ACCESS_KEY = "testing"
SECRET_KEY = "testing"  # noqa: S105 - of a server that checks nothing
PATIENCE = 10.0


class S3Sandbox:
    """Moto: it keeps everything in memory, and forgets it when it ends."""

    name = "s3"
    summary = "Amazon S3, by moto"
    modules: Sequence[str] = ("moto", "flask")

    def command(self, address: Address) -> list[str]:
        """``moto_server``, by the Python that runs this."""
        return [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(address.port)]

    def environment(self, address: Address) -> Mapping[str, str]:
        """Nothing that is not usual."""
        return {}

    def ready(self, address: Address, log: str) -> bool:
        """Ask it for its buckets, which also makes it load S3 before the first user has to wait for that."""
        if f"Running on {address.endpoint}" not in log:
            return False
        answer = run(_list_buckets(address))
        return answer.status == 200 and b"ListAllMyBucketsResult" in answer.body

    def profiles(self, address: Address) -> dict[str, Profile]:
        """``sandbox-s3``."""
        return {
            "sandbox-s3": {
                "provider": "s3",
                "endpoint": address.endpoint,
                "region": REGION,
                "key": ACCESS_KEY,
                "secret": SECRET_KEY,
            }
        }

    def exports(self, address: Address) -> dict[str, str]:
        """What the AWS command line, boto3 and polycloud itself read."""
        return {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL_S3": address.endpoint,
        }


async def _list_buckets(address: Address) -> Response:
    runtime = blocking_runtime(TransportSettings(proxy=""))
    try:
        request = Request(
            method="GET",
            origin=address.endpoint,
            target="/",
            headers=(
                # Moto tells services apart by the scope of a signature, and does not check it.
                ("Authorization", f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20260101/{REGION}/s3/aws4_request"),
            ),
            operation="ListBuckets",
        )
        return await runtime.send(request, deadline=runtime.monotonic() + PATIENCE)
    finally:
        await runtime.close()


SERVER: Server = S3Sandbox()
