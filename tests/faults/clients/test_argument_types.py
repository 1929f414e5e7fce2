"""An argument of a wrong type is told before anything is sent: every argument of every client, both flavours."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

import pytest

import cumuli
from cumuli.argument_types import check_arguments
from cumuli.errors import ConfigurationError, InvalidRequest
from cumuli.registry import BUILT_IN, ProviderInfo
from cumuli.runtime import asynchronous_runtime, blocking_runtime
from cumuli.runtime.protocol import TransportSettings
from cumuli.testing.flavours import Flavour
from tests.secrets_used import API_SECRET

KEYSTONE = {"auth_url": "http://127.0.0.1:1/v3", "username": "u", "password": API_SECRET, "project_name": "p"}
SETTINGS: dict[str, dict[str, Any]] = {
    "b2": {"key": "k", "secret": API_SECRET, "region": "us-west-004"},
    "ceph": {"key": "k", "secret": API_SECRET, "endpoint": "http://127.0.0.1:1"},
    "cloudfiles": {"username": "u", "api_key": API_SECRET, "region": "DFW"},
    "r2": {"key": "k", "secret": API_SECRET, "account_id": "0" * 32},
    "spaces": {"key": "k", "secret": API_SECRET, "region": "fra1"},
    "hetzner": {"key": "k", "secret": API_SECRET, "region": "fsn1"},
    "e2": {"key": "k", "secret": API_SECRET, "endpoint": "http://127.0.0.1:9"},
    "minio": {"key": "k", "secret": API_SECRET, "endpoint": "http://127.0.0.1:9"},
    "ovh": {"key": "k", "secret": API_SECRET, "region": "gra"},
    "scaleway": {"key": "k", "secret": API_SECRET, "region": "fr-par"},
    "wasabi": {"key": "k", "secret": API_SECRET, "region": "eu-central-1"},
    "ec2": {"key": "k", "secret": API_SECRET, "region": "eu-west-1"},
    "gogrid": {"api_key": "k", "secret": API_SECRET},
    "machines": {"endpoint": "unix:///nowhere/podman.sock"},
    "memory": {},
    "openstack": KEYSTONE,
    "rackspace": {"username": "u", "api_key": API_SECRET, "region": "DFW"},
    "s3": {"key": "k", "secret": API_SECRET, "region": "eu-west-1"},
    "swift": KEYSTONE,
}


class Stranger:
    """What nothing takes."""


class Colour(StrEnum):
    RED = "red"


# A wrong value, and the words of annotations that may take it. Pieces of contents are looked at when they are sent.
DRAWN: list[tuple[object, str]] = [
    (Stranger(), "object"),
    (Stranger, "object|Callable|RuntimeFactory"),
    ([Stranger()], "object|Iterable|BinaryIO"),
    ({"a": Stranger()}, "object|Iterable|BinaryIO"),
    ({Stranger(): "a"}, "object|Iterable|BinaryIO"),
    ((Stranger(), "a"), "object|Iterable|BinaryIO"),
    (True, "object|bool"),
    (7, "object|int|float"),
    (7.5, "object|float"),
    (b"bytes", "object|bytes"),
    (None, "object|None|Optional"),
]


def wrong_values(annotation: object) -> Iterator[object]:
    """Values that an annotation does not allow, by the words in it."""
    words = str(annotation) if typing.get_origin(annotation) else getattr(annotation, "__name__", str(annotation))
    for value, allowed in DRAWN:
        if not re.search(rf"\b({allowed})\b", words):
            yield value
    if "str" not in words and "object" not in words:
        yield "some text"


class Recorder:
    """A runtime that tells of whatever could leave, and lets nothing go."""

    def __init__(self, runtime: Any, calls: list[str]) -> None:
        self._runtime = runtime
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        if name in {"send", "stream", "offload", "gather"}:
            self._calls.append(name)
            return nothing_leaves
        return getattr(self._runtime, name)


def nothing_leaves(*_arguments: object, **_options: object) -> None:
    raise RuntimeError("the wrong argument was not noticed")


def annotations_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The parameters that are public, self not among them."""
    hints = typing.get_type_hints(function)
    settings = hints.pop("options") if typing.get_origin(hints.get("options")) is typing.Unpack else None
    found = {name: hints[name] for name in list(inspect.signature(function).parameters)[1:] if name in hints}
    if settings is not None:
        found |= typing.get_type_hints(typing.get_args(settings)[0])
    return {name: hint for name, hint in found.items() if not name.startswith("_")}


@pytest.fixture(params=BUILT_IN, ids=lambda info: f"{info.service}-{info.name}")
def info(request: pytest.FixtureRequest) -> ProviderInfo:
    found: ProviderInfo = request.param
    return found


@pytest.fixture
def settings(info: ProviderInfo, tmp_path: Any) -> dict[str, Any]:
    return {"root": tmp_path} if info.name == "local" else SETTINGS[info.name]


async def test_every_argument_of_every_verb(info: ProviderInfo, settings: dict[str, Any], flavour: Flavour) -> None:
    calls: list[str] = []
    runtime = asynchronous_runtime if flavour.name == "async" else blocking_runtime

    def recorder(transport: TransportSettings) -> Any:
        return Recorder(runtime(transport), calls)

    cls: Any = info.load(asynchronous=flavour.name == "async")
    client = flavour.shape(cls(**settings, _runtime=recorder))
    accepted: list[str] = []
    tried = 0
    try:
        for verb in [name for name in dir(cls) if not name.startswith("_")]:
            function = getattr(cls, verb)
            if not inspect.isfunction(function):
                continue
            annotations = annotations_of(function)
            required = [
                name
                for name, parameter in inspect.signature(function).parameters.items()
                if parameter.default is parameter.empty and name in annotations
            ]
            for name, annotation in annotations.items():
                for value in wrong_values(annotation):
                    tried += 1
                    # The others are right for most verbs, and never looked at by the network.
                    given = {other: "a" for other in required if other != name} | {name: value}
                    if await outcome(client, verb, given) is not InvalidRequest or calls:
                        accepted.append(f"{verb}({name}={value!r})")
                    calls.clear()
        assert tried > 100
        assert accepted == []
    finally:
        await client.aclose()


async def outcome(client: Any, verb: str, given: dict[str, object]) -> type[BaseException] | None:
    """The type of the error that a call ends with."""
    try:
        result = getattr(client, verb)(**given)
        if inspect.isawaitable(result):
            await result
        elif hasattr(result, "__aiter__"):
            async for _ in result:
                break
    except Exception as error:  # noqa: BLE001 - a TypeError is what must not be
        return type(error)
    return None


@pytest.mark.parametrize("size", ["7", None, 7.5, True])
async def test_the_argument_of_a_stream(flavour: Flavour, size: Any) -> None:
    cls = cumuli.AsyncMemoryStorage if flavour.name == "async" else cumuli.MemoryStorage
    async with flavour.shape(cls()) as client:
        await client.create_container("container")
        await client.upload_object_via_stream([b"content"], "container", "o")
        async with client.download_object_as_stream(("container", "o")) as stream:
            with pytest.raises(InvalidRequest, match=r"^read: size is .*; it takes a whole number"):
                await stream.read(size)
            assert await stream.read() == b"content"


@pytest.mark.parametrize("asynchronous", [False, True])
def test_every_argument_of_every_constructor(
    info: ProviderInfo, settings: dict[str, Any], *, asynchronous: bool
) -> None:
    cls: Any = info.load(asynchronous=asynchronous)
    tried = 0
    for name, annotation in annotations_of(cls.__init__).items():
        for value in wrong_values(annotation):
            tried += 1
            with pytest.raises(ConfigurationError, match=name):
                cls(**{**settings, name: value})
    assert tried > 30


def test_what_is_right_passes() -> None:
    """Subclasses of texts, whole numbers for others, lists and sets and tuples, and models and ids mixed."""
    with cumuli.MemoryCompute(region=Colour.RED, latency=0, timeout=5) as cloud:
        node = cloud.create_node("web", "small", "debian", tags={"a": Colour.RED})
        several: list[Any] = [[node, node.id], (node,), {node.id}, {node.id: 1}.keys()]
        for ids in several:
            assert [found.id for found in cloud.list_nodes(ids=ids)] == [node.id]


def test_no_value_that_may_be_a_secret_is_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        cumuli.GoGrid("key", [API_SECRET])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert str(caught.value) == "secret is list of str; it takes str or Secret"
    with cumuli.MemoryCompute() as cloud, pytest.raises(InvalidRequest) as wrong:
        cloud.create_node("a", "small", "debian", auth=API_SECRET)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert str(wrong.value) == "create_node: auth is str; it takes SSHKey, Password or None"


def test_methods_stay_what_they_are() -> None:
    """Their signatures, their documentation, and what is a coroutine function."""

    class Plain:
        async def verb(self, name: str, *, count: int = 3) -> str:
            """What it does."""
            return name * count

        def listing(self) -> int:
            return 1

    signature = inspect.signature(Plain.verb)
    checked = check_arguments(Plain)
    assert inspect.signature(checked.verb) == signature
    assert inspect.iscoroutinefunction(checked.verb)
    assert not inspect.iscoroutinefunction(checked.listing)
    assert checked.verb.__doc__ == "What it does."
    coroutine = checked().verb(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidRequest, match=r"^verb: name is int; it takes str$"):
        coroutine.send(None)


def test_annotations_that_only_checkers_know_are_passed_over() -> None:
    """Another package's class must not fail for how it imports; of ours, the tests above read every one."""

    class Theirs:
        def verb(self, name: Unknown) -> str:  # type: ignore[name-defined]  # noqa: F821  # pyright: ignore[reportUndefinedVariable, reportUnknownParameterType]
            return f"{name}"

    theirs: Any = check_arguments(Theirs)()
    assert theirs.verb(5) == "5"
