"""The in-memory object store misbehaves when it is told to: it refuses calls, and lists late."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cumuli import Storage
from cumuli.calls.retry import RetryPolicy
from cumuli.errors import (
    ConfigurationError,
    DeadlineExceeded,
    NotEmpty,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
)
from cumuli.providers.memory.storage.account import MemoryStorageAccount
from cumuli.providers.memory.storage.aio import AsyncMemoryStorage
from cumuli.providers.memory.storage.client import MemoryStorage
from cumuli.testing.flavours import Flavour, eventually

QUICK = RetryPolicy(base=0.001, cap=0.001)
DOWN = ProviderUnavailable("busy", retryable=True)
Make = Callable[..., Any]
Ask = Callable[[Any], Any]

CALLS: list[tuple[str, Ask]] = [
    ("upload_object", lambda cloud: cloud.upload_object(b"x", "box", "new")),
    ("upload_object", lambda cloud: cloud.upload_object(bytes(30), "box", "in parts", part_size=10)),
    ("get_object", lambda cloud: cloud.get_object("box", "o")),
    ("download_object", lambda cloud: cloud.download_object_as_stream(("box", "o")).read()),
    ("download_object", lambda cloud: cloud.download_object_range_as_stream(("box", "o"), -3).read()),
    ("list_container_objects", lambda cloud: cloud.list_container_objects("box")),
    ("delete_object", lambda cloud: cloud.delete_object(("box", "o"))),
    ("get_object_url", lambda cloud: cloud.get_object_url(("box", "o"))),
    ("head_object", lambda cloud: cloud.get_object("box", "o")),
    # Other verbs for the same calls.
    ("open_object", lambda cloud: cloud.download_object_as_stream(("box", "o")).read()),
    ("download_object_range", lambda cloud: cloud.download_object_as_stream(("box", "o")).read()),
    ("upload_object_via_stream", lambda cloud: cloud.upload_object(b"x", "box", "new")),
    ("get_object_cdn_url", lambda cloud: cloud.get_object_cdn_url(("box", "o"))),
    ("iterate_container_objects", lambda cloud: cloud.list_container_objects("box")),
    ("iterate_containers", lambda cloud: cloud.list_containers()),
]


@pytest.fixture
def account() -> MemoryStorageAccount:
    account = MemoryStorageAccount()
    with MemoryStorage(account) as storage:
        storage.create_container("box")
        storage.upload_object(b"content", "box", "o")
        storage.enable_container_cdn("box")
    return account


@pytest.fixture
def cloud(flavour: Flavour, account: MemoryStorageAccount) -> Iterator[Make]:
    """Makes clients of the account."""
    made: list[Any] = []

    def make(**settings: Any) -> Any:
        kind: Any = AsyncMemoryStorage if flavour.name == "async" else MemoryStorage
        made.append(flavour.shape(kind(account, **{"retry": QUICK, **settings})))
        return made[-1]

    yield make
    for client in made:
        flavour.run(client.aclose())


@pytest.mark.parametrize(("verb", "ask"), CALLS, ids=[f"{number}-{verb}" for number, (verb, _) in enumerate(CALLS)])
async def test_verbs_and_operations_fail(cloud: Make, verb: str, ask: Ask) -> None:
    with pytest.raises(PermissionDenied, match="ordered"):
        await ask(cloud(part_size=10, fail_call={verb: PermissionDenied("ordered")}))
    await ask(cloud(part_size=10))


def test_every_verb_is_a_word_for_calls_that_fail() -> None:
    verbs = {name for name in dir(Storage) if not name.startswith("_") and callable(getattr(Storage, name))}
    for verb in verbs - {"close"}:
        MemoryStorage(fail_call={verb: PermissionDenied("ordered")}).close()


async def test_it_is_slow(cloud: Make) -> None:
    with pytest.raises(DeadlineExceeded):
        await cloud(latency=60.0, timeout=0.1).list_containers()


async def test_a_verb_fails_so_often_and_then_works(cloud: Make, account: MemoryStorageAccount) -> None:
    """Whichever of its operations is asked for: an upload in parts begins with another one."""
    storage = cloud(part_size=10, fail_call={"upload_object": [DOWN, DOWN]})
    before = len(account.calls)
    await storage.upload_object(b"x", "box", "new")
    await storage.upload_object(bytes(30), "box", "in parts", part_size=10)
    assert account.calls[before : before + 2] == ("put_object", "start_multipart")


async def test_of_so_many_calls_one_is_refused(cloud: Make, account: MemoryStorageAccount) -> None:
    storage = cloud(throttle=3, retry=False)
    before = len(account.calls)
    for number in range(1, 10):
        if number % 3:
            assert (await storage.get_object("box", "o")).size == 7
        else:
            with pytest.raises(RateLimited) as caught:
                await storage.get_object("box", "o")
            assert (caught.value.provider, caught.value.status, caught.value.retryable) == ("memory", 429, True)
    assert len(account.calls) - before == 6, "what is refused has no effect"
    patient = cloud(throttle=2)
    for _ in range(10):
        assert (await patient.get_object("box", "o")).size == 7


async def test_what_is_new_is_listed_later(cloud: Make) -> None:
    late, at_once = cloud(consistency_delay=3600.0), cloud()
    await late.create_container("new")
    await late.upload_object(b"x", "new", "o")
    assert [container.name for container in await late.list_containers()] == []
    assert await late.list_container_objects("new") == []
    assert [container.name for container in await at_once.list_containers()] == ["box", "new"]
    assert [obj.name for obj in await at_once.list_container_objects("new")] == ["o"]
    # By their names they are there.
    assert (await late.get_object("new", "o")).size == 1
    assert (await late.get_container("new")).object_count == 1
    with pytest.raises(NotEmpty):
        await late.delete_container("new")


async def test_what_was_new_is_listed(cloud: Make, flavour: Flavour) -> None:
    storage = cloud(consistency_delay=0.3)
    made = await storage.upload_object(b"x", "box", "new")

    async def names() -> list[str]:
        return [obj.name for obj in await storage.list_container_objects("box")]

    await eventually(flavour, names, lambda seen: seen == ["new", "o"])
    # One that takes another's place is not new.
    await storage.upload_object(b"newer", "box", "new", if_match=made.etag)
    assert "new" in await names()
    await storage.delete_object(made)
    assert "new" not in await names()


@pytest.mark.parametrize(
    "wrong",
    [
        {"throttle": 1},
        {"throttle": 0},
        {"consistency_delay": -1.0},
        {"fail_call": {"uplaod_object": DOWN}},
        {"fail_call": {"upload_object": DOWN, "upload_object_via_stream": DOWN}},
    ],
    ids=repr,
)
def test_settings_without_a_meaning(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        MemoryStorage(**wrong)
