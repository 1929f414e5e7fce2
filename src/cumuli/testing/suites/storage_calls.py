"""Every verb of the storage API as a call that can be made with right and with wrong arguments."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cumuli.storage.aio import AsyncStorage
from cumuli.storage.capabilities import StorageCapability as Can
from cumuli.storage.models import Container, Object

__all__ = ["CALLS", "Call", "strangers"]

Client = AsyncStorage[Container, Object]
SINCE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
PAIR = ("cumuli-none", "name")


@dataclass(frozen=True)
class Call:
    """A verb, with arguments that name nothing real.

    Attributes:
        capability: What a client needs for it.
        verb: The method.
        arguments: Its arguments by name.
        containers: Which of them take a container.
        objects: Which of them take an object.
        about: What it is about, beyond the verb.
    """

    capability: Can
    verb: str
    arguments: Callable[[], dict[str, Any]]
    containers: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    about: str = ""

    def __str__(self) -> str:
        return self.verb + (f"[{self.about}]" if self.about else "")

    async def make(self, client: Client, instead: dict[str, Any] | None = None) -> Any:
        """Make the call, with some arguments replaced."""
        answer = getattr(client, self.verb)(**{**self.arguments(), **(instead or {})})
        if self.verb.startswith("iterate_"):
            return [item async for item in answer]
        if self.verb.endswith("_as_stream") or self.verb == "open_object":
            async with answer as stream:
                return await stream.read()
        return await answer


def _in(**more: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"container": PAIR[0], **more}


def _of(**more: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"obj": PAIR, **more}


def _put(**more: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"source": b"x", "container": PAIR[0], "name": "name", **more}


def _get(**more: Any) -> Callable[[], dict[str, Any]]:
    return lambda: {"obj": PAIR, "destination": io.BytesIO(), **more}


C, O = ("container",), ("obj",)  # noqa: E741 - columns of a table
CALLS = (
    Call(Can.LIST_CONTAINERS, "list_containers", dict),
    Call(Can.LIST_CONTAINERS, "iterate_containers", dict),
    Call(Can.GET_CONTAINER, "get_container", _in(), C),
    Call(Can.CREATE_CONTAINER, "create_container", lambda: {"name": PAIR[0]}),
    Call(Can.DELETE_CONTAINER, "delete_container", _in(), C),
    Call(Can.LIST_OBJECTS, "list_container_objects", _in(), C),
    Call(Can.LIST_OBJECTS, "iterate_container_objects", _in(), C),
    Call(Can.LIST_DELIMITER, "list_container_objects", _in(delimiter="/"), C, (), "delimiter"),
    Call(Can.LIST_START_AFTER, "list_container_objects", _in(start_after="a"), C, (), "start_after"),
    Call(Can.GET_OBJECT, "get_object", _in(name="name"), C),
    Call(Can.READ_IF_MATCH, "get_object", _in(name="name", if_match="e"), C, (), "if_match"),
    Call(Can.READ_IF_NONE_MATCH, "get_object", _in(name="name", if_none_match="e"), C, (), "if_none_match"),
    Call(Can.READ_IF_MODIFIED_SINCE, "get_object", _in(name="name", if_modified_since=SINCE), C, (), "since"),
    Call(Can.READ_IF_UNMODIFIED_SINCE, "get_object", _in(name="name", if_unmodified_since=SINCE), C, (), "until"),
    Call(Can.HEADERS, "get_object", _in(name="name", headers={"X-Thing": "1"}), C, (), "headers"),
    Call(Can.UPLOAD_OBJECT, "upload_object", _put(), C),
    Call(Can.META_DATA, "upload_object", _put(meta_data={"a": "b"}), C, (), "meta_data"),
    Call(Can.CONTENT_ENCODING, "upload_object", _put(content_encoding="gzip"), C, (), "content_encoding"),
    Call(Can.PUT_IF_MATCH, "upload_object", _put(if_match="e"), C, (), "if_match"),
    Call(Can.PUT_IF_NONE_MATCH, "upload_object", _put(if_none_match="*"), C, (), "if_none_match"),
    Call(
        Can.UPLOAD_OBJECT,
        "upload_object_via_stream",
        lambda: {"iterator": [b"x"], "container": PAIR[0], "name": "name"},
        C,
    ),
    Call(Can.DOWNLOAD_OBJECT, "download_object", _get(), (), O),
    Call(Can.READ_IF_MATCH, "download_object", _get(if_match="e"), (), O, "if_match"),
    Call(Can.READ_IF_UNMODIFIED_SINCE, "download_object", _get(if_unmodified_since=SINCE), (), O, "until"),
    Call(Can.DOWNLOAD_OBJECT, "download_object_as_stream", _of(), (), O),
    Call(Can.DOWNLOAD_RANGE, "download_object_range", _get(start_bytes=1), (), O),
    Call(Can.DOWNLOAD_RANGE, "download_object_range_as_stream", _of(start_bytes=1), (), O),
    Call(Can.DOWNLOAD_RANGE, "open_object", _of(), (), O),
    Call(Can.READ_IF_MATCH, "open_object", _of(if_match="e"), (), O, "if_match"),
    Call(Can.DELETE_OBJECT, "delete_object", _of(), (), O),
    Call(Can.DELETE_IF_MATCH, "delete_object", _of(if_match="e"), (), O, "if_match"),
    Call(Can.COPY_OBJECT, "copy_object", _of(container=PAIR[0], name="copy"), C, O),
    Call(Can.GET_OBJECT_URL, "get_object_url", _of(), (), O),
    Call(Can.PUT_OBJECT_URL, "get_object_url", _of(method="PUT"), (), O, "PUT"),
    Call(Can.GET_CONTAINER_CDN_URL, "get_container_cdn_url", _in(), C),
    Call(Can.ENABLE_CONTAINER_CDN, "enable_container_cdn", _in(), C),
    Call(Can.GET_OBJECT_CDN_URL, "get_object_cdn_url", _of(), (), O),
)


def strangers(provider: str) -> dict[str, list[Any]]:
    """What no argument for a container, or for an object, may be."""
    container = Container(name="cumuli-none", provider=f"not-{provider}")
    obj = Object(container="cumuli-none", name="name", size=1, provider=f"not-{provider}")
    own = Object(container="cumuli-none", name="name", size=1, provider=provider)
    return {
        "containers": [container, own, "", "\ud800", None, 1],
        "objects": [
            obj,
            container,
            "cumuli-none/name",
            ("cumuli-none",),
            ("cumuli-none", ""),
            ("", "name"),
            (container, "name"),
            ("cumuli-none", "\ud800"),
            ("cumuli-none", None),
            None,
        ],
    }
