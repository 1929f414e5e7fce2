"""``S3Driver``: S3's calls, resource by resource."""

from __future__ import annotations

from polycloud.providers.aws.s3.buckets import Buckets
from polycloud.providers.aws.s3.copying import Copying

__all__ = ["S3Driver"]


class S3Driver(Buckets, Copying):
    """Everything that polycloud calls of S3."""
