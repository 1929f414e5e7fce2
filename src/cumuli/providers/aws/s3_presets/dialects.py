"""What each service has of S3, by its own documentation."""

from __future__ import annotations

import re

from cumuli.errors import ConfigurationError
from cumuli.providers.aws.s3.dialect import Dialect, Feature
from cumuli.storage.capabilities import StorageCapability

__all__ = [
    "B2",
    "CEPH",
    "E2",
    "HETZNER",
    "MINIO",
    "OVH",
    "R2",
    "REGIONS",
    "SCALEWAY",
    "SPACES",
    "WASABI",
    "r2_endpoint",
    "regional_endpoint",
]

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

# What no service of the following has by its documentation, or none of them is known to have.
AWS_ONLY = frozenset({Feature.KMS, Feature.NOTIFICATIONS, Feature.PUBLIC_ACCESS_BLOCK, Feature.ATTRIBUTES})
HETZNER = Dialect(
    provider="hetzner",
    title="Hetzner's Object Storage",
    # https://docs.hetzner.com/storage/object-storage/supported-actions/
    features=frozenset(Feature)
    - AWS_ONLY
    - {
        Feature.BUCKET_ENCRYPTION,
        Feature.BUCKET_TAGS,
        Feature.ENCRYPTION,
        Feature.LOGGING,
        Feature.STORAGE_CLASSES,
        Feature.WEBSITE,
    },
    checksum="md5",
    # A Ceph (https://docs.hetzner.com/storage/object-storage/overview), which compares bare etags.
    put_conditions="one request",
    bare_if_match=True,
    nul_names=False,
    new_names="lower",
).without(StorageCapability.DELETE_IF_MATCH)
OVH = Dialect(
    provider="ovh",
    title="OVHcloud's Object Storage",
    # Access by lists, and by policies of users
    # (https://help.ovhcloud.com/csm/en-ie-public-cloud-storage-s3-faq?id=kb_article_view&sysparm_article=KB0059678).
    features=frozenset(Feature) - AWS_ONLY - {Feature.POLICY},
    checksum="md5",
    new_names="lower",
).without(StorageCapability.DELETE_IF_MATCH)
SCALEWAY = Dialect(
    provider="scaleway",
    title="Scaleway's Object Storage",
    # https://www.scaleway.com/en/docs/object-storage/api-cli/using-api-call-list/: no logs, notifications or encryption
    # of buckets by default.
    features=frozenset(Feature) - AWS_ONLY - {Feature.BUCKET_ENCRYPTION, Feature.LOGGING, Feature.ENCRYPTION},
    checksum="md5",
    # https://www.scaleway.com/en/docs/object-storage/api-cli/using-conditional-writes/, since July 2026 and of uploads
    # in one request for certain.
    put_conditions="one request",
    new_names="lower",
).without(StorageCapability.DELETE_IF_MATCH)
WASABI = Dialect(
    provider="wasabi",
    title="Wasabi",
    # https://docs.wasabi.com/apidocs/wasabi-api. One class of storage, and keys of its own only.
    features=frozenset(Feature) - AWS_ONLY - {Feature.STORAGE_CLASSES, Feature.WEBSITE, Feature.BUCKET_ENCRYPTION},
    checksum="md5",
    new_names="lower",
).without(StorageCapability.DELETE_IF_MATCH)
MINIO = Dialect(
    provider="minio",
    title="MinIO",
    # https://min.io/docs/minio/linux/reference/s3-api-compatibility.html: no access control lists, CORS, websites,
    # logs or blocks of public access.
    features=frozenset(Feature)
    - {Feature.ACL, Feature.CORS, Feature.LOGGING, Feature.PUBLIC_ACCESS_BLOCK, Feature.WEBSITE},
    checksum="md5",
    nul_names=False,
    new_names="lower",
).without(StorageCapability.DELETE_IF_MATCH)
E2 = Dialect(
    provider="e2",
    title="IDrive e2",
    # https://www.idrive.com/e2/s3-compatible-api and its FAQ of buckets: versions, locks, default encryption, CORS,
    # lifecycle rules and policies.
    features=frozenset(
        {
            Feature.BUCKET_ENCRYPTION,
            Feature.CORS,
            Feature.ENCRYPTION,
            Feature.LIFECYCLE,
            Feature.LOCKS,
            Feature.OBJECT_TAGS,
            Feature.POLICY,
            Feature.VERSIONING_SWITCH,
            Feature.VERSIONS,
        }
    ),
    checksum="md5",
    nul_names=False,
    new_names="lower",
).without(StorageCapability.DELETE_IF_MATCH)

# How regions are called, one of them, and the endpoint of one.
REGIONS = {
    "b2": (re.compile(r"[a-z]{2}-[a-z]+-[0-9]{3}"), "us-west-004", "https://s3.{}.backblazeb2.com"),
    # https://docs.hetzner.com/storage/object-storage/overview
    "hetzner": (re.compile(r"[a-z]{3}[0-9]"), "fsn1", "https://{}.your-objectstorage.com"),
    # https://help.ovhcloud.com, "Object Storage - Endpoints and Object Storage geoavailability"
    "ovh": (re.compile(r"[a-z]{2,4}(?:-[a-z]+-[a-z]+)?"), "gra", "https://s3.{}.io.cloud.ovh.net"),
    # https://www.scaleway.com/en/docs/object-storage/concepts/
    "scaleway": (re.compile(r"[a-z]{2}-[a-z]{3}"), "fr-par", "https://s3.{}.scw.cloud"),
    "spaces": (re.compile(r"[a-z]{3}[0-9]{1,2}"), "nyc3", "https://{}.digitaloceanspaces.com"),
    # https://docs.wasabi.com/docs/service-urls-for-wasabis-storage-regions-2
    "wasabi": (re.compile(r"[a-z]{2}-[a-z]+-[0-9]"), "eu-central-1", "https://s3.{}.wasabisys.com"),
}
R2_ACCOUNT = re.compile(r"[0-9a-f]{32}")
R2_JURISDICTIONS = frozenset({"eu", "fedramp"})


def regional_endpoint(dialect: Dialect, region: str) -> str:
    """Where buckets of a region are.

    Raises:
        ConfigurationError: No region of the service is called so.
    """
    pattern, example, endpoint = REGIONS[dialect.provider]
    if not pattern.fullmatch(region):
        raise ConfigurationError(f"{region!r} is no region of {dialect.title}; they look like {example}")
    return endpoint.format(region)


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
