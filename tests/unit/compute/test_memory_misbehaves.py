"""The in-memory compute provider misbehaves when it is told to: it refuses calls, and knows late what is new."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cumuli.calls.retry import RetryPolicy
from cumuli.compute.aio import AsyncCompute
from cumuli.errors import (
    ConfigurationError,
    ImageNotFound,
    KeyPairExists,
    KeyPairNotFound,
    NodeNotFound,
    NotFound,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    SnapshotNotFound,
    VolumeNotFound,
)
from cumuli.providers.memory.compute.account import MemoryAccount
from cumuli.providers.memory.compute.aio import AsyncMemoryCompute
from cumuli.providers.memory.compute.client import MemoryCompute
from cumuli.runtime import asynchronous_runtime, blocking_runtime
from cumuli.runtime.protocol import Runtime, TransportSettings
from cumuli.testing.flavours import Flavour

QUICK = RetryPolicy(base=0.001, cap=0.001)
DOWN = ProviderUnavailable("busy", retryable=True)
VERBS = sorted(
    name
    for name, member in vars(AsyncCompute).items()
    if inspect.iscoroutinefunction(member) and not name.startswith(("_", "wait_", "deploy"))
)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPF me@example.org"
Make = Callable[..., Any]
Ask = Callable[[Any], Any]

# Every verb, with the things that there are in the account below.
CALLS: dict[str, Ask] = {
    "attach_volume": lambda cloud: cloud.attach_volume("node-1", "volume-1"),
    "copy_image": lambda cloud: cloud.copy_image("memory-1", "image-1", "copy"),
    "create_image": lambda cloud: cloud.create_image("node-1", "golden"),
    "create_key_pair": lambda cloud: cloud.create_key_pair("second"),
    "create_node": lambda cloud: cloud.create_node("web", "small", "debian"),
    "create_volume": lambda cloud: cloud.create_volume(1, "data"),
    "create_volume_snapshot": lambda cloud: cloud.create_volume_snapshot("volume-1"),
    "delete_image": lambda cloud: cloud.delete_image("image-1"),
    "delete_key_pair": lambda cloud: cloud.delete_key_pair("first"),
    "destroy_node": lambda cloud: cloud.destroy_node("node-1"),
    "destroy_volume": lambda cloud: cloud.destroy_volume("volume-1"),
    "destroy_volume_snapshot": lambda cloud: cloud.destroy_volume_snapshot("snapshot-1"),
    "detach_volume": lambda cloud: cloud.detach_volume("volume-2"),
    "get_image": lambda cloud: cloud.get_image("image-1"),
    "get_key_pair": lambda cloud: cloud.get_key_pair("first"),
    "get_node": lambda cloud: cloud.get_node("node-1"),
    "get_size": lambda cloud: cloud.get_size("small"),
    "get_volume": lambda cloud: cloud.get_volume("volume-1"),
    "import_key_pair": lambda cloud: cloud.import_key_pair("third", KEY),
    "list_images": lambda cloud: cloud.list_images(),
    "list_key_pairs": lambda cloud: cloud.list_key_pairs(),
    "list_locations": lambda cloud: cloud.list_locations(),
    "list_nodes": lambda cloud: cloud.list_nodes(),
    "list_sizes": lambda cloud: cloud.list_sizes(),
    "list_volume_snapshots": lambda cloud: cloud.list_volume_snapshots(),
    "list_volumes": lambda cloud: cloud.list_volumes(),
    "reboot_node": lambda cloud: cloud.reboot_node("node-1"),
    "start_node": lambda cloud: cloud.start_node("node-1"),
    "stop_node": lambda cloud: cloud.stop_node("node-1"),
}


class Clock:
    """A runtime whose sleeps take no time, and move its clock."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.ahead = 0.0

    # Any: whatever else the real runtime has.
    def __getattr__(self, name: str) -> Any:
        return getattr(self._runtime, name)

    def now(self) -> float:
        return self._runtime.now() + self.ahead

    def monotonic(self) -> float:
        return self._runtime.monotonic() + self.ahead

    async def sleep(self, seconds: float) -> None:
        self.ahead += seconds


@pytest.fixture
def account() -> MemoryAccount:
    account = MemoryAccount()
    with MemoryCompute(account) as cloud:
        node = cloud.create_node("web", "small", "debian")
        volume = cloud.create_volume(1, "data")
        cloud.attach_volume(node, cloud.create_volume(1, "attached"))
        cloud.create_volume_snapshot(volume)
        cloud.create_image(node, "golden")
        cloud.create_key_pair("first")
    return account


@pytest.fixture
def clocks() -> list[Clock]:
    """The clocks of the clients that were made, in their order."""
    return []


@pytest.fixture
def cloud(flavour: Flavour, account: MemoryAccount, clocks: list[Clock]) -> Iterator[Make]:
    """Makes clients of the account."""
    made: list[Any] = []

    def runtime(settings: TransportSettings) -> Any:
        make = asynchronous_runtime if flavour.name == "async" else blocking_runtime
        clocks.append(Clock(make(settings)))
        return clocks[-1]

    def make(given: MemoryAccount = account, **settings: Any) -> Any:
        kind: Any = AsyncMemoryCompute if flavour.name == "async" else MemoryCompute
        made.append(flavour.shape(kind(given, _runtime=runtime, **{"retry": QUICK, **settings})))
        return made[-1]

    yield make
    for client in made:
        flavour.run(client.aclose())


@pytest.mark.parametrize("verb", VERBS)
async def test_verbs_fail(cloud: Make, verb: str) -> None:
    with pytest.raises(PermissionDenied, match="ordered"):
        await CALLS[verb](cloud(fail_call={verb: PermissionDenied("ordered")}))
    await CALLS[verb](cloud())


@pytest.mark.parametrize("word", ["list_nodes", "iterate_nodes"])
async def test_lazy_listings_and_waits_fail_as_what_they_call(cloud: Make, word: str) -> None:
    compute = cloud(fail_call={word: PermissionDenied("ordered")})
    with pytest.raises(PermissionDenied, match="ordered"):
        [node async for node in compute.iterate_nodes()]
    with pytest.raises(PermissionDenied, match="ordered"):
        await compute.wait_until_running(["node-1"])


async def test_of_so_many_calls_one_is_refused(cloud: Make, account: MemoryAccount) -> None:
    compute = cloud(throttle=3, retry=False)
    before = len(account.calls)
    for number in range(1, 10):
        if number % 3:
            assert (await compute.get_node("node-1")).name == "web"
        else:
            with pytest.raises(RateLimited) as caught:
                await compute.get_node("node-1")
            assert (caught.value.provider, caught.value.status, caught.value.retryable) == ("memory", 429, True)
    assert len(account.calls) - before == 6, "what is refused has no effect"
    patient = cloud(throttle=2)
    made = [await patient.create_node(f"web-{number}", "small", "debian") for number in range(10)]
    assert [node.id for node in await patient.list_nodes()] == ["node-1", *(node.id for node in made)]


async def test_what_is_new_is_neither_listed_nor_known(cloud: Make, clocks: list[Clock]) -> None:
    """As EC2 has it: what was made is there, and who asks for it is told for a while that it is not."""
    account = MemoryAccount()
    late, at_once = cloud(account, consistency_delay=60.0, retry=False), cloud(account)
    node = await late.create_node("web", "small", "debian")
    assert await late.list_nodes() == []
    for ask in (late.get_node, late.stop_node, late.destroy_node, lambda it: late.list_nodes(ids=[it])):
        with pytest.raises(NodeNotFound, match=node.id):
            await ask(node)
    # It is there all the same.
    assert [found.id for found in await at_once.list_nodes()] == [node.id]
    volume = await at_once.create_volume(1, "data")
    attached = await at_once.attach_volume(node, volume)
    snapshot = await at_once.create_volume_snapshot(volume)
    image = await at_once.create_image(node, "golden")
    pair = await at_once.import_key_pair("first", KEY)
    asked: list[tuple[str, Any, str, type[NotFound]]] = [
        ("list_volumes", attached, "get_volume", VolumeNotFound),
        ("list_volume_snapshots", snapshot, "destroy_volume_snapshot", SnapshotNotFound),
        ("list_images", image, "get_image", ImageNotFound),
        ("list_key_pairs", pair, "get_key_pair", KeyPairNotFound),
    ]
    # Whoever made it.
    for listing, thing, verb, error in asked:
        assert thing not in await getattr(late, listing)()
        with pytest.raises(error):
            await getattr(late, verb)(thing)
        assert thing in await getattr(at_once, listing)()
    assert len(await late.list_images()) == 3, "the cloud's own are not new"
    with pytest.raises(KeyPairExists):
        await late.create_key_pair("first")
    with pytest.raises(ImageNotFound):
        await late.copy_image("memory-1", image, "copy")

    clocks[0].ahead += 61.0
    assert [found.id for found in await late.list_nodes()] == [node.id]
    for listing, thing, verb, _ in asked:
        assert thing in await getattr(late, listing)()
        await getattr(late, verb)(thing)
    # One that was changed is not new again, and one that is gone is gone at once.
    await late.stop_node(node)
    assert [found.state for found in await late.list_nodes()] == ["stopped"]
    await late.destroy_node(node)
    assert await late.list_nodes() == []
    assert (await at_once.get_volume(volume)).attached_to == ()


async def test_a_node_that_goes_sets_volumes_free_that_are_not_seen_yet(cloud: Make, clocks: list[Clock]) -> None:
    account = MemoryAccount()
    late, at_once = cloud(account, consistency_delay=60.0), cloud(account)
    node = await at_once.create_node("web", "small", "debian")
    for clock in clocks:
        clock.ahead += 61.0
    volume = await at_once.create_volume(1, "data")
    await at_once.attach_volume(node, volume)
    await late.destroy_node(node)
    assert (await at_once.get_volume(volume)).attached_to == ()


@pytest.mark.parametrize("wait", [True, False], ids=["less than 10 s", "more than 10 s"])
async def test_the_client_waits_for_what_it_made(cloud: Make, clocks: list[Clock], wait: bool) -> None:
    compute = cloud(consistency_delay=5.0 if wait else 3600.0)
    [clock] = clocks
    node = await compute.create_node("web", "small", "debian")
    began = clock.ahead
    if not wait:
        with pytest.raises(NodeNotFound):
            await compute.get_node(node)
        assert 9.0 < clock.ahead - began < 13.0
        return
    assert (await compute.get_node(node)).id == node.id
    assert 4.0 < clock.ahead - began < 8.0
    volumes = [await compute.create_volume(1, f"data-{number}") for number in range(2)]
    assert await compute.wait_until_volume_available(volumes) == volumes
    image = await compute.create_image(node, "golden")
    assert (await compute.create_node("web", "small", image)).image == image.id
    pair = await compute.create_key_pair("second")
    assert (await compute.get_key_pair(pair)).name == "second"
    # What it takes away right after is taken away, and that it is gone is believed at once.
    short = await compute.create_node("short", "small", "debian")
    await compute.destroy_node(short)
    began = clock.ahead
    with pytest.raises(NodeNotFound):
        await compute.get_node(short)
    assert clock.ahead == began
    await compute.wait_until_destroyed([short])


async def test_a_create_that_is_sent_again_gives_what_was_made(
    cloud: Make, clocks: list[Clock], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is known by the token of the first attempt, though the node is too new to be asked for."""
    compute = cloud(consistency_delay=60.0, retry=False)
    monkeypatch.setattr(clocks[0], "token", lambda: "the same", raising=False)
    made = await compute.create_node("web", "small", "debian")
    assert (await compute.create_node("web", "small", "debian")).id == made.id


@pytest.mark.parametrize(
    "wrong",
    [
        {"throttle": 1},
        {"throttle": 0},
        {"consistency_delay": -1.0},
        {"fail_call": {"create_nodes": DOWN}},
        {"fail_call": {"upload_object": [DOWN]}},
    ],
    ids=repr,
)
@pytest.mark.parametrize("kind", [MemoryCompute, AsyncMemoryCompute])
def test_settings_without_a_meaning(kind: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        kind(**wrong)
