"""From addresses to storage clients."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from typing import cast

from cumuli import config, registry
from cumuli.by_name import storage
from cumuli.cli.output import clean
from cumuli.cli.session import Cloud, cloud, options
from cumuli.cli.storage.addresses import Place, place_of
from cumuli.cli.storage.failure_scope import FailureScope
from cumuli.cli.usage import UsageError
from cumuli.cli.wrong_service import check_dry_run, opened, without
from cumuli.errors import CloudError, ConfigurationError, ContainerNotFound, ObjectNotFound
from cumuli.storage.client import Storage

__all__ = ["about", "container_at", "failure_scope_of", "object_at", "one_object", "place_at", "stores"]


def place_at(text: str) -> Place:
    """An address as it was typed, completed by the global options.

    Raises:
        UsageError: It is none.
    """
    given = options()
    named = given.profile or given.provider
    # The default profile is for addresses that name no cloud; it contradicts none that do.
    return place_of(text, cloud=named, default=None if named else cloud().name or None)


def container_at(text: str) -> Place:
    """As ``place_at``, of a container.

    Raises:
        UsageError: It names none, or an object.
    """
    place = place_at(text)
    if not place.container:
        raise UsageError(f"{text!r} names no container; write {place.cloud}:CONTAINER")
    if place.key:
        raise UsageError(f"{text!r} names an object; a container is {place.cloud}:{place.container}")
    return place


def object_at(text: str, *, otherwise: str = "") -> Place:
    """As ``place_at``, of an object.

    Args:
        text: The address.
        otherwise: What else could be meant by a container, for the error.

    Raises:
        UsageError: It names none.
    """
    place = place_at(text)
    if not place.container or not place.key:
        hint = otherwise if place.container else ""
        raise UsageError(f"{text!r} names no object; write {place.cloud}:{place.container or 'CONTAINER'}/KEY{hint}")
    return place


@contextmanager
def about(place: Place, *, always: bool = False) -> Generator[None]:
    """Errors that leave this block say what they are about: a server's own words often do not.

    Args:
        place: What they are about.
        always: Also those that no answer brought: where several things are done at once, nobody knows otherwise.
    """
    try:
        yield
    except CloudError as error:
        at = place.beside("") if isinstance(error, ContainerNotFound) else place
        if (always or error.status is not None) and not _tells_of(error.message, at):
            error.message = f"{clean(str(at))}: {error.message}"
        raise


def _tells_of(message: str, place: Place) -> bool:
    """Whether a message names this object or container; that its letters are somewhere in it is not enough."""
    name = place.key or place.container
    path = f"{place.container}/{place.key}"
    return repr(name) in message or message.startswith(f"{name}: ") or clean(str(place)) in message or path in message


def failure_scope_of(client: Storage, place: Place) -> FailureScope:
    """Tells what concerns one object of a container from what concerns all of them."""
    # A listing: its refusal has words, unlike that of a HEAD, and they tell bad credentials from forbidden objects.
    return FailureScope(
        lambda: next(client.iterate_container_objects(place.container, prefix=place.folder or None), None)
    )


@contextmanager
def one_object(client: Storage, place: Place, otherwise: str, *, always: bool = False) -> Generator[None]:
    """As ``about``, and an object that is not there is told to be a folder if it is one.

    Args:
        client: Where to look.
        place: The object.
        otherwise: What to do about a folder.
        always: See ``about``.
    """
    try:
        with about(place, always=always):
            yield
    except ObjectNotFound as error:
        with suppress(CloudError):
            below = client.iterate_container_objects(place.container, prefix=place.folder)
            if next(below, None) is not None:
                error.message = f"{str(place)!r} is no object but a folder; {otherwise}"
        raise


@contextmanager
def stores(*, plan: bool = False) -> Generator[Callable[[Place], Storage]]:
    """What gives the client for a place: one for each cloud, all of them closed afterwards.

    Args:
        plan: Whether --dry-run only looks, and tells of what would be done by itself.
    """
    opened: dict[str | None, Storage] = {}
    with ExitStack() as stack:

        def client_of(place: Place) -> Storage:
            client = opened.get(place.cloud)
            if client is None:
                client = opened[place.cloud] = stack.enter_context(_open(place, plan=plan))
            return client

        yield client_of


def _only_one(name: str) -> None:
    """An address that could mean two accounts is not guessed at.

    Raises:
        UsageError: There are a provider and a profile of this name.
    """
    if name in config.load_profiles() and name in registry.providers("storage"):
        raise UsageError(
            f"{name!r} is a provider and a profile of {config.config_path()}; "
            f"rename it, or add --provider {name} or --profile {name}"
        )


def _open(place: Place, *, plan: bool) -> Storage:
    """A client, as the global options want it.

    Raises:
        UsageError: It has no object storage.
        ConfigurationError: There is no such cloud, or its settings are not complete.
        NotSupported: It sends no requests, and they were to be shown.
    """
    given = options()
    if given.provider is not None or given.profile is not None:
        client = cast("Storage", opened("storage", Cloud(given.provider, given.profile), plan=plan))
    elif place.cloud is None:
        client = cast("Storage", opened("storage", cloud(), plan=plan))
    else:
        _only_one(place.cloud)
        try:
            client = storage(place.cloud, **given.settings())
        except ConfigurationError:
            if error := without("storage", place.cloud):
                raise error from None
            raise
    check_dry_run(client, plan=plan)
    return client
