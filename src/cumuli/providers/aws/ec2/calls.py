"""``EC2Calls``: what every resource's calls are made with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from cumuli.calls.caller import Caller
from cumuli.calls.left_out import tell_left_out
from cumuli.calls.lost_answers import creating
from cumuli.compute.wanted import Wanted
from cumuli.errors import CloudError, ConnectionFailed, InvalidRequest, MalformedResponse
from cumuli.providers.aws.ec2.faults import error_of
from cumuli.providers.aws.ec2.models import PROVIDER
from cumuli.providers.aws.ec2.wire import Answer, Tag
from cumuli.providers.aws.query import query_request
from cumuli.providers.aws.regions import Place
from cumuli.runtime.messages import Response
from cumuli.wire.xml import XMLValue, decode, decode_untyped

__all__ = [
    "VERSION",
    "EC2Calls",
    "asked_for",
    "exact",
    "few",
    "named",
    "next_cursor",
    "page_of",
    "tag_list",
    "tag_specification",
    "tags_of",
]

A = TypeVar("A", bound=Answer)

VERSION = "2016-11-15"
# Most that AWS gives in a page of most listings.
PAGE_SIZE = 1000
# Ids in one request; AWS refuses more than a thousand.
IDS_AT_ONCE = 500
# Values in one filter.
MAX_FILTER_VALUES = 200
# What is special in the value of a filter.
WILD = frozenset("*?\\")


class EC2Calls:
    """Sends EC2's operations and reads their answers.

    Args:
        caller: Sends requests, signed with SigV4.
        place: Tells where requests go.

    Attributes:
        runtime: The caller's.
    """

    def __init__(self, caller: Caller, place: Callable[[], Awaitable[Place]]) -> None:
        self.caller = caller
        self.runtime = caller.runtime
        self._place = place

    async def ask(
        self, kind: type[A], parameters: Mapping[str, object], *, repeatable: bool = True, whole: bool = True
    ) -> A:
        """One operation and its answer.

        Args:
            kind: What to read of the answer; names the operation.
            parameters: The operation's parameters; those that are None are not sent.
            repeatable: Whether it may be sent again after an attempt that may have taken effect.
            whole: Whether an item that cannot be read is an error; else it is left out of the listing, and told.
        """
        root = kind.__name__
        action = root.removesuffix("Response")
        answer = await self._send(action, parameters, repeatable=repeatable)
        lost: list[MalformedResponse] = []
        try:
            found = decode(answer.body, kind, root=root, lost=lost)
            if lost and whole:
                raise lost[0]
        except MalformedResponse as error:
            error.operation, error.status = action, answer.status
            raise
        tell_left_out(lost, provider=PROVIDER, operation=action)
        return found

    async def make(
        self, kind: type[A], parameters: Mapping[str, object], *, what: str, look: str, repeatable: bool = False
    ) -> A:
        """As ``ask``, for what makes something; an error that leaves open whether it was made says so.

        Args:
            kind: What to read of the answer; names the operation.
            parameters: The operation's parameters.
            what: What is made, in words.
            look: How to find out whether it was made.
            repeatable: Whether it carries a client token.
        """
        advice = f"whether {what} was made is not known: {look}"
        call = self.ask(kind, parameters, repeatable=repeatable)
        return await creating(call, operation=kind.__name__.removesuffix("Response"), advice=advice)

    async def act(self, action: str, parameters: Mapping[str, object], *, repeatable: bool) -> None:
        """One operation of whose answer nothing is read but that it is one."""
        await self.raw(action, parameters, repeatable=repeatable)

    async def raw(self, action: str, parameters: Mapping[str, object], *, repeatable: bool) -> dict[str, XMLValue]:
        """One operation and everything in its answer, untyped."""
        answer = await self._send(action, parameters, repeatable=repeatable)
        try:
            return decode_untyped(answer.body, root=f"{action}Response")
        except MalformedResponse as error:
            error.operation, error.status = action, answer.status
            raise

    async def _send(self, action: str, parameters: Mapping[str, object], *, repeatable: bool) -> Response:
        place = await self._place()
        request = query_request(place.origin, place.path or "/", action=action, version=VERSION, parameters=parameters)
        try:
            return await self.caller.call(request, check=self._check, repeatable=repeatable)
        except ConnectionFailed as error:
            if not error.sent:
                error.message += f" (the region is {place.region})"
            raise

    def _check(self, answer: Response) -> CloudError | None:
        return error_of(answer, now=self.runtime.now())


def exact(value: str) -> str:
    """A value of a filter that is to match itself alone.

    Raises:
        InvalidRequest: AWS would take it for a pattern.
    """
    if not WILD.isdisjoint(value):
        raise InvalidRequest(
            f"AWS takes {value!r} for a pattern, not for an id or a name; leave {' '.join(sorted(WILD))} out"
        )
    return value


def asked_for(
    wanted: Wanted, states: Mapping[str, StrEnum], *, name: str = "tag:Name", state: str
) -> dict[str, list[str]]:
    """What is wanted of a listing, as far as AWS's filters say it; they may say less, and never more.

    Args:
        wanted: What is wanted.
        states: What AWS's words for states mean.
        name: The filter for names.
        state: The filter for states.
    """
    found: dict[str, list[str]] = {}
    if wanted.name is not None:
        found[name] = [wanted.name]
    for key, value in wanted.tags.items():
        # AWS says nothing of filters without a value, nor of patterns in the name of a filter.
        if value:
            found.setdefault(f"tag:{key}", [value])
        else:
            found.setdefault("tag-key", [key])
    words = [word for word, meaning in states.items() if meaning in wanted.states]
    if words and wanted.states <= set(states.values()):
        found[state] = words
    return {key: values for key, values in found.items() if WILD.isdisjoint("".join([key, *values]))}


def few(ids: Collection[str], name: str) -> dict[str, list[str]]:
    """The filter for these ids; nothing where AWS would refuse so many, or take one for a pattern."""
    if len(ids) > MAX_FILTER_VALUES or not all(WILD.isdisjoint(each) for each in ids):
        return {}
    return {name: sorted(ids)}


def tags_of(items: Sequence[Tag]) -> dict[str, str]:
    """Tags as a dict."""
    return {tag.key: tag.value for tag in items}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as a parameter."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_specification(resource_type: str, tags: Mapping[str, str]) -> list[dict[str, object]] | None:
    """The ``TagSpecification`` parameter that tags a resource as it is created, or None without tags."""
    return [{"ResourceType": resource_type, "Tag": tag_list(tags)}] if tags else None


def named(name: str | None) -> dict[str, str]:
    """The tag that holds a display name."""
    return {"Name": name} if name else {}


def page_of(
    parameter: str, ids: Sequence[str] | None, cursor: str | None, *, size: int = PAGE_SIZE
) -> dict[str, object]:
    """The parameters of one page of a listing: of everything, or of ids.

    AWS does not page what is asked for by id and refuses MaxResults there, so long lists of ids are
    sent in slices; the cursor then holds where the slice starts, and AWS's own token if it sent one.
    """
    if ids is None:
        return {"MaxResults": size, "NextToken": cursor}
    start, token = _slice(cursor)
    return {parameter: ids[start : start + IDS_AT_ONCE], "NextToken": token or None}


def next_cursor(ids: Sequence[str] | None, cursor: str | None, token: str | None) -> str | None:
    """The cursor of the page after the one that ``page_of`` asked for and that came with ``token``."""
    if ids is None:
        return token or None
    start, _ = _slice(cursor)
    if token:
        return f"{start}|{token}"
    start += IDS_AT_ONCE
    return f"{start}|" if start < len(ids) else None


def _slice(cursor: str | None) -> tuple[int, str]:
    start, _, token = (cursor or "0|").partition("|")
    return int(start), token
