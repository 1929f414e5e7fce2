"""URLs that work without credentials for a while."""

from __future__ import annotations

from functools import partial
from typing import cast
from urllib.parse import unquote

import msgspec

from polycloud.errors import (
    AuthenticationError,
    InvalidRequest,
    NotFound,
    NotSupported,
    PermissionDenied,
)
from polycloud.providers.swift.calls import OBJECT_STORE
from polycloud.providers.swift.copying import Copying
from polycloud.providers.swift.models import JSONValue
from polycloud.runtime.messages import Request
from polycloud.storage.driver import UrlSpec
from polycloud.wire.swift import (
    ACCOUNT_META,
    CONTAINER_META,
    DIGESTS,
    TEMP_URL_KEYS,
    TempUrlDigest,
    decode_with,
    in_path,
    temp_url_query,
)
from polycloud.wire.swift_faults import error_of

__all__ = ["TempUrls"]

# The documented address is /info beside /v1; Ceph's gateway has it below its prefix.
VERSION = "/v1"


class TempUrls(Copying):
    """Temporary URLs, and what the service says that it has."""

    async def object_url(self, spec: UrlSpec) -> str:
        return await self.temp_url(spec.address.container, spec.address.name, spec.method, spec.expires_in)

    async def temp_url(self, container: str, name: str, method: str, expires_in: int, *, prefix: bool = False) -> str:
        """A URL of an object, or (``prefix``) of all objects whose names begin with ``name``."""
        key = await self._key(container)
        digest = await self._digest()
        place = await self.session.endpoint(OBJECT_STORE)
        query = temp_url_query(
            key,
            f"{unquote(place.path)}/{container}/{name}",
            method=method,
            expires=int(self.caller.runtime.now()) + expires_in,
            digest=digest,
            prefix=name if prefix else None,
        )
        return f"{place.url}/{in_path(container)}/{in_path(name)}?{query}"

    async def _key(self, container: str) -> str:
        """The key to sign with: the client's own, else the account's, else the container's."""
        if self._temp_url_key is not None:
            return self._temp_url_key
        for operation, name, prefix in (
            ("Show account metadata", "", ACCOUNT_META),
            ("Show container metadata", container, CONTAINER_META),
        ):
            try:
                answer = await self.send(operation, "HEAD", name)
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

    async def _digest(self) -> TempUrlDigest:
        """The best hash that the service takes. Services of old say nothing, and know one only."""
        if self._temp_url_digest is None:
            self._temp_url_digest = _best(await self.information())
        return self._temp_url_digest

    async def information(self) -> dict[str, JSONValue]:
        """What the service says that it has; empty where it does not say."""
        place = await self.session.endpoint(OBJECT_STORE)
        request = Request(
            method="GET",
            origin=place.origin,
            target=f"{place.path.partition(VERSION)[0]}/info",
            headers=(("Accept", "application/json"),),
            operation="List activated capabilities",
        )
        try:
            answer = await self.caller.call(request, check=_check_information, repeatable=True)
        except (AuthenticationError, InvalidRequest, NotFound, NotSupported, PermissionDenied):
            return {}
        return cast("dict[str, JSONValue]", decode_with(_information, answer.body))


_information = msgspec.json.Decoder(dict[str, object])
_check_information = partial(error_of, method="GET", subject="account")


def _best(information: dict[str, JSONValue]) -> TempUrlDigest:
    section = information.get("tempurl")
    if information and section is None:
        raise NotSupported("this service makes no temporary URLs")
    allowed = section.get("allowed_digests") if isinstance(section, dict) else None
    for digest in DIGESTS:
        if isinstance(allowed, list) and digest in allowed:
            return digest
    return "sha1"
