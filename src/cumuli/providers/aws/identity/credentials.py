"""``AWSCredentials`` and where they come from: given outright, or kept fresh by a function.

The search through the environment and the shared files is in ``aws_chain.py``.
"""

from __future__ import annotations

import copy
import datetime as dt
import logging
import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

import msgspec

from cumuli.credential_arguments import CredentialArguments
from cumuli.errors import AuthenticationError, CloudError, ConfigurationError, DeadlineExceeded
from cumuli.runtime.deadline import current_deadline, until
from cumuli.runtime.protocol import Runtime
from cumuli.runtime.within_deadline import within_deadline
from cumuli.secret import Secret

__all__ = [
    "KEYS",
    "KEYS_OR_NOBODY",
    "KEYS_OR_PROFILE",
    "KEYS_PROFILE_OR_NOBODY",
    "AWSCredentials",
    "CredentialsLike",
    "CredentialsProvider",
    "RefreshingCredentials",
    "RenewableCredentialsProvider",
    "StaticCredentials",
    "credentials_provider",
    "explicit_credentials",
]

log = logging.getLogger("cumuli.credentials")

KEYS = CredentialArguments(
    ways=(frozenset({"key", "secret", "token"}), frozenset({"credentials"})),
    proofs=frozenset({"secret"}),
    whole=frozenset({"credentials"}),
)
KEYS_OR_PROFILE = CredentialArguments(
    ways=(*KEYS.ways, frozenset({"profile"})), proofs=KEYS.proofs, whole=frozenset({"credentials", "profile"})
)
# What can be asked without credentials as well.
KEYS_OR_NOBODY = CredentialArguments(
    ways=(*KEYS.ways, frozenset({"anonymous"})), proofs=KEYS.proofs, whole=KEYS.whole | {"anonymous"}
)
KEYS_PROFILE_OR_NOBODY = CredentialArguments(
    ways=(*KEYS_OR_PROFILE.ways, frozenset({"anonymous"})),
    proofs=KEYS.proofs,
    whole=KEYS_OR_PROFILE.whole | {"anonymous"},
)

# botocore's windows: within the first, one caller refreshes while the others go on; within the
# second, everybody waits for the new ones.
ADVISORY = 15 * 60.0
MANDATORY = 10 * 60.0
# Pause after a refresh that failed while the old credentials are still good.
AGAIN_AFTER = 30.0


class AWSCredentials(msgspec.Struct, frozen=True, kw_only=True):
    """One set of AWS keys.

    Attributes:
        access_key: The access key id (``"AKIA…"``), which is not secret.
        secret: The secret access key.
        token: The session token of temporary credentials, or None.
        expires_at: When they end (with a time zone), or None if they do not, or nobody knows.
        source: Where they were found, for messages: ``"environment"``.
    """

    access_key: str
    secret: Secret
    token: Secret | None = None
    expires_at: dt.datetime | None = None
    source: str = "explicit"

    def same_keys(self, other: AWSCredentials) -> bool:
        """Whether both would sign alike."""
        return (self.access_key, self.secret, self.token) == (other.access_key, other.secret, other.token)


@runtime_checkable
class CredentialsProvider(Protocol):
    """Anything that can be given as ``credentials=`` to an AWS client.

    ``get`` is called for every attempt of every call, by many threads or tasks at once, so it
    should answer from memory. In a sync client it must not suspend.
    """

    async def get(self) -> AWSCredentials:
        """The credentials to sign with now."""
        ...


@runtime_checkable
class RenewableCredentialsProvider(CredentialsProvider, Protocol):
    """A provider that may have other credentials when the first are refused."""

    async def renew(self, rejected: AWSCredentials) -> bool:
        """AWS refused ``rejected``: True when ``get`` now gives other ones."""
        ...


CredentialsLike = AWSCredentials | CredentialsProvider | Callable[[], AWSCredentials]
"""What ``credentials=`` takes: credentials, a provider, or a blocking function that finds credentials.

A function is called off the event loop, and again shortly before ``expires_at`` of what it returned.
"""


class StaticCredentials:
    """Credentials that never change."""

    def __init__(self, credentials: AWSCredentials) -> None:
        self._credentials = credentials

    async def get(self) -> AWSCredentials:
        """The credentials."""
        return self._credentials


class RefreshingCredentials:
    """Credentials that a blocking function finds, looked up again before they expire.

    However many threads or tasks ask, one of them refreshes. From 15 minutes before the end the
    others go on with the old credentials meanwhile; from 10 minutes before it they wait.

    Args:
        runtime: Of the client that uses them.
        fetch: Finds credentials; called off the event loop, never twice at the same time, and waited for no
            longer than ``cumuli.deadline`` and the client's timeout allow.
        again: Likewise, after those that ``fetch`` found were refused; None for ``fetch`` itself.
        stamp: Tells something else when ``fetch`` may find something else; None if that is not known.
    """

    def __init__(
        self,
        runtime: Runtime,
        fetch: Callable[[], AWSCredentials],
        *,
        again: Callable[[], AWSCredentials] | None = None,
        stamp: Callable[[], object] | None = None,
    ) -> None:
        self._runtime = runtime
        self._fetch = fetch
        self._again = again or fetch
        self._stamp = stamp
        self._read_at: object = None
        self._lock = runtime.lock()
        self._current: AWSCredentials | None = None
        self._refreshing = False
        self._tries = 0
        self._error: CloudError | None = None
        never = float("-inf")
        self._quiet_until = never
        self._no_renewal_until = never

    async def get(self) -> AWSCredentials:
        """The credentials to sign with now.

        Raises:
            ConfigurationError: There are none; the message lists where was looked.
            AuthenticationError: They have expired and cannot be refreshed.
        """
        current = self._current
        if current is not None and self._good_enough(current):
            return current
        tries = self._tries
        async with self._lock:
            current = self._current
            if current is not None and self._good_enough(current):
                return current
            if self._error is not None and self._tries != tries:
                # Somebody's refresh failed while this caller waited for it: that answers both.
                raise copy.copy(self._error)
            return await self._refresh(current)

    async def renew(self, rejected: AWSCredentials) -> bool:
        """Look the credentials up again unless somebody just did; True if there are others now."""
        async with self._lock:
            current = self._current
            if current is not None and not current.same_keys(rejected):
                return True
            if self._runtime.monotonic() < self._no_renewal_until and not await self._changed():
                return False
            self._no_renewal_until = self._runtime.monotonic() + AGAIN_AFTER
            try:
                found = await self._look_up(self._again)
            except CloudError as error:
                log.warning("refused AWS credentials cannot be renewed: %s", error.message)
                return False
            self._current = found
            return not found.same_keys(rejected)

    def _left(self, credentials: AWSCredentials) -> float:
        if credentials.expires_at is None:
            return float("inf")
        return credentials.expires_at.timestamp() - self._runtime.now()

    def _good_enough(self, credentials: AWSCredentials) -> bool:
        """Whether a caller may go on with these and leave refreshing to somebody else, or to later."""
        if credentials.expires_at is None:
            return True
        left = self._left(credentials)
        if left > ADVISORY:
            return True
        if left > 0 and self._runtime.monotonic() < self._quiet_until:
            return True
        return left > MANDATORY and self._refreshing

    async def _refresh(self, current: AWSCredentials | None) -> AWSCredentials:
        self._refreshing = True
        try:
            if current is not None and self._left(current) > 0:
                # The old ones are good for this call: the search leaves it time to go on with them.
                now = time.monotonic()
                with until(now + (current_deadline() - now) / 2):
                    found = await self._look_up(self._fetch)
            else:
                found = await self._look_up(self._fetch)
        except CloudError as error:
            if current is None or self._left(current) <= 0:
                self._error = error
                raise
            log.warning("AWS credentials from %s cannot be refreshed yet: %s", current.source, error.message)
            self._quiet_until = self._runtime.monotonic() + AGAIN_AFTER
            return current
        finally:
            self._refreshing = False
            self._tries += 1
        if self._left(found) <= ADVISORY:
            # Short-lived from the start, or the source has nothing newer: no use in asking at every call.
            self._quiet_until = self._runtime.monotonic() + AGAIN_AFTER
        self._error = None
        self._current = found
        return found

    async def _changed(self) -> bool:
        """Whether what was read has been written anew since; nothing tells of a function's own sources."""
        return self._stamp is not None and await self._runtime.offload(self._stamp) != self._read_at

    async def _look_up(self, fetch: Callable[[], AWSCredentials]) -> AWSCredentials:
        if self._stamp is not None:
            self._read_at = await self._runtime.offload(self._stamp)
        try:
            found = _checked(await self._runtime.offload(lambda: within_deadline(fetch, _late)))
        except CloudError:
            raise
        except Exception as error:
            raise AuthenticationError(
                f"the function given as credentials= failed with {type(error).__name__}, which is its cause"
            ) from error
        if self._left(found) <= 0:
            raise AuthenticationError(
                f"the AWS credentials from {found.source} have expired; log in again, or supply new ones"
            )
        return found


def _late() -> DeadlineExceeded:
    return DeadlineExceeded(
        "the AWS credentials did not arrive in time: a program or a service that is asked for them takes too long; "
        "allow it more by timeout= or cumuli.deadline()",
        sent=False,
        retryable=False,
    )


def _checked(found: object) -> AWSCredentials:
    if not isinstance(found, AWSCredentials):
        raise ConfigurationError(
            f"the function given as credentials= returned {type(found).__name__}; it must return AWSCredentials"
        )
    return found


def credentials_provider(runtime: Runtime, given: CredentialsLike) -> CredentialsProvider:
    """The provider of whatever a client was given as ``credentials=``.

    Raises:
        ConfigurationError: It is nothing of the kind.
    """
    if isinstance(given, AWSCredentials):
        return StaticCredentials(given)
    if isinstance(given, CredentialsProvider):
        return given
    if callable(given):
        return RefreshingCredentials(runtime, given)
    raise ConfigurationError(
        f"credentials= takes AWSCredentials, an object with an async get(), or a function; not {type(given).__name__}"
    )


def explicit_credentials(
    key: str | None, secret: str | Secret | None, token: str | Secret | None
) -> AWSCredentials | None:
    """The credentials that a client was given as arguments, or None if it was given none.

    Raises:
        ConfigurationError: One of key and secret is missing, or one is not fit for a header.
    """
    if key is None and secret is None and token is None:
        return None
    if not key or not secret:
        missing = "secret" if key else "key"
        raise ConfigurationError(f"{missing} is missing: AWS credentials are given as key and secret together")
    return AWSCredentials(
        access_key=checked_access_key(key, "key"), secret=as_secret(secret), token=as_secret(token) if token else None
    )


def as_secret(text: str | Secret) -> Secret:
    """A ``Secret``, whichever of the two was given; spaces and line ends around it removed."""
    return Secret((text.reveal() if isinstance(text, Secret) else text).strip())


def checked_access_key(text: str, where: str) -> str:
    """An access key id that can stand in a header.

    Raises:
        ConfigurationError: It cannot; the text is not shown, as it may be the secret by mistake.
    """
    text = text.strip()
    if not text or not text.isascii() or not text.isprintable() or any(letter in text for letter in " ,/"):
        raise ConfigurationError(f"the AWS access key id from {where} holds characters that no access key id has")
    return text
