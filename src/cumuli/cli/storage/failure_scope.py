"""Whether what kept one object from being moved or deleted would keep all the others as well.

That is told by what failed, never by who came first: a refusal of one object says nothing about the next
one, and whether a service is down, or the credentials are refused, is asked for where it is not known.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from cumuli.errors import (
    AlreadyExists,
    AuthenticationError,
    ChecksumMismatch,
    CloudError,
    ConfigurationError,
    Conflict,
    ConnectionFailed,
    ContainerNotFound,
    InvalidRequest,
    MalformedResponse,
    NotSupported,
    ObjectNotFound,
    PermissionDenied,
    ProviderUnavailable,
    QuotaExceeded,
    RateLimited,
    Timeout,
)

__all__ = ["FailureScope"]

# What is wrong with one object, or one file.
OF_ONE = (AlreadyExists, ChecksumMismatch, Conflict, InvalidRequest, ObjectNotFound, PermissionDenied)
# What may be wrong with one object, or with everything: the container is asked for, which needs the same service,
# the same connection and the same credentials.
OF_ALL_IF_THE_CONTAINER_SAYS_SO = (
    AuthenticationError,
    ConnectionFailed,
    ContainerNotFound,
    MalformedResponse,
    ProviderUnavailable,
    RateLimited,
    Timeout,
)
# Seconds for which an answer holds: where many objects fail, the container is not asked for with each of them.
AGE = 1.0


class FailureScope:
    """Tells what concerns one object from what concerns all of a transfer. For several threads.

    Args:
        ask: Asks the provider for something about the container that all of them are in.
    """

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self._asking = Lock()
        self._answered = -AGE

    def concerns_all(self, error: Exception) -> bool:
        """Whether going on makes no sense after this failure."""
        if isinstance(error, OF_ONE):
            return False
        if isinstance(error, OF_ALL_IF_THE_CONTAINER_SAYS_SO):
            return self._container_fails()
        if isinstance(error, QuotaExceeded):
            # The disk, or the account, is full; a file may also be larger than any may be.
            return error.code != "EFBIG"
        if isinstance(error, NotSupported):
            # Of the service, unless this object's own request was refused.
            return error.status is None
        return isinstance(error, ConfigurationError) or not isinstance(error, CloudError)

    def _container_fails(self) -> bool:
        with self._asking:
            if time.monotonic() - self._answered < AGE:
                return False
            try:
                self._ask()
            except (PermissionDenied, NotSupported, InvalidRequest):
                # Not everybody may ask, nor everywhere; what answers so is there, and knows the credentials.
                pass
            except CloudError:
                return True
            self._answered = time.monotonic()
        return False
