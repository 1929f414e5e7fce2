"""AWS regions, the partitions they belong to, and where each service answers there. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

from cumuli.errors import ConfigurationError

__all__ = ["Partition", "Place", "check_region", "is_region", "partition_of", "place_of", "service_origin"]


class Partition(msgspec.Struct, frozen=True, kw_only=True):
    """A separate AWS: accounts, keys and names of one do not work in another.

    Attributes:
        id: As in ARNs: ``"aws"``, ``"aws-cn"``.
        dns_suffix: What the host names of its services end with.
        prefixes: What the names of its regions begin with.
    """

    id: str
    dns_suffix: str
    prefixes: tuple[str, ...] = ()


COMMERCIAL = Partition(id="aws", dns_suffix="amazonaws.com")
PARTITIONS = (
    Partition(id="aws-cn", dns_suffix="amazonaws.com.cn", prefixes=("cn-",)),
    Partition(id="aws-us-gov", dns_suffix="amazonaws.com", prefixes=("us-gov-",)),
    Partition(id="aws-iso", dns_suffix="c2s.ic.gov", prefixes=("us-iso-",)),
    Partition(id="aws-iso-b", dns_suffix="sc2s.sgov.gov", prefixes=("us-isob-",)),
    Partition(id="aws-iso-e", dns_suffix="cloud.adc-e.uk", prefixes=("eu-isoe-",)),
    Partition(id="aws-iso-f", dns_suffix="csp.hci.ic.gov", prefixes=("us-isof-",)),
    Partition(id="aws-eusc", dns_suffix="amazonaws.eu", prefixes=("eusc-",)),
)

DIRECTIONS = (
    "north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest",
)  # fmt: skip
REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)?-([a-z]+)-[0-9]{1,2}")
ANY_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62})")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a client's requests go.

    Attributes:
        region: The region they are signed for.
        origin: ``scheme://host[:port]``.
        path: What every path begins with: empty, or ``/prefix`` of a custom endpoint.
    """

    region: str
    origin: str
    path: str = ""


def check_region(region: str) -> str:
    """The region's name, if a region of AWS can be called so; new regions need no new version.

    Raises:
        ConfigurationError: It cannot.
    """
    if is_region(region):
        return region
    match = REGION.fullmatch(region)
    hint = ""
    if match:
        from difflib import get_close_matches  # only what goes wrong comes here

        close = get_close_matches(match[1], DIRECTIONS)
        if close:
            # Letters are swapped more often than replaced: "esat" is east, though west is as near.
            best = max(close, key=lambda word: sorted(word) == sorted(match[1]))
            hint = f"; did you mean {region[: match.start(1)]}{best}{region[match.end(1) :]}?"
    elif re.fullmatch(r"[a-z-]+-[0-9]+[a-z]", region):
        hint = f"; that is an availability zone, whose region is {region[:-1]}"
    raise ConfigurationError(
        f"{region!r} is no AWS region{hint or ', whose names look like eu-west-1'} "
        "(for another service that speaks the protocol, give its endpoint)"
    )


def is_region(region: str) -> bool:
    """Whether a region of AWS can be called so."""
    match = REGION.fullmatch(region)
    return match is not None and match[1] in DIRECTIONS


def partition_of(region: str) -> Partition:
    """The partition that a region belongs to; the commercial one unless its name says otherwise."""
    for partition in PARTITIONS:
        if region.startswith(partition.prefixes):
            return partition
    return COMMERCIAL


def service_origin(service: str, region: str, *, fips: bool = False, dualstack: bool = False) -> str:
    """Where a regional service of AWS answers: ``https://ec2.eu-west-1.amazonaws.com``.

    Args:
        service: ``"ec2"`` or ``"s3"``.
        region: The region.
        fips: Its endpoint with FIPS 140 cryptography.
        dualstack: Its endpoint with IPv6.

    Raises:
        ConfigurationError: This is no region of AWS, or its partition has no such endpoint.
    """
    partition = partition_of(check_region(region))
    if fips and partition.id not in {"aws", "aws-us-gov"}:
        raise ConfigurationError(
            f"use_fips_endpoint is set, and the region {region} has no such endpoints; leave it out"
        )
    if dualstack and partition.id not in {"aws", "aws-us-gov", "aws-cn"}:
        raise ConfigurationError(
            f"use_dualstack_endpoint is set, and the region {region} has no such endpoints; leave it out"
        )
    name, suffix = f"{service}-fips" if fips else service, partition.dns_suffix
    if service == "s3":
        return f"https://{name}.{'dualstack.' if dualstack else ''}{region}.{suffix}"
    if dualstack:
        suffix = "api.amazonwebservices.com.cn" if partition.id == "aws-cn" else "api.aws"
    elif partition.id == "aws-us-gov":
        name = service  # all of EC2 is validated there
    return f"https://{name}.{region}.{suffix}"


def place_of(service: str, region: str, endpoint: str | None, *, fips: bool = False, dualstack: bool = False) -> Place:
    """Where requests to a service go.

    Args:
        service: ``"ec2"`` or ``"s3"``.
        region: Checked against the names of AWS, in either case, unless there is a custom endpoint.
        endpoint: A custom endpoint's URL, or None.
        fips: As for ``service_origin``, like the next one.
        dualstack: Not for a custom endpoint.

    Raises:
        ConfigurationError: Region or endpoint cannot be right.
    """
    if endpoint is None:
        region = region.lower()
        return Place(region=region, origin=service_origin(service, region, fips=fips, dualstack=dualstack))
    if fips or dualstack:
        setting = "use_fips_endpoint" if fips else "use_dualstack_endpoint"
        raise ConfigurationError(f"{setting} is set, and a custom endpoint too; leave one of the two out")
    if not ANY_NAME.fullmatch(region):
        raise ConfigurationError(f"the region {region!r} holds characters that no region's name has")
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(f"the endpoint is no URL: {error}") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(
            f"the endpoint {_shown(endpoint)!r} is not of the form https://host or http://host:port"
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise ConfigurationError("the endpoint may hold a host, a port and a path, but no user, query or fragment")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    origin = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    return Place(region=region, origin=origin, path=parts.path.rstrip("/"))


def _shown(endpoint: str) -> str:
    """What of a wrong endpoint can be shown: passwords stand before an ``@``, signatures in the query."""
    return endpoint.rpartition("@")[2].partition("?")[0]
