"""Swift's own way to get a token, v1: a user and a key in headers. Pure.

It is what Swift's TempAuth and swauth, Ceph's gateway and Rackspace's first identity service speak.
"""

from __future__ import annotations

import msgspec

from cumuli.errors import AuthenticationError, CloudError, ConfigurationError, MalformedResponse
from cumuli.providers.openstack.catalog import ServiceEndpoint, split_endpoint, version_in_path
from cumuli.providers.openstack.swift.faults import error_of
from cumuli.runtime.messages import Request, Response
from cumuli.secret import Secret
from cumuli.storage.headers import number

__all__ = ["V1Token", "auth_request", "check_auth", "is_v1", "parse_auth"]


class V1Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token and the addresses that came with it.

    Attributes:
        secret: The token itself.
        storage: Where the account is.
        cdn: Where its containers are published (Rackspace), or None.
        lifetime: Seconds it is good for, or None where that was not told.
    """

    secret: Secret
    storage: ServiceEndpoint
    cdn: ServiceEndpoint | None = None
    lifetime: float | None = None


def is_v1(auth_url: str) -> bool:
    """Whether a URL is of this way in: it ends in ``/v1.0`` or ``/v1``.

    Raises:
        ConfigurationError: It is no URL.
    """
    path = split_endpoint(auth_url).path
    versioned = version_in_path(path)
    return versioned is not None and versioned[1].startswith("v1") and versioned[0] == path


def auth_request(auth_url: str, user: str, key: Secret) -> Request:
    """The request for a token."""
    place = split_endpoint(auth_url)
    return Request(
        method="GET",
        origin=place.origin,
        target=place.path or "/",
        headers=(("X-Auth-User", user), ("X-Auth-Key", key.reveal())),
        operation="authenticate",
        identity=True,
    )


def check_auth(answer: Response) -> CloudError | None:
    """The error that an answer to it tells of, or None."""
    if answer.status in {401, 403}:
        return AuthenticationError(
            "the service refuses these credentials; check the user (often account:user) and the key",
            status=answer.status,
        )
    if answer.status in {400, 404, 405, 412}:
        return ConfigurationError(
            f"auth_url does not lead to a service that gives tokens (HTTP {answer.status}); it usually ends in "
            "/auth/v1.0",
            status=answer.status,
        )
    return error_of(answer, method="GET", subject="account")


def parse_auth(answer: Response) -> V1Token:
    """The token of an answer.

    Raises:
        MalformedResponse: It holds none, or not where the account is.
    """
    token = answer.headers.get("x-auth-token") or answer.headers.get("x-storage-token")
    storage = answer.headers.get("x-storage-url")
    if not token or not storage:
        raise MalformedResponse(
            "the answer holds no token, or not where the account is; check auth_url", status=answer.status
        )
    cdn = answer.headers.get("x-cdn-management-url")
    lifetime = number(answer.headers.get("x-auth-token-expires"))
    try:
        return V1Token(
            secret=Secret(token),
            storage=split_endpoint(storage),
            cdn=split_endpoint(cdn) if cdn else None,
            lifetime=None if lifetime is None else float(lifetime),
        )
    except ConfigurationError as error:
        raise MalformedResponse(f"the service names no usable address: {error.message}") from None
