"""A client, watched: what is made is marked and written down before, and what is listed is looked at.

The portable methods of the one instance are replaced, those of the async client, which the sync one stands on. So that
works for every provider, whoever wrote it, and its class and its driver stay as they are.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import wraps
from typing import Any

from cumuli.calls.retry import may_have_happened
from cumuli.certify.plan import Limits, MadeTooMuch, NotOurs
from cumuli.certify.runs import EXPIRES_TAG, RUN_TAG, JournalWriter, RunId
from cumuli.client import AsyncClient
from cumuli.compute.auth import SSHKey
from cumuli.compute.capabilities import ComputeCapability
from cumuli.errors import CloudError, MalformedResponse

__all__ = ["Watch", "async_client_of"]

MAKES = {
    "create_node": "node",
    "create_volume": "volume",
    "create_volume_snapshot": "snapshot",
    "create_image": "image",
    "copy_image": "image",
    "create_key_pair": "key_pair",
    "import_key_pair": "key_pair",
    "create_container": "container",
}
TAKES_AWAY = {
    "destroy_node": "node",
    "destroy_volume": "volume",
    "destroy_volume_snapshot": "snapshot",
    "delete_image": "image",
    "delete_key_pair": "key_pair",
    "delete_container": "container",
}
LISTS = {
    "list_nodes": "node",
    "list_volumes": "volume",
    "list_volume_snapshots": "snapshot",
    "list_containers": "container",
}

# What else may harm the thing that it is given, by the argument's name; create_image stops nodes on some providers.
TOUCHES = (
    *("start_node", "stop_node", "reboot_node", "attach_volume", "detach_volume"),
    *("create_image", "create_volume_snapshot"),
)

Method = Callable[..., Awaitable[Any]]


def async_client_of(client: object) -> AsyncClient:
    """The async client behind a client of either flavour.

    Raises:
        TypeError: There is none.
    """
    if isinstance(client, AsyncClient):
        return client
    for value in vars(client).values():
        if isinstance(value, AsyncClient):
            return value
    raise TypeError(f"{type(client).__name__} is no client that was made for cumuli: it has no async one behind it")


class Watch:
    """All clients of one run.

    Args:
        run: The run.
        journal: Where to write down what is made.
        limits: What may be made.
    """

    def __init__(self, run: RunId, journal: JournalWriter, limits: Limits) -> None:
        self._run = run
        self._journal = journal
        self._limits = limits
        # What was made and no listing had yet: since when, and how many did not have it.
        self._unlisted: dict[tuple[str, str], tuple[float, int]] = {}
        self._others: frozenset[tuple[str, str]] = frozenset()
        self.delays: list[float] = []
        self.missed = 0

    def spare(self, others: Iterable[tuple[str, str]]) -> None:
        """Refuse from now on to touch these, whoever asks: a driver may give another's thing for the one it made.

        Args:
            others: Kinds and ids of what was there before the run.
        """
        self._others = frozenset(others)

    def over(self, client: object) -> None:
        """Watch a client from now on."""
        inner = async_client_of(client)
        for verb in TOUCHES:
            method: Method | None = getattr(inner, verb, None)
            if method is not None:
                setattr(inner, verb, self._touching(method))
        for verbs, watching in ((MAKES, self._making), (TAKES_AWAY, self._taking_away), (LISTS, self._listing)):
            for verb, kind in verbs.items():
                method = getattr(inner, verb, None)
                if method is not None:
                    setattr(inner, verb, watching(inner, method, kind))

    def _making(self, client: AsyncClient, method: Method, kind: str) -> Method:
        signature = inspect.signature(method)
        verb: str = method.__name__
        tagged = verb == "create_node" and ComputeCapability.CREATE_NODE_TAGS in client.capabilities

        async def making(*given: Any, **named: Any) -> Any:
            try:
                arguments = signature.bind(*given, **named).arguments
            except TypeError:
                return await method(*given, **named)
            name, volume = arguments.get("name"), _id(arguments.get("volume", ""))
            nameless = kind == "snapshot" and name is None and bool(volume)
            ours = nameless or (isinstance(name, str) and name.startswith(self._run.prefix))
            # Calls that are to be refused have names that are nobody's.
            if not ours or not any(str(each) == verb for each in client.capabilities.supported):
                return await method(*given, **named)
            self._limits.check(kind)
            if self._run.expired:
                raise MadeTooMuch("the run has taken so long that others may take its things away: it makes no more")
            if tagged:
                marks = {RUN_TAG: self._run.text, EXPIRES_TAG: self._run.expires.strftime("%Y-%m-%dT%H:%MZ")}
                named["tags"] = {**(named.get("tags") or {}), **marks}
            if isinstance(arguments.get("auth"), SSHKey):
                await self._key_pair_of(client, arguments["auth"])
            self._journal.creating(kind, name or "", volume=volume)
            try:
                made = await method(*given, **named)
            except CloudError as error:
                if not may_have_happened(error) and not isinstance(error, MalformedResponse):
                    self._journal.refused(kind, name or "", volume=volume)
                raise
            self._journal.made(kind, name or "", _id(made), volume=volume)
            self._limits.add(kind, _id(made))
            if kind in LISTS.values():
                self._unlisted[kind, _id(made)] = (time.monotonic(), 0)
            return made

        return making

    async def _key_pair_of(self, client: Any, key: SSHKey) -> None:
        """EC2 knows keys as key pairs only: one is made of a node's key, and stays, which is what its page says."""
        if client.provider != "ec2":
            return
        from cumuli.providers.aws.ec2.instances import key_pair_for

        name = key_pair_for(key)
        # One that is there is somebody's already.
        if name not in {pair.name for pair in await client.list_key_pairs()}:
            self._journal.creating("key_pair", name, on_the_way=True)

    def _spare(self, kind: str, thing_id: str) -> None:
        if (kind, thing_id) in self._others:
            raise NotOurs(f"the {kind} {thing_id} was there before the run, which touches only what it made")

    def _touching(self, method: Method) -> Method:
        signature = inspect.signature(method)

        @wraps(method)
        async def touching(*given: Any, **named: Any) -> Any:
            with suppress(TypeError):
                arguments = signature.bind(*given, **named).arguments
                for kind in ("node", "volume"):
                    self._spare(kind, _id(arguments.get(kind, "")))
            return await method(*given, **named)

        return touching

    def _taking_away(self, _client: AsyncClient, method: Method, kind: str) -> Method:
        async def taking_away(*given: Any, **named: Any) -> Any:
            thing_id = _id(given[0] if given else next(iter(named.values()), ""))
            self._spare(kind, thing_id)
            self._unlisted.pop((kind, thing_id), None)
            done = await method(*given, **named)
            self._limits.remove(kind, thing_id)
            return done

        return taking_away

    def _listing(self, _client: AsyncClient, method: Method, kind: str) -> Method:
        async def listing(*given: Any, **named: Any) -> Any:
            found = await method(*given, **named)
            seen = {_id(item) for item in found}
            for key, (since, misses) in list(self._unlisted.items()):
                if key[0] != kind:
                    continue
                if key[1] in seen:
                    del self._unlisted[key]
                    # What was there at the first look has no delay that anybody noticed.
                    self.delays.append(time.monotonic() - since if misses else 0.0)
                elif not given and not named:
                    self._unlisted[key] = (since, misses + 1)
                    self.missed += 1
            return found

        return listing


def _id(thing: object) -> str:
    """A model's id, or the id itself. Key pairs and containers are known by their names."""
    return thing if isinstance(thing, str) else str(getattr(thing, "id", ""))
