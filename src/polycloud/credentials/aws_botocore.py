"""The part of the AWS credential chain that is left to botocore (extra ``polycloud[aws]``)."""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

from polycloud.credentials.aws import AWSCredentials
from polycloud.credentials.secret import Secret
from polycloud.errors import AuthenticationError

__all__ = ["find", "installed"]


class FrozenKeys(Protocol):
    """What botocore calls ``ReadOnlyCredentials``."""

    @property
    def access_key(self) -> str: ...
    @property
    def secret_key(self) -> str: ...
    @property
    def token(self) -> str | None: ...


class Found(Protocol):
    """What botocore calls ``Credentials``; botocore has no types of its own."""

    method: str

    def get_frozen_credentials(self) -> FrozenKeys: ...


class Session(Protocol):
    """The part of botocore's session that is used here."""

    def __call__(self, *, profile: str | None) -> Session: ...
    def get_credentials(self) -> Found | None: ...


def installed() -> bool:
    """Whether botocore can be imported; does not import it."""
    return find_spec("botocore") is not None


def find(profile: str | None) -> AWSCredentials | None:
    """What botocore's own chain finds, or None. Blocks, and may ask services of AWS.

    A session of its own for each search: credentials that a service refused must not come back
    out of a cache.

    Raises:
        AuthenticationError: A service refused, or did not answer as it should.
    """
    exceptions = import_module("botocore.exceptions")
    failures = cast(tuple[type[Exception], ...], (exceptions.BotoCoreError, exceptions.ClientError))
    new_session = cast(Session, import_module("botocore.session").Session)
    try:
        found = new_session(profile=profile).get_credentials()
        if found is None:
            return None
        keys = found.get_frozen_credentials()
    except failures as error:
        raise AuthenticationError(f"botocore could not get AWS credentials: {error}") from error
    # botocore has no public name for the end of temporary credentials; static ones have none.
    expires_at: object = getattr(found, "_expiry_time", None)
    return AWSCredentials(
        access_key=keys.access_key,
        secret=Secret(keys.secret_key),
        token=Secret(keys.token) if keys.token else None,
        expires_at=expires_at if isinstance(expires_at, dt.datetime) else None,
        source=f"botocore ({found.method})",
    )
