"""Amazon EC2's wire protocol, served by moto."""

from __future__ import annotations

from cumuli.runtime.messages import Request
from cumuli.sandbox.moto import Moto
from cumuli.sandbox.server import Server

__all__ = ["SERVER"]

SERVER: Server = Moto(
    "ec2",
    "Amazon EC2, by moto",
    question=Request(
        method="POST",
        origin="",
        target="/",
        headers=(("Content-Type", "application/x-www-form-urlencoded"),),
        body=b"Action=DescribeRegions&Version=2016-11-15",
        operation="DescribeRegions",
    ),
    answer=b"DescribeRegionsResponse",
    # Images to start nodes from, and a clean slate for everything else.
    environment={"MOTO_EC2_LOAD_DEFAULT_AMIS": "true"},
)
