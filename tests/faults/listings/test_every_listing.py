"""No odd field costs a listing: every listing of every provider, each field of its answer odd in every way.

A listing without an answer here fails ``test_every_listing_has_an_answer``: record one, or say why there is none.
"""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any, cast

import msgspec
import pytest

import cumuli
from cumuli.errors import CloudError, MalformedResponse, NotSupported
from cumuli.registry import BUILT_IN, ProviderInfo
from cumuli.testing.flavours import Flavour
from tests.faults.listings.answers_ec2 import EC2
from tests.faults.listings.answers_gogrid import GOGRID
from tests.faults.listings.answers_machines import MACHINES
from tests.faults.listings.answers_openstack import OPENSTACK, RACKSPACE
from tests.faults.listings.answers_storage import (
    CLOUDFILES,
    DEAD,
    GET_OBJECT,
    LARGE,
    LIST_OBJECTS,
    S3,
    SEGMENT,
    SWIFT,
)
from tests.faults.listings.canned import Answers, client_of
from tests.faults.listings.recorded import Call, Recorded, as_list
from tests.support.mutations import Mutation, json_mutations, names_of, without, xml_mutations
from tests.support.odd_values import differences, unfit_moments

ANSWERS: dict[str, dict[str, Recorded]] = {
    "ec2": EC2,
    "gogrid": GOGRID,
    "machines": MACHINES,
    "openstack": OPENSTACK,
    "rackspace": RACKSPACE,
    "s3": S3,
    "swift": SWIFT,
    "cloudfiles": CLOUDFILES,
}
# Other clients of the same driver.
PRESETS = {"b2", "ceph", "e2", "hetzner", "minio", "ovh", "r2", "scaleway", "spaces", "wasabi"}
# Providers whose listings read no answer of anybody's.
NO_ANSWERS = {
    "local": "it lists folders of this machine",
    "memory": "it lists what the program itself has put there",
}
# What looks like a listing and is none, or reads no answer of its own.
NO_LISTINGS = {
    "delete_objects": "it deletes, and tells what became of each",
    "deploy_nodes": "it creates, and looks by list_nodes",
    "ex_assign_ipv6_addresses": "it assigns",
    "ex_assign_private_ips": "it assigns",
    "ex_call": "it gives the answer as it is",
    "ex_create_nodes": "it creates",
    "ex_delete_dead_segments": "it deletes what ex_list_dead_segments lists",
    "ex_get_capabilities": "it gives the answer as it is",
    "ex_host_keys": "it reads a file of a machine",
    "ex_set_metadata": "it writes; its answer is read as that of ex_get_metadata",
    "wait_until_image_available": "it looks at single images, by list_images",
    "wait_until_running": "it looks at single nodes, by list_nodes",
    "wait_until_snapshot_available": "it looks by list_volume_snapshots",
    "wait_until_stopped": "it looks at single nodes, by list_nodes",
    "wait_until_volume_attached": "it looks by get_volume or list_volumes",
    "wait_until_volume_available": "it looks by get_volume or list_volumes",
    "wait_until_volume_detached": "it looks by get_volume or list_volumes",
}
# What a provider lists without asking anybody.
FROM_THE_TOKEN = {("machines", "list_locations"), ("machines", "list_sizes"), ("rackspace", "list_locations")}
NOT_SUPPORTED = {
    ("b2", "ex_get_bucket_lifecycle"),
    ("b2", "ex_get_bucket_tagging"),
    ("b2", "ex_get_object_tagging"),
    ("e2", "ex_get_bucket_acl"),
    ("e2", "ex_get_bucket_tagging"),
    ("e2", "ex_get_object_acl"),
    ("gogrid", "list_key_pairs"),
    ("gogrid", "list_volume_snapshots"),
    ("gogrid", "list_volumes"),
    ("hetzner", "ex_get_bucket_tagging"),
    ("machines", "list_volume_snapshots"),
    ("minio", "ex_get_bucket_acl"),
    ("minio", "ex_get_bucket_cors"),
    ("minio", "ex_get_object_acl"),
    ("r2", "ex_get_bucket_acl"),
    ("r2", "ex_get_bucket_tagging"),
    ("r2", "ex_get_object_acl"),
    ("r2", "ex_get_object_tagging"),
    ("r2", "ex_iterate_object_versions"),
    ("r2", "ex_list_object_versions"),
    ("spaces", "ex_get_bucket_tagging"),
    ("spaces", "ex_get_object_tagging"),
}

LISTING = re.compile(r"(?:ex_)?(?:list|iterate|describe)_")
COLLECTION = re.compile(r"\b(?:list|dict|tuple|Iterator|AsyncIterator|AccessControl|Limits)\b")
# What is empty, or not there, says in most protocols that there are none.
NOTHING = re.compile(r"dropped|empty|null|None|''|\[\]|\{\}|'<item/>'|'<odd/>'|'<item><item/></item>'|without its")
UNKNOWN = re.compile(r"\{'x'|in an object")
# All mutations are tried of all listings in one flavour. The other one has the same source, and so do the presets.
SAMPLE = 9
ENOUGH = 50

ONE_EACH = [(provider, name) for provider, recorded in ANSWERS.items() for name in recorded]


def listings_of(info: ProviderInfo) -> list[str]:
    """What lists something, by its name or by what it gives."""
    kind: Any = info.load(asynchronous=True)
    found: list[str] = []
    for name in dir(kind):
        verb = getattr(kind, name)
        if name.startswith("_") or not inspect.isfunction(verb):
            continue
        if LISTING.match(name) or COLLECTION.search(str(inspect.signature(verb).return_annotation)):
            found.append(name)
    return found


def walked(name: str) -> str:
    """The listing that gives at once what another one gives one by one."""
    return name.replace("iterate_", "list_")


def recorded_of(provider: str) -> dict[str, Recorded]:
    return ANSWERS["s3" if provider in PRESETS else provider]


@pytest.mark.parametrize("info", BUILT_IN, ids=lambda info: f"{info.service}-{info.name}")
def test_every_listing_has_an_answer(info: ProviderInfo) -> None:
    if info.name in NO_ANSWERS:
        return
    known = {name.partition(" ")[0] for name in recorded_of(info.name)}
    listings = set(listings_of(info))
    missing = {
        name
        for name in listings - NO_LISTINGS.keys()
        if walked(name) not in known and not {(info.name, name)} & (FROM_THE_TOKEN | NOT_SUPPORTED)
    }
    assert missing == set(), "record an answer of it in tests/faults/listings, or say here why there is none"
    # The lists above hold nothing that is gone.
    assert known <= listings
    assert {name for provider, name in FROM_THE_TOKEN | NOT_SUPPORTED if provider == info.name} <= listings


async def test_what_has_no_answer_asks_nothing(flavour: Flavour) -> None:
    for provider, name in sorted(FROM_THE_TOKEN | NOT_SUPPORTED):
        answers = Answers()
        client = client_of(provider, flavour, answers)
        call = collecting(WALKS[name]) if name in WALKS else call_of(provider, name)
        if (provider, name) in NOT_SUPPORTED:
            with pytest.raises(NotSupported):
                await call(client)
        else:
            assert await call(client)
        assert answers.asked == []
        await client.aclose()


def call_of(provider: str, name: str) -> Call:
    recorded = recorded_of(provider).get(name)
    return recorded.call if recorded else lambda client: getattr(client, name)()


def mutations_of(recorded: Recorded) -> Iterator[Mutation]:
    """All of them, but for what is odd in the first thing or the third."""
    document, item = recorded.document, recorded.item
    drawn = xml_mutations(document) if isinstance(document, str) else json_mutations(document)
    others = tuple(f"{item[:-1]}{number}" for number in (0, 2))
    for mutation in drawn:
        if any(mutation.place == other or mutation.place.startswith(f"{other}/") for other in others):
            continue
        # Where a thing's own element is missing, and the other things' are not, nobody knows what it is.
        if mutation.place == item and mutation.how == "without its element":
            continue
        # An object that has other names says something else, and nothing odd.
        renamed = recorded.named and item.startswith(f"{mutation.place}/")
        if not renamed or mutation.how not in {"{'x': 1}", "in an object"}:
            yield mutation


def judged(
    recorded: Recorded, mutation: Mutation, sound: list[Any], found: list[Any] | CloudError, lost: list[str]
) -> str:
    """What is wrong with a listing of an answer that is odd in one place; empty for nothing.

    Args:
        recorded: The listing.
        mutation: The answer.
        sound: What it gives where nothing is odd.
        found: What it gave.
        lost: What was told of.
    """
    item, place, how = recorded.item, mutation.place, mutation.how
    inside = place == item or place.startswith(f"{item}/")
    about = names_of(place.removeprefix(item)) if inside else names_of(place)
    if isinstance(found, CloudError):
        allowed = about in recorded.needed or not about if inside and recorded.whole else is_around(recorded, place)
        return "" if allowed and isinstance(found, MalformedResponse) else f"raised {found!r}"
    others = [each for each in found if each not in (sound[0], sound[2])]
    if inside:
        if sound[0] not in found or sound[2] not in found:
            return "cost the others"
        if others:
            return "" if how == "repeated" else changed_too_much(recorded, sound[1], others[0])
        if about in recorded.decides or (not about and how == "dropped"):
            return ""
        if about in recorded.nothing and NOTHING.search(how):
            return ""
        if about and about not in recorded.needed:
            return "lost"
        return "" if any(is_named(recorded, sound[1], words) for words in lost) else f"lost without a word: {lost}"
    if all(each in found for each in sound):
        return ""
    # Of an object that has nothing that is known, nothing is lost.
    if names_of(place) in recorded.logged and UNKNOWN.search(how):
        return ""
    # The first alone is all that there is.
    if is_around(recorded, place) and (lost or NOTHING.search(how) or how == "the first alone"):
        return ""
    return f"only {len(found)} are left"


def is_around(recorded: Recorded, place: str) -> bool:
    """Whether the whole answer hangs on a place: the list itself, what it is in, and what was named."""
    return recorded.item.startswith(f"{place}/") or names_of(place) in recorded.around or not place


def changed_too_much(recorded: Recorded, sound: Any, other: Any) -> str:
    """What is wrong with a thing that was odd in one place."""
    if not isinstance(other, msgspec.Struct):
        name = cast("tuple[object, ...]", other)[0] if isinstance(other, tuple) else other
        return "" if name else "has no name"
    if not recorded.nameless and not any(getattr(other, name, "") for name in ("id", "name", "permission", "verb")):
        return "has nothing to be known by"
    if unfit_moments(other):
        return f"has moments without a zone: {unfit_moments(other)}"
    # One field may stand in several, as an address does.
    changed = differences(sound, other)
    return "" if len(changed) <= 4 else f"changed {changed}"


def is_named(recorded: Recorded, sound: Any, words: str) -> bool:
    """Whether what was told names the thing: by its place in the answer, or by what it is known by."""
    number = recorded.item[-1]
    if isinstance(sound, tuple):
        known = {str(cast("tuple[object, ...]", sound)[0])}
    else:
        known = {str(getattr(sound, name, "")) for name in ("id", "name", "ip", "address")}
    return any(word in words for word in {f"[{number}]", f"entry {number} ", *known} - {""})


class Told(logging.Handler):
    """Collects what the log says of answers, and keeps it from all others: there are thousands."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def told() -> Iterator[Told]:
    logger, calls = logging.getLogger("cumuli.answers"), logging.getLogger("cumuli.http")
    handler = Told()
    logger.addHandler(handler)
    logger.propagate = False
    calls.setLevel(logging.WARNING)
    yield handler
    calls.setLevel(logging.NOTSET)
    logger.removeHandler(handler)
    logger.propagate = True


async def tried(
    client: Any, answers: Answers, recorded: Recorded, told: Told, drawn: Iterator[Mutation]
) -> tuple[int, list[str]]:
    """How many mutations were tried, and what was wrong with each that was not taken well."""
    after = without(recorded.document, recorded.item)
    others = {operation: [body] for operation, body in recorded.others.items()}

    async def listed(body: bytes) -> tuple[list[Any] | CloudError, list[str]]:
        answers.show({**others, recorded.operation: [body, after]}, recorded.headers)
        told.lines.clear()
        with cumuli.left_out() as lost:
            try:
                found: list[Any] | CloudError = as_list(await recorded.call(client))
            except CloudError as error:
                found = error
        return found, [error.message for error in lost]

    document = recorded.document
    sound, lost = await listed(document.encode() if isinstance(document, str) else msgspec.json.encode(document))
    assert isinstance(sound, list), sound
    assert (len(sound), lost, told.lines) == (3, [], [])
    wrong: list[str] = []
    count = warned = 0
    for mutation in drawn:
        count += 1
        found, lost = await listed(mutation.body)
        warned += bool(told.lines)
        if names_of(mutation.place) in recorded.logged:
            lost = told.lines
        why = judged(recorded, mutation, sound, found, lost)
        if why:
            wrong.append(f"{mutation.place} {mutation.how}: {why}")
    # What is read to be put back whole is an error, of which no log has to tell.
    assert warned or recorded.whole or count < ENOUGH, "the log never told of anything odd"
    return count, wrong


@pytest.mark.parametrize(("provider", "name"), ONE_EACH, ids=str)
async def test_no_odd_field_costs_a_listing(flavour: Flavour, provider: str, name: str, told: Told) -> None:
    recorded = ANSWERS[provider][name]
    answers = Answers()
    client = client_of(provider, flavour, answers)
    drawn = list(mutations_of(recorded))
    some = drawn if flavour.name == "sync" else drawn[::SAMPLE]
    count, wrong = await tried(client, answers, recorded, told, iter(some))
    await client.aclose()
    assert wrong == []
    assert count == len(some)
    assert len(drawn) > ENOUGH


@pytest.mark.parametrize("odd", [{**SEGMENT, "name": None}, {**SEGMENT, "sub_slo": "perhaps"}, "odd"])
async def test_a_manifest_that_is_half_read_calls_no_segment_dead(flavour: Flavour, odd: Any) -> None:
    """Who deletes what no object is made of has to know what they are made of."""
    answers = Answers()
    swift = client_of("swift", flavour, answers)
    listed = [[DEAD], [], [LARGE], []]
    bodies = {
        **{operation: [body] for operation, body in SWIFT["ex_list_dead_segments"].others.items()},
        LIST_OBJECTS: [msgspec.json.encode(page) for page in listed],
        "Show object metadata": [b""],
        GET_OBJECT: [msgspec.json.encode([SEGMENT, odd])],
    }
    answers.show(bodies, {"X-Static-Large-Object": "True", "ETag": '"e"'})
    with cumuli.left_out() as lost, pytest.raises(MalformedResponse, match="cannot be read") as caught:
        await swift.ex_delete_dead_segments("c")
    assert (lost, caught.value.operation) == ([], GET_OBJECT)
    assert answers.asked.count(GET_OBJECT) == 1
    # Nor is another object to be made of the rest.
    answers.show(bodies, {"X-Static-Large-Object": "True", "ETag": '"e"'})
    with cumuli.left_out() as lost, pytest.raises(MalformedResponse, match="another content") as caught:
        await swift.ex_list_segments(("c", "o"))
    assert (lost, caught.value.operation) == ([], GET_OBJECT)
    await swift.aclose()


def collecting(walk: Callable[[Any], Any]) -> Call:
    async def call(client: Any) -> list[Any]:
        return [each async for each in walk(client)]

    return call


WALKS: dict[str, Callable[[Any], Any]] = {
    "ex_iterate_cdn_containers": lambda client: client.ex_iterate_cdn_containers(),
    "ex_iterate_object_versions": lambda client: client.ex_iterate_object_versions("bucket"),
    "iterate_container_objects": lambda client: client.iterate_container_objects("bucket"),
    "iterate_containers": lambda client: client.iterate_containers(),
    "iterate_nodes": lambda client: client.iterate_nodes(),
}
WALKED = [
    (info.name, name)
    for info in BUILT_IN
    if info.name not in NO_ANSWERS
    for name in listings_of(info)
    if "iterate_" in name and (info.name, name) not in NOT_SUPPORTED
]
OF_PRESETS = [
    (provider, name)
    for provider in sorted(PRESETS)
    for name in S3
    if (provider, name.partition(" ")[0]) not in NOT_SUPPORTED
]


@pytest.mark.parametrize(("provider", "name"), WALKED, ids=str)
async def test_nor_one_that_is_walked(flavour: Flavour, provider: str, name: str, told: Told) -> None:
    recorded = recorded_of(provider)[walked(name)]
    answers = Answers()
    client = client_of(provider, flavour, answers)
    walk = msgspec.structs.replace(recorded, call=collecting(WALKS[name]))
    some = list(mutations_of(recorded))[:: 3 * SAMPLE]
    count, wrong = await tried(client, answers, walk, told, iter(some))
    await client.aclose()
    assert wrong == []
    assert count == len(some)


@pytest.mark.parametrize(("provider", "name"), OF_PRESETS, ids=str)
async def test_nor_one_of_another_client_of_s3(flavour: Flavour, provider: str, name: str, told: Told) -> None:
    answers = Answers()
    client = client_of(provider, flavour, answers)
    some = list(mutations_of(S3[name]))[:: 3 * SAMPLE]
    count, wrong = await tried(client, answers, S3[name], told, iter(some))
    await client.aclose()
    assert wrong == []
    assert count == len(some)
