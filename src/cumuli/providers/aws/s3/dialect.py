"""``Dialect``: in what services that speak S3's protocol differ."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

from cumuli.capabilities import Capabilities
from cumuli.errors import NotSupported
from cumuli.providers.aws.s3.names import NewNames
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.driver import TransferRules

__all__ = ["AWS", "COMPATIBLE", "Checksum", "Dialect", "Feature", "rules_for"]

MIB = 1024 * 1024
GIB = 1024 * MIB

Checksum = Literal["crc32", "sha256", "md5"]
"""How content is verified on its way up, and where possible on its way down.

``crc32``: S3 checks each request against it, keeps it, and gives it back with the content, of large
uploads too. ``sha256``: likewise, but not of the whole of a large upload. ``md5``: what every service
of the protocol knows: ``Content-MD5`` and the etag; large uploads are verified part by part.
"""


PutConditions = Literal["all", "one request", "not known"]
"""Which uploads keep their conditions: all, those in one request only, or it is not known of any."""


class Feature(StrEnum):
    """What ``ex_`` methods and arguments need, and not every service has."""

    ACL = "access control lists"
    ATTRIBUTES = "attributes of objects"
    BUCKET_ENCRYPTION = "encryption of buckets by default"
    BUCKET_TAGS = "tags of buckets"
    CORS = "rules for pages of other places (CORS)"
    CUSTOMER_KEYS = "encryption with the caller's keys"
    ENCRYPTION = "encryption with the service's keys"
    KMS = "encryption with KMS keys"
    LIFECYCLE = "lifecycle rules"
    LOCKS = "locks of objects"
    LOGGING = "logs of requests"
    NOTIFICATIONS = "notifications"
    OBJECT_TAGS = "tags of objects"
    POLICY = "bucket policies"
    POSTS = "uploads by HTML forms"
    PUBLIC_ACCESS_BLOCK = "blocks of public access"
    STORAGE_CLASSES = "storage classes"
    VERSIONS = "versions of objects"
    VERSIONING_SWITCH = "switching versions on and off"
    WEBSITE = "websites"


CDN = (
    StorageCapability.GET_CONTAINER_CDN_URL,
    StorageCapability.ENABLE_CONTAINER_CDN,
    StorageCapability.GET_OBJECT_CDN_URL,
)
PORTABLE = Capabilities(
    supported=frozenset(StorageCapability).difference(CDN),
    alternatives=dict.fromkeys(
        CDN, "put a content delivery network in front of the bucket, or give out get_object_url"
    ),
)


def rules_for(checksum: Checksum, *, equal_parts: bool = False, conditional_parts: bool = True) -> TransferRules:
    """How content is moved when it is verified by this checksum."""
    return TransferRules(
        put_hash=checksum,
        part_hash=checksum,
        whole_hash="crc32" if checksum == "crc32" else None,
        multipart_from=8 * MIB,
        max_put=5 * GIB,
        part_size=8 * MIB,
        max_parts=10_000,
        equal_parts=equal_parts,
        conditional_parts=conditional_parts,
        delete_batch=1000,
        read_part=4 * MIB,
    )


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """One service's ways.

    Attributes:
        provider: Registry name.
        title: For messages.
        features: What of S3 beyond the portable API it has.
        checksum: How content is verified unless the client is told otherwise.
        capabilities: What of the portable API it has.
        equal_parts: Whether the parts of an upload must have the same size.
        md5_etags: Whether the service says that the etag of what came in one request is its MD5, but for what it
            says to be encrypted otherwise. Elsewhere an etag that is equal proves as much, and another one nothing.
        md5_listings: Whether that holds for encrypted objects as well, so that a listing's etags are MD5, too.
        composite_etags: Whether the etag of an upload in parts is known to be made of its parts' MD5: it is
            compared after uploads, and by downloads that find no better hash.
        put_conditions: Which uploads keep ``if_match`` and ``if_none_match``.
        delete_conditions: Whether it is known that deletions keep their ``if_match``. Elsewhere the object is looked at
            before.
        bare_if_match: Whether ``If-Match`` of an upload is compared without the quotes that belong to it.
        nul_names: Whether a name may have the character NUL in it.
        relative_names: Whether names may have more ``..`` than parts before them.
        new_names: Which names new buckets may have; those of old ones are checked less strictly.
        paged_buckets: Whether it gives its buckets page by page.
    """

    provider: str
    title: str
    features: frozenset[Feature]
    checksum: Checksum
    capabilities: Capabilities = PORTABLE
    equal_parts: bool = False
    md5_etags: bool = False
    md5_listings: bool = False
    composite_etags: bool = False
    put_conditions: PutConditions = "not known"
    delete_conditions: bool = False
    bare_if_match: bool = False
    nul_names: bool = True
    relative_names: bool = True
    new_names: NewNames = "any"
    paged_buckets: bool = False

    def without(self, *lacking: StorageCapability) -> Dialect:
        """The same service, without some of the portable API."""
        supported = self.capabilities.supported.difference(lacking)
        return msgspec.structs.replace(
            self, capabilities=Capabilities(supported=supported, alternatives=self.capabilities.alternatives)
        )

    def require(self, feature: Feature, instead: str = "") -> None:
        """Do nothing if the service has the feature.

        Raises:
            NotSupported: It has not.
        """
        if feature not in self.features:
            hint = f"; instead, {instead}" if instead else ""
            raise NotSupported(f"{self.title} does not support {feature.value}{hint}", provider=self.provider)


AWS = Dialect(
    provider="s3",
    title="Amazon S3",
    features=frozenset(Feature),
    checksum="crc32",
    md5_etags=True,
    composite_etags=True,
    put_conditions="all",
    delete_conditions=True,
    relative_names=False,
    new_names="aws",
    paged_buckets=True,
)
# Another service behind endpoint=: what it has is not known before it is asked.
COMPATIBLE = Dialect(provider="s3", title="the endpoint", features=frozenset(Feature), checksum="md5")
