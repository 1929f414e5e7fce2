"""Amazon EC2's wire protocol, served by moto."""

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


class EC2Sandbox:
    """Moto: it keeps everything in memory, and forgets it when it ends."""

    name = "ec2"
    summary = "Amazon EC2, by moto"
    modules: Sequence[str] = ("moto", "flask")

    def command(self, address: Address) -> list[str]:
        """``moto_server``, by the Python that runs this."""
        return [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(address.port)]

    def environment(self, address: Address) -> Mapping[str, str]:
        """Images to start nodes from, and a clean slate for everything else."""
        return {"MOTO_EC2_LOAD_DEFAULT_AMIS": "true"}

    def ready(self, address: Address, log: str) -> bool:
        """Ask it for its regions, which also makes it load EC2 before the first user has to wait for that."""
        if f"Running on {address.endpoint}" not in log:
            return False
        answer = run(_describe_regions(address))
        return answer.status == 200 and b"DescribeRegionsResponse" in answer.body

    def profiles(self, address: Address) -> dict[str, Profile]:
        """``sandbox-ec2``."""
        return {
            "sandbox-ec2": {
                "provider": "ec2",
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
            "AWS_ENDPOINT_URL_EC2": address.endpoint,
        }


async def _describe_regions(address: Address) -> Response:
    runtime = blocking_runtime(TransportSettings(proxy=""))
    try:
        request = Request(
            method="POST",
            origin=address.endpoint,
            target="/",
            headers=(
                ("Content-Type", "application/x-www-form-urlencoded"),
                # Moto tells services apart by the scope of a signature, and does not check it.
                ("Authorization", f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20260101/{REGION}/ec2/aws4_request"),
            ),
            body=b"Action=DescribeRegions&Version=2016-11-15",
            operation="DescribeRegions",
        )
        return await runtime.send(request, deadline=runtime.monotonic() + PATIENCE)
    finally:
        await runtime.close()


SERVER: Server = EC2Sandbox()
