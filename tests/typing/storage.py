"""What checkers make of the object storage API. Nothing here runs: mypy and basedpyright read it."""

import datetime as dt
import io
import zipfile
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import assert_type

import cumuli
from cumuli import (
    S3,
    AsyncLocalStorage,
    AsyncMemoryStorage,
    AsyncObjectFile,
    AsyncObjectStream,
    AsyncS3,
    AsyncStorage,
    AsyncSwift,
    BackblazeB2,
    CephS3,
    CloudError,
    CloudFiles,
    CloudflareR2,
    Container,
    DeleteResult,
    DigitalOceanSpaces,
    LocalStorage,
    MemoryStorage,
    MemoryStorageAccount,
    Object,
    ObjectFile,
    ObjectStream,
    Prefix,
    Storage,
    Swift,
)
from cumuli.providers.aws.s3.models import S3Container, S3Object
from cumuli.providers.local.models import LocalObject
from cumuli.providers.openstack.swift.models import SwiftContainer, SwiftObject


def storage_alone_reads_well(cloud: Storage) -> None:
    assert_type(cloud.list_containers(), list[Container])
    assert_type(cloud.iterate_containers(), Iterator[Container])
    assert_type(cloud.get_container("box"), Container)
    assert_type(cloud.create_container("box"), Container)
    assert_type(cloud.list_container_objects("box"), list[Object])
    assert_type(cloud.list_container_objects("box", prefix="a/", start_after="a/b"), list[Object])
    assert_type(cloud.list_container_objects("box", delimiter="/"), list[Object | Prefix])
    assert_type(cloud.iterate_container_objects("box"), Iterator[Object])
    assert_type(cloud.iterate_container_objects("box", delimiter="/"), Iterator[Object | Prefix])
    assert_type(cloud.get_object("box", "o"), Object)
    assert_type(cloud.upload_object(b"x", "box", "o"), Object)
    assert_type(cloud.upload_object_via_stream([b"x"], "box", "o"), Object)
    assert_type(cloud.download_object(("box", "o"), "there"), Object)
    assert_type(cloud.download_object_range(("box", "o"), "there", 0, 10), Object)
    assert_type(cloud.download_object_as_stream(("box", "o")), ObjectStream[Object])
    assert_type(cloud.download_object_range_as_stream(("box", "o"), 5), ObjectStream[Object])
    assert_type(cloud.open_object(("box", "o")), ObjectFile[Object])
    assert_type(cloud.delete_objects([("box", "o")]), list[DeleteResult])
    assert_type(cloud.copy_object(("box", "o"), "box", "copy"), Object)
    assert_type(cloud.get_object_url(("box", "o"), expires_in=60), str)
    assert_type(cloud.get_container_cdn_url("box"), str)
    assert_type(cloud.get_object_cdn_url(("box", "o")), str)


async def so_does_async_storage(cloud: AsyncStorage) -> None:
    assert_type(await cloud.list_containers(), list[Container])
    assert_type(cloud.iterate_containers(), AsyncIterator[Container])
    assert_type(await cloud.create_container("box"), Container)
    assert_type(await cloud.list_container_objects("box"), list[Object])
    assert_type(await cloud.list_container_objects("box", delimiter="/"), list[Object | Prefix])
    assert_type(cloud.iterate_container_objects("box"), AsyncIterator[Object])
    assert_type(cloud.iterate_container_objects("box", delimiter="/"), AsyncIterator[Object | Prefix])
    assert_type(await cloud.upload_object(b"x", "box", "o"), Object)
    assert_type(await cloud.download_object(("box", "o"), "there"), Object)
    assert_type(cloud.download_object_as_stream(("box", "o")), AsyncObjectStream[Object])
    assert_type(cloud.open_object(("box", "o")), AsyncObjectFile[Object])
    assert_type(await cloud.open_object(("box", "o")).read(), bytes)
    assert_type(await cloud.delete_objects([("box", "o")]), list[DeleteResult])
    assert_type(await cloud.get_object_url(("box", "o"), expires_in=60), str)
    async with cloud as same:
        assert_type(same, AsyncStorage)


def every_client_is_a_storage(
    s3: S3, swift: Swift, files: CloudFiles, local: LocalStorage, memory: MemoryStorage
) -> None:
    clouds: list[Storage] = [s3, swift, files, local, memory]
    for cloud in clouds:
        storage_alone_reads_well(cloud)
    storage_alone_reads_well(s3)


def every_preset_is_one_with_the_models_of_s3(
    ceph: CephS3, spaces: DigitalOceanSpaces, r2: CloudflareR2, b2: BackblazeB2
) -> None:
    presets: list[Storage[S3Container, S3Object]] = [ceph, spaces, r2, b2]
    assert_type([obj for preset in presets for obj in preset.list_container_objects("box")], list[S3Object])
    assert_type(ceph.upload_object(b"x", "box", "o"), S3Object)


async def every_async_client_is_an_async_storage(
    s3: AsyncS3, swift: AsyncSwift, local: AsyncLocalStorage, memory: AsyncMemoryStorage
) -> None:
    clouds: list[AsyncStorage] = [s3, swift, local, memory]
    for cloud in clouds:
        await so_does_async_storage(cloud)


def the_flavours_are_different_things(s3: S3, cloud: AsyncStorage) -> None:
    storage_alone_reads_well(cloud)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    wrong: AsyncStorage = s3  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    del wrong


def clients_are_covariant_in_their_models(
    precise: Storage[S3Container, S3Object], stream: ObjectStream[S3Object], asynchronous: AsyncObjectStream[S3Object]
) -> None:
    wide: Storage[Container, Object] = precise
    wide_stream: ObjectStream[Object] = stream
    wide_async_stream: AsyncObjectStream[Object] = asynchronous
    del wide, wide_stream, wide_async_stream


def and_not_the_other_way_round(cloud: Storage) -> None:
    narrow: Storage[S3Container, S3Object] = cloud  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    del narrow


def a_providers_models_come_back() -> None:
    with S3() as s3:
        assert_type(s3, S3)
        assert_type(s3.list_containers(), list[S3Container])
        assert_type(s3.iterate_containers(), Iterator[S3Container])
        assert_type(s3.get_container("box"), S3Container)
        assert_type(s3.create_container("box"), S3Container)
        assert_type(s3.list_container_objects("box"), list[S3Object])
        assert_type(s3.list_container_objects("box", delimiter="/"), list[S3Object | Prefix])
        assert_type(s3.get_object("box", "o"), S3Object)
        assert_type(s3.upload_object(Path("file"), "box", "o"), S3Object)
        assert_type(s3.upload_object_via_stream(iter([b"x"]), "box", "o"), S3Object)
        assert_type(s3.download_object(("box", "o"), io.BytesIO()), S3Object)
        assert_type(s3.download_object_as_stream(("box", "o")), ObjectStream[S3Object])
        with s3.open_object(("box", "o")) as file, zipfile.ZipFile(file) as archive:
            assert_type(file.object, S3Object)
            assert_type(archive.read("name"), bytes)
            s3.upload_object(file, "box", "copy")
        assert_type(s3.copy_object(("box", "o"), "box", "copy"), S3Object)
        assert_type(s3.get_object("box", "o").storage_class, str | None)
        assert_type(s3.ex_get_bucket_tagging("box"), dict[str, str])
    with LocalStorage(Path("root"), fsync=True) as local:
        assert_type(local.list_containers(), list[Container])
        assert_type(local.list_container_objects("box"), list[LocalObject])
        assert_type(local.upload_object(b"x", "box", "o").path, str)
    with MemoryStorage(MemoryStorageAccount()) as memory:
        assert_type(memory.list_container_objects("box"), list[Object])
        assert_type(memory.account, MemoryStorageAccount)
    with Swift(cloud="devstack") as swift:
        assert_type(swift.list_containers(), list[SwiftContainer])
        assert_type(swift.list_container_objects("box"), list[SwiftObject])
        assert_type(swift.upload_object(b"x", "box", "o"), SwiftObject)


async def so_they_do_with_async() -> None:
    async with AsyncS3() as s3:
        assert_type(s3, AsyncS3)
        assert_type(await s3.list_containers(), list[S3Container])
        assert_type(s3.iterate_container_objects("box"), AsyncIterator[S3Object])
        assert_type(await s3.upload_object(b"x", "box", "o"), S3Object)
        async with s3.download_object_as_stream(("box", "o")) as stream:
            assert_type(stream, AsyncObjectStream[S3Object])
            assert_type(stream.object, S3Object)
            assert_type(await stream.read(), bytes)
            assert_type([chunk async for chunk in stream], list[bytes])
    async with AsyncLocalStorage("root") as local:
        assert_type(await local.list_container_objects("box"), list[LocalObject])
    async with AsyncMemoryStorage() as memory:
        assert_type(await memory.list_container_objects("box"), list[Object])
    async with AsyncSwift() as swift:
        assert_type(await swift.list_container_objects("box"), list[SwiftObject])


def a_stream_is_an_iterable_of_bytes(cloud: Storage, other: S3) -> None:
    with cloud.download_object_as_stream(("box", "o"), chunk_size=1000) as stream:
        assert_type(stream.object, Object)
        assert_type(stream.read(10), bytes)
        assert_type(list(stream), list[bytes])
        pieces: Iterable[bytes] = stream
        assert_type(other.upload_object_via_stream(pieces, "box", "o"), S3Object)


async def async_uploads_take_both_kinds(
    cloud: AsyncStorage, pieces: Iterable[bytes], asynchronous: AsyncIterable[bytes]
) -> None:
    await cloud.upload_object_via_stream(pieces, "box", "o")
    await cloud.upload_object_via_stream(asynchronous, "box", "o")
    await cloud.upload_object_via_stream(cloud.download_object_as_stream(("box", "o")), "box", "copy")


def models_and_names_are_taken(cloud: Storage, container: Container, obj: Object) -> None:
    cloud.list_container_objects(container)
    cloud.get_object(container, obj.name, if_match=obj.etag, if_modified_since=obj.last_modified)
    cloud.get_object(container, obj.name, if_unmodified_since=obj.last_modified)
    cloud.delete_object(obj, if_match=obj.etag)
    cloud.upload_object(b"x", container, "o", meta_data={"a": "b"}, content_type="text/plain", if_none_match="*")
    cloud.download_object((container, "o"), Path("there"), overwrite_existing=True)
    cloud.delete_objects([obj, (container, "o"), ("box", "o")])
    cloud.copy_object(obj, container, "copy")
    cloud.delete_container(container)


def what_is_wrong_is_an_error(cloud: Storage, s3: S3, obj: Object, asynchronous: AsyncIterable[bytes]) -> None:
    cloud.upload_object([b"x"], "box", "o")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    cloud.upload_object_via_stream(asynchronous, "box", "o")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    cloud.upload_object_via_stream(["x"], "box", "o")  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    cloud.upload_object(b"x", obj, "o")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    cloud.upload_object(b"x", "box", "o", meta_data={"a": 1})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    cloud.upload_object(b"x", "box", "o", {"a": "b"})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    cloud.upload_object(b"x", "box", "o", ex_storage_class="GLACIER")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    cloud.download_object("o", "there")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    cloud.download_object(obj, io.StringIO())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    cloud.get_object_url(obj, method="DELETE", expires_in=60)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    print(s3.get_object("box", "o").path)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
    obj.size = 1  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    for item in cloud.list_container_objects("box", delimiter="/"):
        print(item.size)  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
    LocalStorage()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def clients_by_name(name: str) -> None:
    assert_type(cumuli.storage("s3"), S3)
    assert_type(cumuli.storage("local", root="there"), LocalStorage)
    assert_type(cumuli.storage("memory"), MemoryStorage)
    assert_type(cumuli.storage("swift"), Swift)
    assert_type(cumuli.storage("cloudfiles"), CloudFiles)
    assert_type(cumuli.storage("r2"), CloudflareR2)
    assert_type(cumuli.storage(name), Storage)
    assert_type(cumuli.async_storage("s3"), AsyncS3)
    assert_type(cumuli.async_storage("swift"), AsyncSwift)
    assert_type(cumuli.async_storage(name), AsyncStorage)
    assert_type(cumuli.providers("storage"), list[str])


def fields_of_the_models(container: Container, obj: Object, prefix: Prefix, result: DeleteResult) -> None:
    assert_type(container.id, str)
    assert_type(container.name, str)
    assert_type(container.object_count, int | None)
    assert_type(container.size, int | None)
    assert_type(container.created_at, dt.datetime | None)
    assert_type(container.meta_data, dict[str, str])
    assert_type(obj.container, str)
    assert_type(obj.name, str)
    assert_type(obj.size, int)
    assert_type(obj.hash, str | None)
    assert_type(obj.etag, str | None)
    assert_type(obj.content_type, str | None)
    assert_type(obj.content_encoding, str | None)
    assert_type(obj.last_modified, dt.datetime | None)
    assert_type(obj.meta_data, dict[str, str])
    assert_type(prefix.name, str)
    assert_type(result.error, CloudError | None)


def progress_is_told_of_bytes(cloud: Storage) -> None:
    def shown(done: int, total: int | None) -> None:
        print(done, total)

    def wrong(done: str) -> None:
        print(done)

    cloud.upload_object(b"x", "box", "o", progress=shown)
    cloud.download_object(("box", "o"), "there", progress=shown)
    cloud.upload_object(b"x", "box", "o", progress=wrong)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
