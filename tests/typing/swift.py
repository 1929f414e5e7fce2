"""What checkers make of Swift's and Cloud Files' clients. Nothing here runs: mypy and basedpyright read it."""

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

from cumuli import AsyncCloudFiles, AsyncSwift, CloudFiles, Container, Object, Prefix, Secret, Storage, Swift
from cumuli.providers.openstack.swift.models import (
    ArchiveResult,
    JSONValue,
    SwiftAccount,
    SwiftAnswer,
    SwiftContainer,
    SwiftDeadUpload,
    SwiftObject,
    SwiftSegment,
)
from cumuli.providers.rackspace.cloudfiles.models import CDNContainer


def objects_are_swift_objects(files: CloudFiles) -> None:
    with Swift(auth_url="https://h/auth/v1.0", username="a:b", key=Secret("c"), timeout=10.0) as swift:
        assert_type(swift, Swift)
        assert_type(swift.list_containers(), list[SwiftContainer])
        assert_type(swift.create_container("c", ex_meta_data={"a": "b"}), SwiftContainer)
        assert_type(swift.list_container_objects("c"), list[SwiftObject])
        assert_type(swift.list_container_objects("c", delimiter="/"), list[SwiftObject | Prefix])
        assert_type(swift.iterate_container_objects("c"), Iterator[SwiftObject])
        assert_type(swift.list_container_objects("c", ex_reverse=True, ex_end_marker="a"), list[SwiftObject])
        assert_type(swift.iterate_container_objects("c", delimiter="/"), Iterator[SwiftObject | Prefix])
        assert_type(swift.get_object_url(("c", "o"), method="DELETE"), str)
        assert_type(swift.ex_create_manifest(swift.ex_list_segments(("c", "o")), "c", "all"), SwiftObject)
        assert_type(swift.upload_object(b"", "c", "o"), SwiftObject)
        assert_type(swift.ex_multipart_upload_object(b"", "c", "o", chunk_size=5), SwiftObject)
    assert_type(files.get_object("c", "o"), SwiftObject)
    assert_type(files.get_object("c", "o").large, bool)


async def async_objects_are_swift_objects(swift: AsyncSwift, files: AsyncCloudFiles) -> None:
    assert_type(await swift.list_containers(), list[SwiftContainer])
    assert_type(swift.iterate_container_objects("c"), AsyncIterator[SwiftObject])
    assert_type(await files.get_container_cdn_url("c", ex_kind="ssl"), str)
    assert_type(files.ex_iterate_cdn_containers(), AsyncIterator[CDNContainer])


def extensions(swift: Swift, files: CloudFiles, obj: SwiftObject) -> None:
    assert_type(swift.ex_get_meta_data(), SwiftAccount)
    assert_type(swift.ex_list_segments(obj), list[SwiftSegment])
    assert_type(swift.ex_list_dead_segments("c"), list[SwiftDeadUpload])
    assert_type(swift.ex_delete_dead_segments("c", older_than=0), list[SwiftDeadUpload])
    assert_type(swift.ex_upload_archive("a.tar.gz", "c"), ArchiveResult)
    assert_type(swift.ex_call("GET", "c"), SwiftAnswer)
    assert_type(swift.ex_get_capabilities(), dict[str, JSONValue])
    assert_type(files.ex_get_container_cdn("c"), CDNContainer)
    assert_type(files.ex_list_cdn_containers(enabled_only=True), list[CDNContainer])
    files.ex_purge_object_from_cdn(obj, email=["a@b.example"])


def both_are_storage(swift: Swift, files: CloudFiles) -> None:
    clients: list[Storage[Container, Object]] = [swift, files]
    for client in clients:
        client.list_containers()


def what_is_wrong_is_an_error(swift: Swift, files: CloudFiles) -> None:
    Swift("user", "key")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Swift(temp_url_digest="md5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    files.get_container_cdn_url("c", ex_kind="https")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    swift.ex_upload_archive(b"", "c", format="zip")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    swift.ex_set_error_page("c", page="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    swift.ex_purge_object_from_cdn(("c", "o"))  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
