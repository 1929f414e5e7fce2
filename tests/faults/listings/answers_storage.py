"""The answers of S3, Swift and Cloud Files, in the shape of those that their documentation has."""

from __future__ import annotations

import json
from typing import Any

from cumuli.providers.aws.s3.models import S3Upload
from tests.faults.listings.recorded import Call, Recorded, three

__all__ = ["CLOUDFILES", "DEAD", "GET_OBJECT", "LARGE", "LIST_OBJECTS", "S3", "SEGMENT", "SWIFT"]

OWNER = "<Owner><ID>abc</ID><DisplayName>me</DisplayName></Owner>"
BUCKET = """<Name>b@</Name><CreationDate>2026-01-02T03:04:05.000Z</CreationDate><BucketRegion>eu-west-1</BucketRegion>
<BucketArn>arn:aws:s3:::b@</BucketArn>"""
CONTENT = f"""<Key>o@</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;0cc1&quot;</ETag>
<ChecksumAlgorithm>CRC32</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>7</Size>
<StorageClass>STANDARD</StorageClass>{OWNER}<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress>
</RestoreStatus>"""
VERSION = f"""<Key>o@</Key><VersionId>v@</VersionId><IsLatest>true</IsLatest>
<LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;0cc1&quot;</ETag><Size>7</Size>{OWNER}
<StorageClass>STANDARD</StorageClass>"""
MARKER = f"""<Key>o@</Key><VersionId>v@</VersionId><IsLatest>true</IsLatest>
<LastModified>2026-01-02T03:04:05.000Z</LastModified>{OWNER}"""
UPLOAD = f"""<Key>o@</Key><UploadId>u@</UploadId><Initiator><ID>abc</ID><DisplayName>me</DisplayName></Initiator>{OWNER}
<StorageClass>STANDARD</StorageClass><Initiated>2026-01-02T03:04:05.000Z</Initiated>"""
TAG = "<Key>k@</Key><Value>v@</Value>"
GRANT = """<Grantee><ID>id@</ID><DisplayName>me</DisplayName></Grantee><Permission>READ</Permission>"""
PART = """<PartNumber>@</PartNumber><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;0cc1&quot;</ETag>
<Size>7</Size><ChecksumCRC32>AAAAAA==</ChecksumCRC32>"""
CORS = """<ID>r@</ID><AllowedHeader>*</AllowedHeader><AllowedMethod>GET</AllowedMethod>
<AllowedOrigin>https://a.test</AllowedOrigin><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>300</MaxAgeSeconds>"""
RULE = """<ID>r@</ID><Filter><And><Prefix>logs/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>
<ObjectSizeGreaterThan>5</ObjectSizeGreaterThan><ObjectSizeLessThan>500</ObjectSizeLessThan></And></Filter>
<Status>Enabled</Status><Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>
<Expiration><Days>365</Days></Expiration>
<NoncurrentVersionTransition><NoncurrentDays>9</NoncurrentDays><StorageClass>GLACIER</StorageClass>
<NewerNoncurrentVersions>4</NewerNoncurrentVersions></NoncurrentVersionTransition><NoncurrentVersionExpiration><NoncurrentDays>90</NoncurrentDays>
<NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration>
<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>"""


def listing(call: Call, operation: str, root: str, element: str, record: str, *needed: str, **more: Any) -> Recorded:
    """The elements may stand in others: ``Buckets/Bucket``."""
    *outer, name = element.split("/")
    inside = "".join(f"<{name}>{each}</{name}>" for each in three(record))
    for wrapper in reversed(outer):
        inside = f"<{wrapper}>{inside}</{wrapper}>"
    head = more.pop("head", "")
    return Recorded(
        call=call,
        operation=operation,
        document=f"<{root}>{head}{inside}</{root}>",
        item=f"{element}#1",
        needed=frozenset(needed),
        **more,
    )


async def grants(acl: Any) -> Any:
    return (await acl).grants


def setting(call: Call, operation: str, root: str, element: str, record: str, *needed: str, **more: Any) -> Recorded:
    """What is read to be changed and put back whole."""
    return listing(call, operation, root, element, record, *needed, whole=True, **more)


# Without these nobody knows whether a listing goes on, and from where.
GOES_ON = frozenset({"IsTruncated", "EncodingType"})
# What a rule is about, and what it does: one that is half understood deletes what it should not. Elements in the place
# of a text are not known anywhere in it.
RULE_NEEDS = (
    "ID", "Status", "Filter", "Filter/And", "Filter/And/Prefix", "Filter/And/Tag", "Filter/And/Tag/Key",
    "Filter/And/Tag/Value",
    "Filter/And/ObjectSizeGreaterThan", "Filter/And/ObjectSizeLessThan", "Transition", "Transition/Days",
    "Transition/StorageClass", "Expiration", "Expiration/Days", "NoncurrentVersionTransition",
    "NoncurrentVersionTransition/NoncurrentDays", "NoncurrentVersionTransition/StorageClass",
    "NoncurrentVersionTransition/NewerNoncurrentVersions",
    "NoncurrentVersionExpiration", "NoncurrentVersionExpiration/NoncurrentDays",
    "NoncurrentVersionExpiration/NewerNoncurrentVersions", "AbortIncompleteMultipartUpload",
    "AbortIncompleteMultipartUpload/DaysAfterInitiation",
)  # fmt: skip
# What comes behind a page that tells no token.
FIRST_VERSION = {"ListObjects": b"<ListBucketResult/>"}
PAGE = "<Name>b</Name><Prefix/><KeyCount>3</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>"

# For whichever client asks; it holds no provider.
UNFINISHED = S3Upload(container="bucket", name="o", id="u")

S3: dict[str, Recorded] = {
    "list_containers": listing(
        lambda s3: s3.list_containers(), "ListBuckets", "ListAllMyBucketsResult", "Buckets/Bucket", BUCKET, "Name",
        head=OWNER,
    ),
    "list_container_objects": listing(
        lambda s3: s3.list_container_objects("bucket"), "ListObjectsV2", "ListBucketResult", "Contents", CONTENT,
        "Key", "Size",
        head=PAGE, around=GOES_ON, others=FIRST_VERSION,
    ),
    "list_container_objects (folders)": listing(
        lambda s3: s3.list_container_objects("bucket", delimiter="/"), "ListObjectsV2", "ListBucketResult",
        "CommonPrefixes", "<Prefix>d@/</Prefix>",
        "Prefix",
        head=PAGE, around=GOES_ON, others=FIRST_VERSION,
    ),
    "ex_list_object_versions": listing(
        lambda s3: s3.ex_list_object_versions("bucket"), "ListObjectVersions", "ListVersionsResult", "Version", VERSION,
        "Key", "Size", "IsLatest", "VersionId",
        head="<Name>b</Name><IsTruncated>false</IsTruncated>", around=GOES_ON,
    ),
    "ex_list_object_versions (markers)": listing(
        lambda s3: s3.ex_list_object_versions("bucket"), "ListObjectVersions", "ListVersionsResult", "DeleteMarker",
        MARKER,
        "Key", "IsLatest", "VersionId",
        head="<Name>b</Name><IsTruncated>false</IsTruncated>", around=GOES_ON,
    ),
    "ex_list_multipart_uploads": listing(
        lambda s3: s3.ex_list_multipart_uploads("bucket"), "ListMultipartUploads", "ListMultipartUploadsResult",
        "Upload", UPLOAD,
        "Key", "UploadId",
        head="<Bucket>b</Bucket><IsTruncated>false</IsTruncated>", around=GOES_ON,
    ),
    "ex_list_parts": listing(
        lambda s3: s3.ex_list_parts(UNFINISHED), "ListParts", "ListPartsResult", "Part", PART,
        "PartNumber", "Size",
        head="<Bucket>b</Bucket><IsTruncated>false</IsTruncated>", around=frozenset({"IsTruncated"}), nameless=True,
    ),
    "ex_get_bucket_cors": setting(
        lambda s3: s3.ex_get_bucket_cors("bucket"), "GetBucketCors", "CORSConfiguration", "CORSRule", CORS,
        "ID", "AllowedHeader", "AllowedMethod", "AllowedOrigin", "ExposeHeader", "MaxAgeSeconds",
        nameless=True,
    ),
    "ex_get_bucket_tagging": setting(
        lambda s3: s3.ex_get_bucket_tagging("bucket"), "GetBucketTagging", "Tagging", "TagSet/Tag", TAG, "Key", "Value",
    ),
    "ex_get_object_tagging": setting(
        lambda s3: s3.ex_get_object_tagging(("bucket", "o")), "GetObjectTagging", "Tagging", "TagSet/Tag", TAG,
        "Key", "Value",
    ),
    "ex_get_bucket_acl": setting(
        lambda s3: grants(s3.ex_get_bucket_acl("bucket")), "GetBucketAcl", "AccessControlPolicy",
        "AccessControlList/Grant", GRANT,
        "Grantee", "Grantee/ID", "Grantee/DisplayName", "Permission",
        head=OWNER, around=frozenset({"Owner", "Owner/ID", "Owner/DisplayName", "ID", "DisplayName"}),
    ),
    "ex_get_object_acl": setting(
        lambda s3: grants(s3.ex_get_object_acl(("bucket", "o"))), "GetObjectAcl", "AccessControlPolicy",
        "AccessControlList/Grant", GRANT,
        "Grantee", "Grantee/ID", "Grantee/DisplayName", "Permission",
        head=OWNER, around=frozenset({"Owner", "Owner/ID", "Owner/DisplayName", "ID", "DisplayName"}),
    ),
    "ex_get_bucket_lifecycle": setting(
        lambda s3: s3.ex_get_bucket_lifecycle("bucket"), "GetBucketLifecycleConfiguration", "LifecycleConfiguration",
        "Rule", RULE,
        *RULE_NEEDS,
        nameless=True,
    ),
}  # fmt: skip

LIST_CONTAINERS = "Show account details and list containers"
LIST_OBJECTS = "Show container details and list objects"
GET_OBJECT = "Get object content and metadata"
HEAD_CONTAINER = "Show container metadata"
CONTAINER = {
    "name": "c@", "count": 3, "bytes": 700, "last_modified": "2026-01-02T03:04:05.000000", "storage_policy": "gold",
}  # fmt: skip
OBJECT = {
    "name": "o@", "bytes": 7, "hash": "0" * 32, "content_type": "text/plain",
    "last_modified": "2026-01-02T03:04:05.000000",
}  # fmt: skip
LARGE = {**OBJECT, "slo_etag": '"e"'}
SEGMENT = {
    "name": "/b_segments/o/slo/u/0000000@", "bytes": 7, "hash": "0" * 32, "content_type": "text/plain",
    "last_modified": "2026-01-02T03:04:05.000000", "sub_slo": False, "range": "0-6",
}  # fmt: skip
DEAD = {**OBJECT, "name": "o@/slo/u@/00000001"}
CDN = {
    "name": "c@", "cdn_enabled": True, "ttl": 259200, "log_retention": False,
    "cdn_uri": "http://c.test", "cdn_ssl_uri": "https://c.test", "cdn_streaming_uri": "http://s.test",
    "cdn_ios_uri": "http://i.test",
}  # fmt: skip


def page(call: Call, operation: str, record: Any, *needed: str, **more: Any) -> Recorded:
    items = [json.loads(each) for each in three(json.dumps(record))]
    return Recorded(call=call, operation=operation, document=items, item="1", needed=frozenset(needed), **more)


SWIFT: dict[str, Recorded] = {
    "list_containers": page(lambda swift: swift.list_containers(), LIST_CONTAINERS, CONTAINER, "name"),
    "list_container_objects": page(
        lambda swift: swift.list_container_objects("c"), LIST_OBJECTS, OBJECT, "name", "bytes"
    ),
    "list_container_objects (large)": page(
        lambda swift: swift.list_container_objects("c"), LIST_OBJECTS, LARGE, "name", "bytes", "slo_etag"
    ),
    "list_container_objects (folders)": page(
        lambda swift: swift.list_container_objects("c", delimiter="/"), LIST_OBJECTS, {"subdir": "d@/"}, "subdir"
    ),
    "ex_list_segments": page(
        lambda swift: swift.ex_list_segments(("c", "o")), GET_OBJECT, SEGMENT,
        "name", "bytes", "sub_slo", "range",
        headers={"X-Static-Large-Object": "True", "ETag": '"e"'},
        # Of some of its segments another object would be made.
        whole=True,
    ),
    "ex_list_dead_segments": page(
        lambda swift: swift.ex_list_dead_segments("c"), LIST_OBJECTS, DEAD, "name", "bytes",
        # What is not named as segments are is none, and without a date it may be of this moment.
        decides=frozenset({"name", "last_modified"}),
        others={HEAD_CONTAINER: b"", "List activated capabilities": b"{}"},
    ),
}  # fmt: skip
CLOUDFILES: dict[str, Recorded] = {
    **SWIFT,
    "ex_list_cdn_containers": page(
        lambda files: files.ex_list_cdn_containers(), "List CDN-enabled containers", CDN, "name"
    ),
}
