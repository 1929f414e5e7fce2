"""``S3Calls``: what every one of S3's calls is made with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import TypeVar

from cumuli.calls.caller import Caller, Check
from cumuli.calls.left_out import tell_left_out
from cumuli.errors import (
    AuthenticationError,
    CloudError,
    ContainerNotFound,
    InvalidRequest,
    MalformedResponse,
    NotFound,
    ObjectNotFound,
    PermissionDenied,
)
from cumuli.providers.aws.s3 import names
from cumuli.providers.aws.s3.dialect import Dialect
from cumuli.providers.aws.s3.faults import Misdirected, error_of, late_error_of
from cumuli.providers.aws.s3.session import S3Session, Site
from cumuli.providers.aws.s3.wire import Answer, Setting
from cumuli.runtime.messages import Request, Response, ResponseStream, Source
from cumuli.storage.driver import named
from cumuli.wire.xml import decode, undeclared

__all__ = ["PAYER", "Pairs", "S3Calls"]

A = TypeVar("A", bound=Answer)

Pairs = Iterable[tuple[str, str]]
"""Request headers."""

PAYER = "x-amz-request-payer"
# What AWS's model of S3 lets say who pays; nothing else has a price for strangers.
PAID = frozenset(
    {
        "AbortMultipartUpload",
        "CompleteMultipartUpload",
        "CopyObject",
        "CreateMultipartUpload",
        "DeleteObject",
        "DeleteObjects",
        "GetObject",
        "GetObjectAcl",
        "GetObjectAttributes",
        "GetObjectLegalHold",
        "GetObjectRetention",
        "GetObjectTagging",
        "HeadObject",
        "ListMultipartUploads",
        "ListObjectVersions",
        "ListObjects",
        "ListObjectsV2",
        "ListParts",
        "PutObject",
        "PutObjectAcl",
        "PutObjectLegalHold",
        "PutObjectLockConfiguration",
        "PutObjectRetention",
        "PutObjectTagging",
        "UploadPart",
        "UploadPartCopy",
    }
)
# How calls of ex_call are named, behind their method.
ANY_CALL = " request"
# A bucket that moves while it is asked for is followed so often.
MOVES = 3


class S3Calls:
    """Sends S3's operations and reads their answers.

    Args:
        caller: Sends requests; its authorizer is the session.
        session: Knows where buckets are.
        dialect: The service's ways.
        page_size: Most names in a page of a listing.
        request_payer: Whether the caller's account pays for requests and traffic, wherever that can be said.

    Attributes:
        runtime: The caller's.
        provider: Registry name of the service.
    """

    def __init__(
        self, caller: Caller, session: S3Session, dialect: Dialect, *, page_size: int, request_payer: bool = False
    ) -> None:
        self.caller = caller
        self.runtime = caller.runtime
        self.session = session
        self.dialect = dialect
        self.provider = dialect.provider
        self.page_size = page_size
        self._request_payer = request_payer
        self._checks: dict[tuple[str, bool, bool], Check] = {}

    async def send(
        self,
        operation: str,
        method: str,
        bucket: str = "",
        key: str = "",
        *,
        query: str = "",
        headers: Pairs = (),
        body: bytes | Source = b"",
        repeatable: bool = True,
        late: bool = False,
    ) -> Response:
        """One operation, wherever the bucket is.

        Args:
            operation: AWS's name of it.
            method: HTTP method.
            bucket: Its name; empty for the account.
            key: The object's name; empty for the bucket.
            query: Encoded already.
            headers: Of the request.
            body: Of the request.
            repeatable: Whether it may be sent again after an attempt that may have taken effect.
            late: Whether an answer with status 200 may tell of an error nevertheless.
        """
        check = self._check(method, key=bool(key), late=late)
        headers = self._paid(operation, headers)
        for attempt in range(MOVES):
            site = await self.session.site(bucket)
            request = self.request(site, operation, method, key, query, headers, body)
            try:
                return await self.caller.call(request, check=check, repeatable=repeatable, kept_alive=late)
            except NotFound as error:
                raise named(error, bucket, key) from error.__cause__
            except Misdirected as moved:
                await self._follow(bucket, moved, site, last=attempt + 1 == MOVES)
        raise AssertionError("unreachable")

    async def missing(self, error: ObjectNotFound, bucket: str) -> NotFound:
        """What is not there: the object, or its bucket as well, which an answer without a body does not tell."""
        if error.code is not None:
            return error
        try:
            await self.send("HeadBucket", "HEAD", bucket)
        except ContainerNotFound as other:
            return other
        except CloudError:
            # Not everybody may ask for that; what was found out first stands.
            return error
        return error

    async def receive(
        self, operation: str, bucket: str, key: str, *, query: str = "", headers: Pairs = ()
    ) -> ResponseStream:
        """As ``send``, for GET: the answer's body is not read yet."""
        check = self._check("GET", key=bool(key), late=False)
        headers = self._paid(operation, headers)
        for attempt in range(MOVES):
            site = await self.session.site(bucket)
            request = self.request(site, operation, "GET", key, query, headers, b"")
            try:
                return await self.caller.stream(request, check=check)
            except NotFound as error:
                raise named(error, bucket, key) from error.__cause__
            except Misdirected as moved:
                await self._follow(bucket, moved, site, last=attempt + 1 == MOVES)
        raise AssertionError("unreachable")

    async def ask(
        self,
        kind: type[A],
        operation: str,
        method: str,
        bucket: str = "",
        key: str = "",
        *,
        query: str = "",
        headers: Pairs = (),
        body: bytes = b"",
        repeatable: bool = True,
        late: bool = False,
        whole: bool = True,
    ) -> A:
        """One operation and its answer: as ``send``, and ``kind`` is what to read.

        Where it is not to be ``whole``, an item that cannot be read is left out of the listing, and told.
        """
        answer = await self.send(
            operation, method, bucket, key, query=query, headers=headers, body=body, repeatable=repeatable, late=late
        )
        lost: list[MalformedResponse] | None = None if whole else []
        found = self.read(kind, operation, answer, lost)
        tell_left_out(lost or (), provider=self.provider, operation=operation)
        return found

    @staticmethod
    def read(kind: type[A], operation: str, answer: Response, lost: list[MalformedResponse] | None = None) -> A:
        """What an answer's body says. Some services have other names for some root elements.

        Args:
            kind: What to read of it.
            operation: AWS's name of the operation.
            answer: The answer.
            lost: Takes an error for each item that cannot be read; None raises it.
        """
        root = kind.__name__
        # Without their last word in Ceph's older answers, after their operation in some of moto's.
        roots = tuple(dict.fromkeys((root, root.removesuffix("Result"), f"{operation}Response")))
        # White space before the document keeps a connection alive while the work is done.
        body = answer.body if answer.body[:1] == b"<" else answer.body.strip()
        unread: list[MalformedResponse] = [] if lost is None else lost
        try:
            found = decode(body, kind, root=roots, item=None, lost=unread)
            if lost is None and unread:
                raise unread[0]
            if issubclass(kind, Setting):
                _refuse_more(body, kind, roots)
        except MalformedResponse as error:
            error.operation, error.status = operation, answer.status
            raise
        return found

    async def any_call(
        self,
        method: str,
        container: str,
        name: str,
        *,
        query: str,
        headers: Mapping[str, str],
        body: bytes,
        repeatable: bool,
    ) -> Response:
        """A signed request that nothing here knows."""
        return await self.send(
            f"{method}{ANY_CALL}",
            method,
            container,
            name,
            query=query,
            headers=headers.items(),
            body=body,
            repeatable=repeatable,
            late=method in {"POST", "PUT"},
        )

    def is_paid(self, operation: str) -> bool:
        """Whether a request has to say that the caller's account pays for it."""
        return self._request_payer and (operation in PAID or operation.endswith(ANY_CALL))

    def _paid(self, operation: str, headers: Pairs) -> Pairs:
        if not self.is_paid(operation):
            return headers
        given = list(headers)
        if any(name.lower() == PAYER for name, _ in given):
            return given
        return [*given, (PAYER, "requester")]

    @staticmethod
    def request(
        site: Site,
        operation: str,
        method: str,
        key: str,
        query: str,
        headers: Pairs,
        body: bytes | Source,
    ) -> Request:
        """A request of a bucket that is there."""
        target = f"{site.base}/{names.in_path(key)}" if key else site.base or "/"
        if query:
            target = f"{target}?{query}"
        return Request(
            method=method, origin=site.origin, target=target, headers=tuple(headers), body=body, operation=operation
        )

    def _check(self, method: str, *, key: bool, late: bool) -> Check:
        known = (method, key, late)
        check = self._checks.get(known)
        if check is None:
            check = self._checks[known] = partial(self._judge, method, key, late)
        return check

    def _judge(self, method: str, key: bool, late: bool, answer: Response) -> CloudError | None:
        if 200 <= answer.status < 300:
            return late_error_of(answer) if late else None
        error = error_of(answer, method=method, key=key, now=self.caller.runtime.now())
        if self.session.anonymous and isinstance(error, PermissionDenied | AuthenticationError):
            error.message += "; this client is anonymous: for what is not public make one with credentials"
        return error

    async def _follow(self, bucket: str, moved: Misdirected, asked: Site, *, last: bool) -> None:
        """Learn where a bucket is, for another try; raises where that leads nowhere."""
        if not last:
            if moved.region is not None:
                await self.session.learn(bucket, moved.region)
            elif bucket and moved.operation != "GetBucketLocation":
                await self._find(bucket)
            # Somebody else may have learned it in the meantime, which is as good.
            if await self.session.site(bucket) is not asked:
                return
        raise InvalidRequest(
            moved.message, operation=moved.operation, status=moved.status, code=moved.code, request_id=moved.request_id
        ) from None

    async def _find(self, bucket: str) -> None:
        """Learn where a bucket is from an answer with a body, after one to HEAD that said only that something is wrong.

        What else is wrong (expired credentials come so) is raised.
        """
        with suppress(InvalidRequest, PermissionDenied):
            await self.send("GetBucketLocation", "GET", bucket, query="location")


def _refuse_more(body: bytes, kind: type[Setting], roots: tuple[str, ...]) -> None:
    """Raise where a setting says more than is read of it."""
    more = undeclared(body, kind, root=roots, item=None)
    if more is not None:
        raise MalformedResponse(
            f"the {kind.__name__} has {more[:200]}, which is not known here, and would be lost if it were put back; "
            "read and change this setting by ex_call"
        )
