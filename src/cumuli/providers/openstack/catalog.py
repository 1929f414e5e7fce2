"""OpenStack's catalogs, addresses and version documents: where a service is, and which API it has there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from cumuli.errors import ConfigurationError
from cumuli.wire.lenient import Identity, Needed, decode_json

__all__ = [
    "ApiVersion",
    "Endpoint",
    "Service",
    "ServiceEndpoint",
    "choose_version",
    "find_endpoint",
    "identity_version",
    "interface_name",
    "parse_versions",
    "spelled_region",
    "split_endpoint",
    "version_in_path",
    "version_is_plain",
]

VERSION_SEGMENT = re.compile(r"v\d+(?:\.\d+)?\Z")
PROJECT_ID = re.compile(r"(?:AUTH_)?(?:[0-9a-f]{32}|[0-9]+)")
# Catalogs of different ages call one service by different types. The official type comes first.
SERVICE_TYPES: Mapping[str, tuple[str, ...]] = {
    "block-storage": ("block-storage", "volumev3", "block-store", "volumev2", "volume"),
    "object-store": ("object-store", "object-storage"),
}


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One address of a service.

    Attributes:
        interface: ``"public"``, ``"internal"`` or ``"admin"``.
        region: Its region, or None for an endpoint that serves every region.
        url: The address, without a trailing slash.
    """

    interface: str
    region: str | None
    url: str


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One service of a catalog.

    Attributes:
        type: Its type, such as ``"compute"``.
        name: Its name, such as ``"nova"``; empty where it has none.
        endpoints: Its addresses.
    """

    type: str
    name: str
    endpoints: tuple[Endpoint, ...]


class ServiceEndpoint(msgspec.Struct, frozen=True):
    """An address taken apart for a ``Request``.

    Attributes:
        origin: ``scheme://host:port``.
        path: What precedes every path of the service, without a trailing slash; may be empty.
    """

    origin: str
    path: str

    @property
    def url(self) -> str:
        """The whole address, without a trailing slash."""
        return self.origin + self.path


def interface_name(interface: str) -> str:
    """``"public"`` for ``"public"`` and for its older spelling ``"publicURL"``."""
    return interface.removesuffix("URL")


def split_endpoint(url: str) -> ServiceEndpoint:
    """An address taken apart for a ``Request``.

    Raises:
        ConfigurationError: It is no http(s) URL, or carries a query or a password.
    """
    # Catalogs are typed by hand, blanks around an address included.
    url = url.strip()
    # What stands before the sign may be a password.
    shown = "(not shown, for it may hold a password)" if "@" in url else repr(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(f"the endpoint {shown} is not a URL") from None
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"the endpoint {shown} is not a URL that starts with http:// or https://")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ConfigurationError("an endpoint has no user, password, query or fragment in its URL; leave them out")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    origin = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    return ServiceEndpoint(origin.lower(), parts.path.rstrip("/"))


def version_in_path(path: str) -> tuple[str, str] | None:
    """A service's path up to and including its version, and that version: ``("/compute/v2.1", "v2.1")``.

    The last version counts: those before it are a gateway's. None when the path names no version.
    """
    segments = path.split("/")
    for position in range(len(segments) - 1, -1, -1):
        if VERSION_SEGMENT.match(segments[position]):
            return "/".join(segments[: position + 1]), segments[position]
    return None


def identity_version(path: str) -> tuple[str, str] | None:
    """As ``version_in_path`` for an identity service: what follows its version can only be the way to its tokens.

    ``/api/v1/keystone`` names a gateway's version, and none of the identity service.
    """
    found = version_in_path(path)
    if found is None or not found[1].startswith(("v2", "v3")):
        return None
    return found if path[len(found[0]) :] in {"", "/auth", "/auth/tokens", "/tokens"} else None


def version_is_plain(path: str, project_id: str | None) -> bool:
    """Whether the version in a service's path is certainly the service's own: nothing follows it but a project's id."""
    found = version_in_path(path)
    if found is None:
        return False
    behind = path[len(found[0]) + 1 :]
    return not behind or behind == project_id or PROJECT_ID.fullmatch(behind) is not None


def find_endpoint(
    catalog: Sequence[Service],
    service_type: str,
    *,
    interface: str,
    region: str | None,
    name: str | None = None,
) -> Endpoint:
    """The endpoint of a service in a catalog.

    Args:
        catalog: The token's catalog.
        service_type: Type of the service; older types of the same service are found as well.
        interface: ``"public"``, ``"internal"`` or ``"admin"``.
        region: The region; None if the service is in one region only.
        name: Only services of this name, where several have the same type.

    Raises:
        ConfigurationError: There is none, or no single one; the message names what there is.
    """
    types = SERVICE_TYPES.get(service_type, (service_type,))
    services = [
        service
        for wanted in types
        for service in catalog
        if service.type == wanted and (name is None or service.name == name)
    ]
    if not services:
        raise ConfigurationError(
            f"the catalog has no {service_type} service; it has {_listed(service.type for service in catalog)}. "
            f"If the cloud has one, give its address in endpoints={{{service_type!r}: …}}"
        )
    wanted_interface = interface_name(interface)
    found = [
        endpoint for service in services for endpoint in service.endpoints if endpoint.interface == wanted_interface
    ]
    if not found:
        there = {endpoint.interface for service in services for endpoint in service.endpoints}
        raise ConfigurationError(
            f"the {service_type} service has no {wanted_interface} endpoint; it has {_listed(there)}"
        )
    regions = {endpoint.region for endpoint in found if endpoint.region is not None}
    if region is None:
        if len(regions) > 1:
            raise ConfigurationError(
                f"the {service_type} service is in several regions; give region, one of {_listed(regions)}"
            )
        return found[0]
    spelled = spelled_region(regions, region)
    for endpoint in found:
        if endpoint.region == spelled:
            return endpoint
    for endpoint in found:
        if endpoint.region is None:
            return endpoint
    raise ConfigurationError(
        f"the {service_type} service is not in the region {region!r}; its regions are {_listed(regions)}"
    )


def spelled_region(regions: Iterable[str], region: str) -> str:
    """A region as the catalog writes it: people write its name in either case."""
    known = set(regions)
    likely = [each for each in known if each.casefold() == region.casefold()]
    return likely[0] if region not in known and len(likely) == 1 else region


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted({word for word in words if word})) or "nothing"


# Versions of a service


class _Link(msgspec.Struct):
    href: str = ""
    rel: str = ""


class ApiVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version in a discovery document.

    Attributes:
        id: Such as ``"v2.1"``.
        status: Such as ``"CURRENT"``, ``"SUPPORTED"``, ``"stable"``; as the service writes it.
        version: The newest microversion, or empty.
        min_version: The oldest microversion, or empty.
        links: Where it is.
    """

    id: Identity
    status: Needed[str] = ""
    version: str = ""
    min_version: str = ""
    links: list[_Link] = []

    @property
    def href(self) -> str:
        """Its own address, or empty."""
        return next((link.href for link in self.links if link.rel == "self"), "")


class _Values(msgspec.Struct):
    values: list[ApiVersion]


class _Discovery(msgspec.Struct):
    versions: list[ApiVersion] | _Values | None = None
    version: ApiVersion | None = None


def parse_versions(body: bytes) -> list[ApiVersion]:
    """The versions that a discovery document tells of.

    Raises:
        msgspec.MsgspecError: This is none.
    """
    document = decode_json(body, _Discovery)
    if isinstance(document.versions, _Values):
        return document.versions.values
    return document.versions or ([document.version] if document.version else [])


def choose_version(versions: Sequence[ApiVersion], major: int) -> ApiVersion | None:
    """The newest version of a major one that the service still offers, or None."""
    offered = [
        version
        for version in versions
        if version.status.upper() in {"CURRENT", "SUPPORTED", "STABLE", "DEPRECATED", ""}
        and _numbers(version.id)[:1] == (major,)
    ]
    return max(offered, key=lambda version: _numbers(version.id), default=None)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
