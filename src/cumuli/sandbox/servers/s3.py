"""Amazon S3's wire protocol, served by moto."""

from __future__ import annotations

from cumuli.runtime.messages import Request
from cumuli.sandbox.moto import Moto
from cumuli.sandbox.server import Server

__all__ = ["SERVER"]

SERVER: Server = Moto(
    "s3",
    "Amazon S3, by moto",
    question=Request(method="GET", origin="", target="/", operation="ListBuckets"),
    answer=b"ListAllMyBucketsResult",
    # The etag that moto computes of what came in one request (FakeKey.etag of its moto/s3/models.py) is the MD5.
    settings={"md5_etags": True},
)
