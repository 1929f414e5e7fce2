"""What certify cannot find out of a provider by itself.

A provider of another package brings its own by an entry point of the group ``cumuli.certify``, named like the provider,
that loads ``Hints`` (or a dict of them by service)::

    [project.entry-points."cumuli.certify"]
    acme = "cumuli_acme.certify:HINTS"

Without any it is tried with the smallest size, the first image, and ids that look like those that there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import cast

import msgspec

from cumuli.errors import ConfigurationError

__all__ = ["Hints", "hints_of"]

GROUP = "cumuli.certify"


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """What a target of the suites is made with; everything has a default that is found out.

    Attributes:
        size: Id of a size. Default: the smallest, by memory and then by price.
        image: Id of an image that a node of that size can be made from. Default: the first that is available.
        unknown: Ids that look right and name nothing, by kind: ``node size image volume snapshot``.
        source_region: Setting that names the region from which ``copy_image`` copies; None if it cannot.
        small_pages: Settings that make listings come in small pages. Default: ``page_size=2`` where the client
            takes a ``page_size``; an empty dict for none.
        interface: Which addresses nodes have: ``"public"`` or ``"private"``.
        for_images: What ``create_node`` must be told for a node that an image can be made of.
        settings: What the client is told besides, for every behaviour.
        part_size: Of storage, the bytes of the smallest part.
        requests: Whether the provider is asked by requests, which can be counted.
        patience: Seconds that a change of state may take.
        gaps: What the provider lacks, with the reason: by capability, or by the name of a behaviour.
        unsendable: Of storage, characters that the server, for a reason of its own, takes in no name.
        unlisted: Of compute, what the server has no list of, for a reason of its own: ``"volume"``, ``"snapshot"``.
            What a run left is not looked for there.
    """

    size: str | None = None
    image: str | None = None
    unknown: Mapping[str, str] = {}
    source_region: str | None = None
    small_pages: Mapping[str, object] | None = None
    interface: str = "public"
    for_images: Mapping[str, object] = {}
    settings: Mapping[str, object] = {}
    part_size: int = 5 * 1024 * 1024
    requests: bool = True
    patience: float = 300.0
    gaps: Mapping[str, str] = {}
    unsendable: str = ""
    unlisted: tuple[str, ...] = ()


NO_CDN: dict[str, str] = dict.fromkeys(
    ("get_container_cdn_url", "enable_container_cdn", "get_object_cdn_url"), "the service has no delivery network"
)
NO_CONDITION: dict[str, str] = dict.fromkeys(
    ("upload_object(if_match=)", "delete_object(if_match=)"), "the service has no such condition"
)
NO_URLS: dict[str, str] = dict.fromkeys(
    ("a_url_reads_without_credentials", "a_url_writes_without_credentials"), "its URLs lead nowhere"
)

NO_REGION = "Glance copies nothing between regions by itself"

HINTS: dict[tuple[str, str], Hints] = {
    ("ec2", "compute"): Hints(
        size="t3.micro",
        unknown={
            "node": "i-00000000000000000",
            "size": "t3.enormous",
            "image": "ami-00000000000000000",
            "volume": "vol-00000000000000000",
            "snapshot": "snap-00000000000000000",
        },
        source_region="region",
        small_pages={},
        gaps={
            "create_node(auth=Password)": "EC2 has no such thing",
            "every_page_and_lazily": "EC2 gives no fewer than 5 in a page",
        },
    ),
    ("gogrid", "compute"): Hints(
        unknown=dict.fromkeys(("node", "image", "volume", "snapshot"), "999999") | {"size": "99"},
        for_images={"ex_issandbox": True},
        gaps={
            "create_node(auth=Password)": "GoGrid makes the password itself",
            "create_node(auth=SSHKey)": "GoGrid's servers are opened by passwords",
            "copy_image": "an image stays in its datacenter",
        },
    ),
    ("rackspace", "compute"): Hints(gaps={"copied_images": NO_REGION}),
    ("openstack", "compute"): Hints(
        interface="private",
        gaps={"copied_images": NO_REGION, "tags": "Nova takes keys of ASCII letters only"},
    ),
    ("machines", "compute"): Hints(
        interface="private",
        unknown={"volume": "nothing", "snapshot": "nothing"},
        gaps={
            "attach_volume": "podman mounts volumes when it creates a container, and never later",
            **dict.fromkeys(
                ("list_volume_snapshots", "create_volume_snapshot", "destroy_volume_snapshot"),
                "podman has no snapshots of volumes",
            ),
            "list_volumes(tags=)": "the verbs that make volumes take no tags",
            "copied_images": "there is one computer",
            "every_page_and_lazily": "podman gives every list whole",
        },
    ),
    ("memory", "compute"): Hints(
        size="medium",
        image="debian",
        source_region="memory-1",
        settings={"polls_until_running": 1},
    ),
    ("memory", "storage"): Hints(settings={"part_size": 10_000}, part_size=10_000, gaps=NO_URLS),
    ("local", "storage"): Hints(
        requests=False,
        gaps={
            **NO_CDN,
            "headers=": "no request is sent",
            "get_object_url": "files have no URLs that expire",
            'get_object_url(method="PUT")': "files have no URLs that expire",
            "upload in parts": "one writer to one file is as fast as several",
            "every_page_and_lazily": "no request is sent",
        },
    ),
    ("s3", "storage"): Hints(gaps={**NO_CDN, "deleting_what_is_missing_is_told": "S3 does not tell"}),
    ("swift", "storage"): Hints(part_size=1024 * 1024, gaps={**NO_CDN, **NO_CONDITION}),
    ("cloudfiles", "storage"): Hints(part_size=1024 * 1024, gaps=NO_CONDITION),
}

NO_KEYS = "mimic lists, imports and deletes keys; it shows none and makes none"
NO_VOLUMES = "mimic makes no volumes"
NO_STOPPING = "mimic neither stops nor starts servers"

# What a server of the sandbox cannot do although the provider can.
STANDS: dict[str, Mapping[str, str]] = {
    "ec2": {
        "an_attached_volume_is_not_attached_again": "moto attaches it twice",
        "a_node_of_unknown_parts_is_not_made": "moto takes any image and any size",
    },
    "s3": {
        "a_url_reads_without_credentials": "moto lets anybody write",
    },
    "rackspace": {
        "a_node_of_unknown_parts_is_not_made": "mimic makes servers of sizes and images that do not exist",
        "own_images": "mimic does not say which image it made",
        "not_found[delete_image]": "mimic deletes no images",
        "not_found[get_key_pair]": NO_KEYS,
        **dict.fromkeys(("key_pairs", "imported_key_pairs"), NO_KEYS),
        **dict.fromkeys(("stop_and_start", "waiting_until_nodes_are_stopped"), NO_STOPPING),
        **dict.fromkeys(
            (
                *("volumes", "attach_and_detach", "an_attached_volume_is_not_attached_again", "snapshots"),
                *("volumes_by_name_and_state", "volumes_by_tags", "volumes_of_a_node", "snapshots_by_name_and_state"),
                "volumes_are_made_attached_and_detached_without_a_loop",
                "waiting_until_snapshots_are_complete",
            ),
            NO_VOLUMES,
        ),
    },
    "cloudfiles": {"cdn": "the sandbox's Swift has no delivery network beside it"},
}


# Moto's web server routes no path with a line feed in it.
UNSENDABLE = {"s3": "\n"}
# Mimic's volumes are a list that is always empty, and it has none of snapshots.
UNLISTED = {"rackspace": ("snapshot",)}


def hints_of(provider: str, service: str, stand: str = "") -> Hints:
    """What is known of a provider, and of the server of the sandbox that plays it.

    Args:
        provider: The provider's name.
        service: The service's name.
        stand: The provider's name if a server of the sandbox plays it, or empty.

    Raises:
        ConfigurationError: Another package's hints cannot be loaded.
    """
    found = HINTS.get((provider, service)) or _of_others(provider, service)
    more = STANDS.get(stand, {})
    return msgspec.structs.replace(
        found,
        gaps={**found.gaps, **more},
        unsendable=found.unsendable + UNSENDABLE.get(stand, ""),
        unlisted=found.unlisted + UNLISTED.get(stand, ()),
    )


def _of_others(provider: str, service: str) -> Hints:
    for point in entry_points(group=GROUP, name=provider):
        try:
            given: object = point.load()
        except Exception as error:  # whatever another package does on import
            raise ConfigurationError(
                f"the hints of {provider!r} cannot be loaded from {point.value!r}: {error}"
            ) from error
        if isinstance(given, Mapping):
            given = cast("Mapping[str, object]", given).get(service, Hints())
        if not isinstance(given, Hints):
            raise ConfigurationError(f"the hints of {provider!r} in {point.value!r} are no cumuli.certify.hints.Hints")
        return given
    return Hints()
