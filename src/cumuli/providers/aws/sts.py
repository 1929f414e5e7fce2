"""``TokenService``: AWS's Security Token Service, asked for whom it takes a client."""

from __future__ import annotations

import msgspec

from cumuli.calls.options import ClientOptions, make_caller
from cumuli.errors import CloudError, MalformedResponse
from cumuli.providers.aws.ec2.faults import error_of
from cumuli.providers.aws.identity.session import AWSSession
from cumuli.providers.aws.query import query_request
from cumuli.runtime.messages import Response
from cumuli.runtime.protocol import Runtime
from cumuli.wire.xml import decode

__all__ = ["CallerIdentity", "TokenService"]

VERSION = "2011-06-15"
ACTION = "GetCallerIdentity"


class CallerIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Who one is at AWS.

    Attributes:
        account: The account's number, twelve digits.
        arn: The user or the assumed role: ``"arn:aws:iam::123456789012:user/ann"``.
        user_id: AWS's id of that user, or of the role and its session.
    """

    account: str
    arn: str
    user_id: str


class _Identity(msgspec.Struct, frozen=True, rename="pascal"):
    account: str = ""
    arn: str = ""
    user_id: str = ""


class _Answer(msgspec.Struct, frozen=True):
    GetCallerIdentityResult: _Identity


class TokenService:
    """The Security Token Service as a client's session sees it.

    It is asked in the client's region. Where the client has an endpoint of its own, that is asked, since a key of
    another service is none of AWS's business; ``AWS_ENDPOINT_URL_STS`` goes before both.

    Args:
        runtime: The client's.
        session: The client's, whose credentials and clock are used.
        options: The client's.
        provider: The client's, for errors.
    """

    def __init__(self, runtime: Runtime, session: AWSSession, options: ClientOptions, *, provider: str) -> None:
        self._runtime = runtime
        self._client = session
        self._options = options
        self._provider = provider

    async def caller_identity(self) -> CallerIdentity:
        """Who one is.

        Raises:
            AuthenticationError: AWS does not know the key, or the signature is wrong.
        """
        session = await self._client.for_service("sts")
        place = await session.place()
        caller = make_caller(self._runtime, self._options, provider=self._provider, authorizer=session)
        request = query_request(place.origin, place.path or "/", action=ACTION, version=VERSION, parameters={})
        answer = await caller.call(request, check=self._check, repeatable=True)
        try:
            found = decode(answer.body, _Answer, root=f"{ACTION}Response").GetCallerIdentityResult
        except MalformedResponse as error:
            error.operation, error.status = ACTION, answer.status
            raise
        if not found.arn:
            raise MalformedResponse("the answer does not say who one is", operation=ACTION, status=answer.status)
        return CallerIdentity(account=found.account, arn=found.arn, user_id=found.user_id)

    def _check(self, answer: Response) -> CloudError | None:
        return error_of(answer, now=self._runtime.now())
