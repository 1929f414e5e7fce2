"""Everything that cumuli raises on purpose, in one tree.

    CloudError
    ├── ConfigurationError          settings are missing, contradictory or unreadable
    ├── AuthenticationError         the provider, or a machine, does not know these credentials
    ├── HostKeyRefused              a machine does not show the SSH host key that it should
    ├── PermissionDenied            the provider knows them, and they may not do this
    ├── InvalidRequest              an argument is wrong, found before or by the provider
    ├── NotFound
    │   ├── NodeNotFound  SizeNotFound  ImageNotFound  VolumeNotFound
    │   ├── SnapshotNotFound  KeyPairNotFound
    │   └── ContainerNotFound  ObjectNotFound
    ├── Conflict                    the resource's state, or a concurrent change, forbids it
    │   ├── NotEmpty                a container that still holds objects
    │   ├── PreconditionFailed      an ``if_…`` condition of the caller's did not hold
    │   └── IdempotencyMismatch     a client token was used again with other parameters
    ├── AlreadyExists
    │   └── ContainerExists  KeyPairExists  FileExists
    ├── QuotaExceeded               a limit of the account's, or no capacity left
    ├── RateLimited                 too many calls; cumuli has already waited and retried
    ├── ProviderUnavailable         the service answers 5xx
    ├── ConnectionFailed            no answer: DNS, refused, cut, TLS
    ├── Timeout                     one attempt took too long
    │   └── DeadlineExceeded        the whole operation took too long
    ├── MalformedResponse           the answer is not what the protocol promises
    ├── ChecksumMismatch            bytes arrived, and they are not the ones that were stored
    ├── NotVerified                 ``integrity="required"``, and nothing tells whether they are
    ├── NotSupported                the provider cannot do this (also a NotImplementedError)
    ├── ResourceFailed              something ended in an error state while it was waited for
    │   └── NodeFailed              a node did
    └── DeploymentError             a node was there and could not be configured (cumuli.deploy.errors)

``except CloudError`` catches all of it; nothing of the HTTP libraries leaks out.
"""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

__all__ = [
    "AlreadyExists",
    "AuthenticationError",
    "ChecksumMismatch",
    "CloudError",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "ContainerExists",
    "ContainerNotFound",
    "DeadlineExceeded",
    "FileExists",
    "HostKeyRefused",
    "IdempotencyMismatch",
    "ImageNotFound",
    "InvalidRequest",
    "KeyPairExists",
    "KeyPairNotFound",
    "MalformedResponse",
    "NodeFailed",
    "NodeNotFound",
    "NotEmpty",
    "NotFound",
    "NotSupported",
    "NotVerified",
    "ObjectNotFound",
    "PermissionDenied",
    "PreconditionFailed",
    "ProviderUnavailable",
    "QuotaExceeded",
    "RateLimited",
    "ResourceFailed",
    "SizeNotFound",
    "SnapshotNotFound",
    "Timeout",
    "VolumeNotFound",
]


class _Context(TypedDict, total=False):
    """The keyword arguments of every error; see ``CloudError``."""

    provider: str | None
    operation: str | None
    status: int | None
    code: str | None
    request_id: str | None
    retryable: bool | None
    retry_after: float | None


class CloudError(Exception):
    """The root of the tree; see the module's docstring for its branches.

    Attributes:
        message: What happened and what to do next, without the context below.
        provider: The provider's registry name (``"ec2"``), or None before one is chosen.
        operation: The provider's own operation (``"RunInstances"``), or None.
        status: The HTTP status of the answer, or None when there was none.
        code: The provider's own error code (``"InvalidInstanceID.NotFound"``), or None.
        request_id: The provider's id of the request, to quote to its support, or None.
        retryable: Whether trying the same thing again later may help.
        retry_after: Seconds the provider asked to wait, or None.
        repeated: Whether an earlier attempt of the same call may have taken effect, its answer being
            lost: what is not found then may have been deleted by it.
        refused: Whether this attempt was certainly not carried out, although it was sent: the service
            throttles it in a document of its own, or sends it to another address.
        date: When the provider, by its own clock, did not accept or allow the call, in seconds since
            1970; None for other errors, or if it does not say.
    """

    retryable: bool = False
    repeated: bool = False
    refused: bool = False
    date: float | None = None

    def __init__(
        self,
        message: str,
        *,
        provider: str | None = None,
        operation: str | None = None,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.provider = provider
        self.operation = operation
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after
        if retryable is not None:
            self.retryable = retryable

    def __str__(self) -> str:
        where = " ".join(part for part in (self.provider, self.operation) if part)
        context = ", ".join(
            f"{label} {value}"
            for label, value in (("HTTP", self.status), ("code", self.code), ("request", self.request_id))
            if value
        )
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} ({context})" if context else text

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors cross process boundaries (multiprocessing, task queues); the default
        # protocol would call the class with the message alone and drop the context.
        return (_rebuild, (type(self), self.message, self.__dict__.copy()))


def _rebuild(kind: type[CloudError], message: str, state: dict[str, Any]) -> CloudError:
    error = kind(message)
    error.__dict__.update(state)
    return error


class ConfigurationError(CloudError):
    """Settings are missing, contradictory or unreadable; nothing was sent."""


class AuthenticationError(CloudError):
    """The provider does not accept these credentials (wrong, expired, or a clock that is off)."""


class HostKeyRefused(CloudError):
    """A machine showed another SSH host key than it should, or one that nobody has told; no secret was sent to it."""


class PermissionDenied(CloudError):
    """The credentials are good and may not do this."""


class InvalidRequest(CloudError):
    """An argument is wrong; the message names it. Raised before any I/O wherever possible."""


class NotFound(CloudError):
    """What was named does not exist, or these credentials may not see it."""


class NodeNotFound(NotFound):
    """No such node."""


class SizeNotFound(NotFound):
    """No such node size."""


class ImageNotFound(NotFound):
    """No such image."""


class VolumeNotFound(NotFound):
    """No such volume."""


class SnapshotNotFound(NotFound):
    """No such volume snapshot."""


class KeyPairNotFound(NotFound):
    """No such key pair."""


class ContainerNotFound(NotFound):
    """No such container (bucket)."""


class ObjectNotFound(NotFound):
    """No such object in the container."""


class Conflict(CloudError):
    """The resource's present state, or somebody else's change, forbids the call."""


class NotEmpty(Conflict):
    """A container still holds objects."""


class PreconditionFailed(Conflict):
    """A condition that the caller set (``if_match`` and its kin) did not hold."""


class IdempotencyMismatch(Conflict):
    """A client token was used again with other parameters; choose a new token for a new request."""


class AlreadyExists(CloudError):
    """The name is taken."""


class ContainerExists(AlreadyExists):
    """The container's name is taken, by this account or (S3) by another one."""


class KeyPairExists(AlreadyExists):
    """A key pair of that name exists."""


class FileExists(AlreadyExists):
    """The destination of a download exists and ``overwrite_existing`` is false."""


class QuotaExceeded(CloudError):
    """A limit of the account is reached, or the provider has no capacity left for the request."""


class RateLimited(CloudError):
    """Too many calls in too short a time."""

    retryable = True


class ProviderUnavailable(CloudError):
    """The service answered with a server error."""

    retryable = True


class ConnectionFailed(CloudError):
    """No complete answer arrived: name resolution, connecting, TLS, or a cut connection.

    Attributes:
        sent: Whether any byte of the request may have reached the provider. When False, the
            request cannot have taken effect.
    """

    retryable = True

    def __init__(self, message: str, *, sent: bool = True, **context: Unpack[_Context]) -> None:
        super().__init__(message, **context)
        self.sent = sent


class Timeout(CloudError):
    """One attempt did not finish in the time allowed for an attempt.

    Attributes:
        sent: As for :class:`ConnectionFailed`.
    """

    retryable = True

    def __init__(self, message: str, *, sent: bool = True, **context: Unpack[_Context]) -> None:
        super().__init__(message, **context)
        self.sent = sent


class DeadlineExceeded(Timeout):
    """The whole operation, retries and waiting included, did not finish in time.

    Attributes:
        last_seen: Of a wait: how long it was, and what was last seen of each thing that it waited for; else None.
    """

    last_seen: str | None = None


class MalformedResponse(CloudError):
    """The answer is not what the provider's protocol promises: HTML where XML was due, half a document."""


class ChecksumMismatch(CloudError):
    """Bytes arrived and are not the ones that were sent.

    Of a damaged download nothing is kept. What a provider has stored is left there, and the message says so: it may
    be all that there is.
    """

    retryable = True


class NotVerified(CloudError):
    """Verified content was asked for (``integrity="required"``), and nothing there is to verify it by.

    Of a download nothing is kept; what was uploaded is stored. Neither need be damaged.
    """


class NotSupported(CloudError, NotImplementedError):
    """The provider has no such capability; raised before any I/O."""


class ResourceFailed(CloudError):
    """Something ended in an error state, or where it does not get on from, while it was waited for."""


class NodeFailed(ResourceFailed):
    """A node ended in an error state, or was terminated, while it was waited for."""
