"""A local folder against the storage suite."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

from cumuli.providers.local.aio import AsyncLocalStorage
from cumuli.providers.local.client import LocalStorage
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.testing.suites.storage_suite import StorageSuite, StorageTarget
from cumuli.testing.suites.storage_target import Seen


class TestLocal(StorageSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def target(cls, tmp_path_factory: pytest.TempPathFactory) -> StorageTarget:
        root = tmp_path_factory.mktemp("local") / "root"

        def eyes(container: str, name: str) -> Seen | None:
            """The file, read as any program reads it."""
            path = root / container / name
            return Seen(content=path.read_bytes()) if path.is_file() else None

        def fill(container: str, names: Iterable[str]) -> None:
            for name in names:
                path = root / container / name
                if path.is_dir():
                    path = path.with_name(f".cumuli={path.name}")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()

        return StorageTarget(
            name="local",
            sync_client=partial(LocalStorage, root),
            async_client=partial(AsyncLocalStorage, root),
            requests=False,
            eyes=eyes,
            fill=fill,
            gaps={
                Can.HEADERS: "no request is sent",
                Can.GET_OBJECT_URL: "files have no URLs that expire",
                Can.PUT_OBJECT_URL: "files have no URLs that expire",
                Can.GET_CONTAINER_CDN_URL: "there is no network",
                Can.ENABLE_CONTAINER_CDN: "there is no network",
                Can.GET_OBJECT_CDN_URL: "there is no network",
                Can.MULTIPART: "one writer to one file is as fast as several",
                "every_page_and_lazily": "no request is sent; pages are tried with 12,345 objects",
                "metadata_of_others_is_read": "other programs write files without any",
            },
        )


def test_the_root_is_made_with_the_first_container(tmp_path: Path) -> None:
    with LocalStorage(tmp_path / "not" / "yet") as storage:
        assert storage.list_containers() == []
        storage.create_container("first")
        assert [container.name for container in storage.list_containers()] == ["first"]


def test_a_root_below_ones_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with LocalStorage("~/cloud") as storage:
        storage.create_container("c")
    assert (tmp_path / "cloud" / "c").is_dir()
