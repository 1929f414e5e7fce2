"""URLs that work without credentials for a while."""

from __future__ import annotations

from urllib.parse import unquote

from cumuli.errors import InvalidRequest, NotFound, NotSupported, PermissionDenied
from cumuli.providers.openstack.swift.calls import SwiftCalls
from cumuli.providers.openstack.swift.identity import OBJECT_STORE
from cumuli.providers.openstack.swift.models import JSONValue
from cumuli.providers.openstack.swift.wire import (
    ACCOUNT_META,
    CONTAINER_META,
    DIGESTS,
    NOTHING_MORE,
    TEMP_URL_KEYS,
    TempUrlDigest,
    TempUrlExtra,
    in_path,
    temp_url_query,
)
from cumuli.storage.driver import UrlSpec

__all__ = ["TempUrls"]

METHODS = frozenset({"DELETE", "GET", "HEAD", "POST", "PUT"})


class TempUrls:
    """Temporary URLs.

    Args:
        calls: Sends the requests.
        key: The key that they are signed with, where the account's own is not to be asked for.
        digest: The hash that they are signed with, or None: the best one that the service takes.
    """

    def __init__(self, calls: SwiftCalls, *, key: str | None, digest: TempUrlDigest | None) -> None:
        self._calls = calls
        self._given_key = key
        self._digest: TempUrlDigest | None = digest
        self._methods = METHODS

    async def object_url(self, spec: UrlSpec) -> str:
        return await self.temp_url(spec.address.container, spec.address.name, spec.method, spec.expires_in)

    async def temp_url(
        self,
        container: str,
        name: str,
        method: str,
        expires_in: int,
        *,
        prefix: bool = False,
        extra: TempUrlExtra = NOTHING_MORE,
    ) -> str:
        """A URL of an object, or (``prefix``) of all objects whose names begin with ``name``."""
        key = await self._key(container)
        digest = await self._best_digest()
        if method not in self._methods:
            raise NotSupported(
                f"this service makes no temporary URLs for {method}, but for {', '.join(sorted(self._methods))}"
            )
        place = await self._calls.session.endpoint(OBJECT_STORE)
        query = temp_url_query(
            key,
            f"{unquote(place.path)}/{container}/{name}",
            method=method,
            expires=int(self._calls.runtime.now()) + expires_in,
            digest=digest,
            prefix=name if prefix else None,
            extra=extra,
        )
        return f"{place.url}/{in_path(container)}/{in_path(name)}?{query}"

    async def _key(self, container: str) -> str:
        """The key to sign with: the client's own, else the account's, else the container's."""
        if self._given_key is not None:
            return self._given_key
        for operation, name, prefix in (
            ("Show account metadata", "", ACCOUNT_META),
            ("Show container metadata", container, CONTAINER_META),
        ):
            try:
                answer = await self._calls.send(operation, "HEAD", name)
            except (PermissionDenied, NotFound):
                continue
            for key in TEMP_URL_KEYS:
                # As it came: Swift signs with the header's value, whatever its percent signs may mean elsewhere.
                value = answer.headers.get(prefix + key)
                if value:
                    return value
        raise InvalidRequest(
            "there is no key to sign a URL with, or these credentials may not see it: set one with "
            "ex_set_account_metadata_temp_url_key, or give the client its temp_url_key"
        )

    async def _best_digest(self) -> TempUrlDigest:
        """The best hash that the service takes. Services of old say nothing, and know one only."""
        if self._digest is None:
            information = await self._calls.information()
            self._methods = _allowed(information)
            self._digest = _best(information)
        return self._digest


def _allowed(information: dict[str, JSONValue]) -> frozenset[str]:
    """The methods that the service makes URLs for."""
    section = information.get("tempurl")
    methods = section.get("methods") if isinstance(section, dict) else None
    return METHODS.intersection(map(str, methods)) if isinstance(methods, list) else METHODS


def _best(information: dict[str, JSONValue]) -> TempUrlDigest:
    section = information.get("tempurl")
    if information and section is None:
        raise NotSupported("this service makes no temporary URLs")
    allowed = section.get("allowed_digests") if isinstance(section, dict) else None
    for digest in DIGESTS:
        if isinstance(allowed, list) and digest in allowed:
            return digest
    return "sha1"
