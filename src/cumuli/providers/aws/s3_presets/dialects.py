"""What each service has of S3, by its own documentation."""

from __future__ import annotations

import re

from cumuli.errors import ConfigurationError
from cumuli.providers.aws.s3.dialect import Dialect, Feature
from cumuli.storage.capabilities import StorageCapability

__all__ = ["B2", "CEPH", "R2", "SPACES", "b2_endpoint", "r2_endpoint", "spaces_endpoint"]

CEPH = Dialect(
    provider="ceph",
    title="Ceph's RADOS Gateway",
    features=frozenset(Feature),
    checksum="md5",
    # The hash is of what was received, before the gateway packs or encrypts it (rgw_op.cc, RGWPutObj::execute).
    md5_etags=True,
    md5_listings=True,
    composite_etags=True,
    # RGWCompleteMultipart looks at no condition, and RGWPutObj compares If-Match as it comes.
    put_conditions="one request",
    bare_if_match=True,
    nul_names=False,
    # Conditions of deletions came with a later release than those that are in use.
).without(StorageCapability.DELETE_IF_MATCH)
SPACES = Dialect(
    provider="spaces",
    title="DigitalOcean Spaces",
    # A Ceph as well, and users report the same of it.
    put_conditions="one request",
    bare_if_match=True,
    nul_names=False,
    features=frozenset(
        {
            Feature.ACL,
            Feature.CORS,
            Feature.CUSTOMER_KEYS,
            Feature.LIFECYCLE,
            Feature.POLICY,
            Feature.POSTS,
            Feature.VERSIONING_SWITCH,
            Feature.VERSIONS,
        }
    ),
    checksum="md5",
    new_names="lower",
).without(StorageCapability.DELETE_IF_MATCH)
R2 = Dialect(
    provider="r2",
    title="Cloudflare R2",
    # https://developers.cloudflare.com/r2/api/s3/conditional-operations/, which has none for deletions.
    put_conditions="all",
    # https://developers.cloudflare.com/r2/api/s3/api/
    features=frozenset({Feature.CORS, Feature.CUSTOMER_KEYS, Feature.LIFECYCLE, Feature.STORAGE_CLASSES}),
    checksum="md5",
    equal_parts=True,
    new_names="lower",
).without(StorageCapability.DELETE_IF_MATCH)
B2 = Dialect(
    provider="b2",
    title="Backblaze B2",
    # Its names have no characters below 32 (https://www.backblaze.com/docs/cloud-storage-files).
    nul_names=False,
    # https://www.backblaze.com/docs/cloud-storage-call-the-s3-compatible-api
    features=frozenset(
        {
            Feature.ACL,
            Feature.BUCKET_ENCRYPTION,
            Feature.CORS,
            Feature.CUSTOMER_KEYS,
            Feature.ENCRYPTION,
            Feature.LOCKS,
            Feature.VERSIONS,
        }
    ),
    checksum="md5",
).without(StorageCapability.PUT_IF_MATCH, StorageCapability.PUT_IF_NONE_MATCH, StorageCapability.DELETE_IF_MATCH)

SPACES_REGION = re.compile(r"[a-z]{3}[0-9]{1,2}")
B2_REGION = re.compile(r"[a-z]{2}-[a-z]+-[0-9]{3}")
R2_ACCOUNT = re.compile(r"[0-9a-f]{32}")
R2_JURISDICTIONS = frozenset({"eu", "fedramp"})


def spaces_endpoint(region: str) -> str:
    """Where Spaces of a region are.

    Raises:
        ConfigurationError: No region of DigitalOcean's is called so.
    """
    if not SPACES_REGION.fullmatch(region):
        raise ConfigurationError(f"{region!r} is no region of DigitalOcean's; they look like nyc3 or fra1")
    return f"https://{region}.digitaloceanspaces.com"


def b2_endpoint(region: str) -> str:
    """Where buckets of an account of this region are.

    Raises:
        ConfigurationError: No region of Backblaze's is called so.
    """
    if not B2_REGION.fullmatch(region):
        raise ConfigurationError(
            f"{region!r} is no region of Backblaze's; they look like us-west-004, and stand in a bucket's endpoint"
        )
    return f"https://s3.{region}.backblazeb2.com"


def r2_endpoint(account_id: str, jurisdiction: str | None) -> str:
    """Where an account's buckets are.

    Raises:
        ConfigurationError: This is no account's id, or no jurisdiction.
    """
    if not R2_ACCOUNT.fullmatch(account_id):
        raise ConfigurationError(
            f"{account_id!r} is no account id of Cloudflare's, which has 32 hexadecimal digits; the dashboard shows it"
        )
    if jurisdiction is not None and jurisdiction not in R2_JURISDICTIONS:
        raise ConfigurationError(
            f"{jurisdiction!r} is no jurisdiction; there are {', '.join(sorted(R2_JURISDICTIONS))}"
        )
    middle = f".{jurisdiction}" if jurisdiction else ""
    return f"https://{account_id}{middle}.r2.cloudflarestorage.com"
