"""A target of the conformance suites for any place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from cumuli import registry
from cumuli.capabilities import Capabilities, Capability
from cumuli.certify.exchanges import Exchanges
from cumuli.certify.hints import Hints, hints_of
from cumuli.certify.places import Place
from cumuli.certify.runs import RunId
from cumuli.certify.watch import Watch
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.client import Compute
from cumuli.compute.models import ImageState
from cumuli.errors import ConfigurationError, NotSupported
from cumuli.runtime.blocking.drive import run
from cumuli.runtime.blocking.runtime import BlockingRuntime
from cumuli.runtime.messages import Request
from cumuli.runtime.protocol import TransportSettings
from cumuli.storage.capabilities import StorageCapability
from cumuli.testing.suites.compute_target import ComputeTarget
from cumuli.testing.suites.storage_target import StorageTarget

__all__ = ["Choices", "Opener", "make_target"]

KINDS = ("node", "size", "image", "volume", "snapshot")
SECONDS = 30.0


class Choices:
    """What people said beside what is found out.

    Args:
        size: Id of a size.
        image: Id of an image.
        thorough: Whether to try also what makes thousands of objects.
        patience: Seconds that a change of state may take.
    """

    def __init__(
        self,
        *,
        size: str | None = None,
        image: str | None = None,
        thorough: bool = False,
        patience: float | None = None,
    ) -> None:
        self.size = size
        self.image = image
        self.patience = patience
        self.thorough = thorough


class Opener:
    """Makes the clients of a run, which are watched.

    Args:
        place: Of what.
        hints: What is known of it.
        watch: Watches the drivers, if anybody does.
        exchanges: Hears what goes over the wire, if anybody does.
    """

    def __init__(self, place: Place, hints: Hints, watch: Watch | None, exchanges: Exchanges | None) -> None:
        self._place = place
        self._watch = watch
        self._exchanges = exchanges
        self._settings = {**hints.settings, **_account_of(place)}
        [info] = [each for each in registry.provider_infos(place.service) if each.name == place.provider]
        self.accepts = registry.settings_of(info.load())

    def __call__(self, *, asynchronous: bool = False, **more: object) -> Any:
        """A client of one flavour."""
        given = {**self._settings, **more}
        if self._exchanges is not None and "_runtime" in self.accepts:
            given["_runtime"] = self._exchanges.runtime(asynchronous=asynchronous)
        client = self._place.client(asynchronous=asynchronous, **given)
        if self._watch is not None:
            self._watch.over(client)
        return client


_accounts: dict[str, object] = {}


def _account_of(place: Place) -> dict[str, object]:
    """Clients in memory have to share what they work on; every other provider has that elsewhere."""
    if place.provider != "memory":
        return {}
    if place.service not in _accounts:
        from cumuli.providers.memory.compute.account import MemoryAccount
        from cumuli.providers.memory.storage.account import MemoryStorageAccount

        _accounts[place.service] = MemoryAccount() if place.service == "compute" else MemoryStorageAccount()
    return {"account": _accounts[place.service]}


def make_target(
    place: Place, mark: RunId, choices: Choices, *, watch: Watch, exchanges: Exchanges
) -> ComputeTarget | StorageTarget:
    """What the suites need to know of a place.

    Raises:
        CloudError: What has to be asked of the provider cannot be.
    """
    hints = hints_of(place.provider, place.service, place.stand)
    opener = Opener(place, hints, watch, exchanges)
    small_pages = hints.small_pages
    if small_pages is None:
        small_pages = {"page_size": 2} if "page_size" in opener.accepts else {}

    def sync_client(**more: Any) -> Any:
        return opener(**more)

    def async_client(**more: Any) -> Any:
        return opener(asynchronous=True, **more)

    with sync_client() as client:
        gaps = _gaps(client.capabilities, place, hints)
        if not small_pages:
            gaps.setdefault("every_page_and_lazily", "its client takes no page_size, so pages cannot be made small")
        if place.service == "storage":
            return _storage(place, mark, hints, choices, gaps, small_pages, sync_client, async_client)
        return _compute(place, mark, hints, choices, gaps, small_pages, sync_client, async_client, client)


def _gaps(capabilities: Capabilities, place: Place, hints: Hints) -> dict[Any, str]:
    kinds: Any = StorageCapability if place.service == "storage" else ComputeCapability
    lacking: list[Capability] = [each for each in kinds if each not in capabilities]
    gaps: dict[Any, str] = dict(hints.gaps)
    for each in capabilities.supported:
        # What it says that it can, it is asked for, whatever was known before.
        gaps.pop(each, None)
    for each in lacking:
        other = capabilities.alternatives.get(each)
        gaps.setdefault(each, f"instead: {other}" if other else f"{place.title} does not say that it can")
    return gaps


def _storage(
    place: Place,
    mark: RunId,
    hints: Hints,
    choices: Choices,
    gaps: dict[Any, str],
    small_pages: Mapping[str, object],
    sync_client: Callable[..., Any],
    async_client: Callable[..., Any],
) -> StorageTarget:
    if not choices.thorough:
        for heavy in ("twelve_thousand_objects", "a_thousand_folders"):
            gaps.setdefault(heavy, UNTRIED + "it makes thousands of objects: --thorough")
    gaps.setdefault("metadata_of_others_is_read", UNTRIED + "no other library writes here")
    return StorageTarget(
        name=place.name,
        prefix=mark.prefix,
        sync_client=sync_client,
        async_client=async_client,
        small_pages=small_pages or None,
        part_size=hints.part_size,
        gaps=gaps,
        requests=hints.requests,
        fetch=_fetch,
        unsendable=hints.unsendable,
    )


UNTRIED = "untried: "
"""How the reason begins of what is no gap: nobody looked."""


def _compute(
    place: Place,
    mark: RunId,
    hints: Hints,
    choices: Choices,
    gaps: dict[Any, str],
    small_pages: Mapping[str, object],
    sync_client: Callable[..., Any],
    async_client: Callable[..., Any],
    client: Compute,
) -> ComputeTarget:
    size = choices.size or hints.size or _smallest(client)
    image = choices.image or hints.image or _any_image(client)
    region = _setting(place, hints.source_region)
    if region is None:
        gaps.setdefault("copied_images", "there is no other region to copy from")
    return ComputeTarget(
        name=place.name,
        prefix=mark.prefix,
        sync_client=sync_client,
        async_client=async_client,
        size=size,
        image=image,
        unknown={kind: hints.unknown.get(kind) or _unknown(image) for kind in KINDS},
        source_region=region,
        small_pages=small_pages or None,
        interface=hints.interface,
        for_images=hints.for_images,
        gaps=gaps,
        patience=choices.patience or hints.patience,
    )


def _setting(place: Place, name: str | None) -> str | None:
    """The region that a setting of this name says, or the hint itself."""
    if name is None:
        return None
    from cumuli import config

    profile = config.load_profiles().get(place.opens)
    found = place.settings.get(name)
    if found is None and profile is not None and name in profile.settings:
        found = profile.resolve(name)
    if found is None and name == "region":
        return None
    return str(found) if found is not None else name


def _smallest(client: Compute) -> str:
    try:
        sizes = client.list_sizes()
    except NotSupported:
        sizes = []
    if not sizes:
        raise ConfigurationError("the provider lists no sizes; name one: --size")
    return min(sizes, key=lambda size: (size.ram, size.price.usd_per_hour if size.price else 0, size.id)).id


def _any_image(client: Compute) -> str:
    try:
        for image in client.list_images():
            if image.state is ImageState.AVAILABLE:
                return image.id
    except NotSupported:
        pass
    raise ConfigurationError("the provider lists no image that is available; name one: --image")


def _unknown(like: str) -> str:
    """An id that looks like this one and is nobody's."""
    if like.isdigit():
        return "9" * max(len(like), 6)
    if len(like) == 36 and like.count("-") == 4:
        return "00000000-0000-4000-8000-000000000000"
    return "cumuli-certify-none"


def _fetch(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """What an HTTP client gets that knows no credentials."""
    parts = urlsplit(url)
    request = Request(
        method=method,
        origin=f"{parts.scheme}://{parts.netloc}",
        target=f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}",
        headers=tuple(headers.items()),
        body=body if method == "PUT" else b"",
        operation="a URL",
    )
    runtime = BlockingRuntime(TransportSettings())
    try:
        answer = run(runtime.send(request, deadline=runtime.monotonic() + SECONDS))
    finally:
        run(runtime.close())
    return answer.status, answer.body
