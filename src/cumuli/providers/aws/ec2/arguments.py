"""Checks of what callers pass of EC2's own models, before any I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cumuli.compute.arguments import checked_tags
from cumuli.errors import InvalidRequest
from cumuli.providers.aws.ec2.models import (
    Address,
    EC2NodeSpec,
    InternetGateway,
    LaunchTemplate,
    Network,
    NetworkInterface,
    PlacementGroup,
    ReservedNode,
    RouteTable,
    RouteTableAssociation,
    SecurityGroup,
    SpotRequest,
    Subnet,
)

__all__ = ["Filters", "check_interfaces", "checked_filters", "only", "own_id", "own_ids", "tags_beside", "user_data_of"]

# AWS refuses more, before it is put into base64.
MAX_USER_DATA = 16 * 1024

Filters = Mapping[str, str | Sequence[str]]
"""Filters of a listing by AWS's names, each with the values of which one must match; ``*`` and ``?`` are wildcards."""

OwnModel = (
    Address
    | InternetGateway
    | LaunchTemplate
    | Network
    | NetworkInterface
    | PlacementGroup
    | ReservedNode
    | RouteTable
    | RouteTableAssociation
    | SecurityGroup
    | SpotRequest
    | Subnet
)


def own_id(value: OwnModel | str, kind: type[OwnModel]) -> str:
    """The id of one of EC2's own models, or the id itself.

    Raises:
        InvalidRequest: It is empty, or of another kind.
    """
    found = value if isinstance(value, str) else value.id if isinstance(value, kind) else None
    if found:
        return found
    if found is None:
        raise InvalidRequest(f"this call takes a {kind.__name__} or its id, not a {type(value).__name__}")
    raise InvalidRequest(f"the id of a {kind.__name__} is empty")


def own_ids(values: Sequence[OwnModel | str], kind: type[OwnModel]) -> list[str]:
    """The ids of several, without repetitions, in order.

    Raises:
        InvalidRequest: As for ``own_id``, or a single text where a list was due.
    """
    if isinstance(values, str):
        raise InvalidRequest(f"give a list of {kind.__name__} ids, not the single text {values!r}")
    return list(dict.fromkeys(own_id(value, kind) for value in values))


def checked_filters(filters: Filters | None) -> dict[str, list[str]]:
    """The values of each filter.

    Raises:
        InvalidRequest: A filter has no name or no values.
    """
    checked = {name: [values] if isinstance(values, str) else list(values) for name, values in (filters or {}).items()}
    for name, values in checked.items():
        if not name or not values:
            raise InvalidRequest(
                f"the filter {name!r} needs a name and at least one value, as in {{'vpc-id': 'vpc-1'}}"
            )
    return checked


def check_interfaces(spec: EC2NodeSpec) -> None:
    """See that what interfaces say of themselves is not said of the node as well.

    Raises:
        InvalidRequest: It is.
    """
    said = {
        "subnet": spec.subnet,
        "security groups": spec.security_groups,
        "public address": spec.assign_public_ip is not None,
        "private address": spec.private_ip,
        "IPv6 addresses": spec.ipv6_addresses or spec.ipv6_address_count,
    }
    twice = [what for what, value in said.items() if value]
    if spec.interfaces and twice:
        raise InvalidRequest(f"each of the network interfaces says its own {twice[0]}; leave it out of the node")


def user_data_of(given: str | bytes) -> bytes:
    """User data as bytes.

    Raises:
        InvalidRequest: It is too long.
    """
    data = given.encode() if isinstance(given, str) else given
    if len(data) > MAX_USER_DATA:
        raise InvalidRequest(f"the user data has {len(data)} bytes; EC2 takes at most {MAX_USER_DATA}")
    return data


def only(values: Mapping[str, object], what: str) -> dict[str, object]:
    """The one value that is given of several that may be.

    Raises:
        InvalidRequest: None of them is given, or more than one.
    """
    given = {name: value for name, value in values.items() if value is not None}
    if len(given) != 1:
        raise InvalidRequest(f"{len(given)} {what} are given; EC2 takes exactly one in each call")
    return given


def tags_beside(name: str | None, tags: Mapping[str, str] | None) -> dict[str, str]:
    """The tags, if none of them contradicts the name.

    Raises:
        InvalidRequest: One does, or is none.
    """
    checked = checked_tags(tags)
    if name is not None and checked.get("Name", name) != name:
        raise InvalidRequest(f"the tag Name is the display name, which is {name!r}: leave it out of the tags")
    return checked
