"""AWS's own description of an API, as botocore ships it, as the judge of requests and of what is read of answers."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import botocore.session
from msgspec import inspect

__all__ = ["EC2Model"]

Tree = dict[str, Any]

# Members of which the model says less than AWS's documentation.
BASE64_TEXT = {("RunInstancesRequest", "UserData")}
LIMIT = re.compile(r"up to a limit of (\d+)")
TIME_TEXT = {("Image", "CreationDate"), ("Image", "DeprecationTime")}


class EC2Model:
    """The EC2 protocol's view of a service model."""

    def __init__(self) -> None:
        self.service = botocore.session.get_session().get_service_model("ec2")

    # Requests

    def problems_of_request(self, body: bytes) -> list[str]:
        """What AWS would refuse in a request, and what it would silently ignore."""
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            return [f"a parameter is sent twice: {names}"]
        values = dict(pairs)
        action = values.pop("Action", "")
        if values.pop("Version", None) != self.service.api_version:
            return [f"{action}: the version is not {self.service.api_version}"]
        if action not in self.service.operation_names:
            return [f"there is no operation {action!r}"]
        shape = self.service.operation_model(action).input_shape
        if shape is None:
            return [f"{action} takes no parameters"] if values else []
        problems = list(_wrong(shape, _tree(values), action))
        missing = [member for member in _idempotency_tokens(shape) if member not in values]
        return problems + [f"{action} is sent without {member}" for member in missing]

    # Answers

    def problems_of_answer(self, struct: type) -> list[str]:
        """Fields of an answer's Struct that the operation's answer does not have, or not of that type."""
        action = struct.__name__.removesuffix("Response")
        if action not in self.service.operation_names:
            return [f"there is no operation {action!r}"]
        shape = self.service.operation_model(action).output_shape
        described = inspect.type_info(struct)
        if shape is None:
            return [f"{action} answers nothing"] if described.fields else []
        return list(_unread(described, shape, action))

    def answer(self, action: str, *, next_token: bool) -> bytes:
        """A whole answer of an operation's: every member once, lists with one item."""
        shape = self.service.operation_model(action).output_shape
        inside = "" if shape is None else _sample_members(shape, (), next_token=next_token)
        namespace = f"http://ec2.amazonaws.com/doc/{self.service.api_version}/"
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<{action}Response xmlns="{namespace}">\n'
            f"  <requestId>00000000-0000-4000-8000-000000000000</requestId>\n{inside}</{action}Response>"
        ).encode()


def _tree(values: Mapping[str, str]) -> Tree:
    root: Tree = {}
    for name, value in values.items():
        *parents, last = name.split(".")
        node = root
        for parent in parents:
            node = node.setdefault(parent, {})
            assert isinstance(node, dict), f"{name} is both a value and a structure"
        assert last not in node, f"{name} is both a value and a structure"
        node[last] = value
    return root


def _request_name(member: str, shape: Any) -> str:
    """The name of a member in a request: its query name, or its location name with a capital, or its own."""
    serialization = shape.serialization
    if "queryName" in serialization:
        return serialization["queryName"]
    if "name" in serialization:
        name: str = serialization["name"]
        return name[0].upper() + name[1:]
    return member


def _answer_name(member: str, shape: Any) -> str:
    return shape.serialization.get("name", member)


def _idempotency_tokens(shape: Any) -> Iterator[str]:
    for member, inner in shape.members.items():
        if inner.metadata.get("idempotencyToken"):
            yield _request_name(member, inner)


def _wrong(shape: Any, given: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        if not isinstance(given, dict):
            yield f"{path} is a structure, not {given!r}"
            return
        members = {_request_name(member, inner): (member, inner) for member, inner in shape.members.items()}
        for name, value in given.items():
            if name not in members:
                yield f"{path} has no member {name}; it has {', '.join(sorted(members))}"
                continue
            member, inner = members[name]
            yield from _wrong(inner, value, f"{path}.{name}")
            if (shape.name, member) in BASE64_TEXT and not _is_base64(value):
                yield f"{path}.{name} is not base64"
        wire_names = {member: name for name, (member, _) in members.items()}
        for member in shape.required_members:
            if wire_names[member] not in given:
                yield f"{path} lacks {wire_names[member]}, which is required"
    elif shape.type_name == "list":
        if not isinstance(given, dict) or list(given) != [str(number) for number in range(1, len(given) + 1)]:
            yield f"{path} is a list, to be numbered from 1, not {given!r}"
            return
        for number, value in given.items():
            yield from _wrong(shape.member, value, f"{path}.{number}")
    elif not isinstance(given, str):
        yield f"{path} is a {shape.type_name}, not {given!r}"
    else:
        yield from _wrong_scalar(shape, given, path)


def _wrong_scalar(shape: Any, text: str, path: str) -> Iterator[str]:
    kind = shape.type_name
    if kind in {"integer", "long"}:
        if not text.removeprefix("-").isdigit():
            yield f"{path} is a whole number, not {text!r}"
        elif not _within(shape, int(text)):
            yield f"{path} is {text}, not between {shape.metadata}"
        elif (limit := LIMIT.search(shape.documentation)) and int(text) > int(limit[1]):
            yield f"{path} is {text}, above the limit of {limit[1]}"
    elif kind == "boolean":
        if text not in {"true", "false"}:
            yield f"{path} is true or false, not {text!r}"
    elif kind == "blob":
        if not _is_base64(text):
            yield f"{path} is not base64"
    elif kind == "timestamp":
        if dt.datetime.fromisoformat(text).tzinfo is None:
            yield f"{path} has no time zone"
    elif kind == "string":
        yield from _wrong_text(shape, text, path)
    else:
        yield f"{path} is a {kind}, which this test does not know"


def _wrong_text(shape: Any, text: str, path: str) -> Iterator[str]:
    allowed = getattr(shape, "enum", None)
    if allowed and text not in allowed:
        yield f"{path} is {text!r}, none of {allowed[:10]}"
    if not _within(shape, len(text)):
        yield f"{path} has {len(text)} characters, not between {shape.metadata}"


def _within(shape: Any, figure: int) -> bool:
    limits = shape.metadata
    return bool(limits.get("min", figure) <= figure <= limits.get("max", figure))


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        return False
    return bool(text)


SCALARS: dict[type, set[str]] = {
    inspect.StrType: {"string"},
    inspect.IntType: {"integer", "long"},
    inspect.FloatType: {"float", "double"},
    inspect.BoolType: {"boolean"},
    inspect.DateTimeType: {"timestamp"},
}


def _unread(described: Any, shape: Any, path: str) -> Iterator[str]:
    """Fields of a described Struct that a structure of the model does not have."""
    members = {_answer_name(member, inner): (member, inner) for member, inner in shape.members.items()}
    for field in described.fields:
        name, where = field.encode_name, f"{path}.{field.encode_name}"
        if name not in members:
            yield f"{where} does not exist; there are {', '.join(sorted(members))}"
            continue
        member, inner = members[name]
        if (shape.name, member) not in TIME_TEXT:
            yield from _unlike(field.type, inner, where)


def _bare(kind: Any) -> Any:
    """A type without what is said beside it, such as that it is needed."""
    return kind.type if isinstance(kind, inspect.Metadata) else kind


def _unlike(kind: Any, shape: Any, path: str) -> Iterator[str]:
    item = (getattr(kind, "extra", None) or {}).get("item", "item")
    kind = _bare(kind)
    if isinstance(kind, inspect.UnionType):
        [kind] = [_bare(each) for each in kind.types if not isinstance(each, inspect.NoneType)]
    if isinstance(kind, inspect.StructType):
        if shape.type_name != "structure":
            yield f"{path} is a {shape.type_name}, not a structure"
        else:
            yield from _unread(kind, shape, path)
    elif isinstance(kind, inspect.ListType):
        if shape.type_name != "list":
            yield f"{path} is a {shape.type_name}, not a list"
        elif shape.member.serialization.get("name") != item:
            yield f"{path} is a list of <{shape.member.serialization.get('name')}>, not of <{item}>"
        else:
            yield from _unlike(kind.item_type, shape.member, f"{path}[]")
    elif shape.type_name not in SCALARS[type(kind)]:
        yield f"{path} is a {shape.type_name}, not a {type(kind).__name__}"


# Where the model's type alone does not make a sensible value.
SAMPLES = {
    ("Image", "CreationDate"): "2024-02-29T01:02:03.000Z",
    ("Image", "DeprecationTime"): "2026-02-28T01:02:03.000Z",
    ("InstanceState", "Name"): "running",
    ("AvailabilityZone", "ZoneType"): "availability-zone",
    ("VolumeAttachment", "State"): "attached",
    ("GetConsoleOutputResult", "Output"): base64.b64encode("ünïcode".encode()).decode(),
    ("ResponseError", "Code"): "launchTemplateVersionDoesNotExist",
    ("Instance", "PublicIpAddress"): "198.51.100.7",
    ("Instance", "PrivateIpAddress"): "10.0.0.7",
}


def _sample_members(shape: Any, above: tuple[str, ...], *, next_token: bool) -> str:
    parts: list[str] = []
    for member, inner in shape.members.items():
        name = _answer_name(member, inner)
        if member == "NextToken":
            parts.append(f"<{name}>{'more' if next_token else ''}</{name}>")
        elif (shape.name, member) in SAMPLES:
            parts.append(f"<{name}>{escape(SAMPLES[shape.name, member])}</{name}>")
        else:
            parts.append(f"<{name}>{_sample(inner, above)}</{name}>\n")
    return "".join(parts)


def _sample(shape: Any, above: tuple[str, ...]) -> str:
    kind = shape.type_name
    if kind == "structure":
        return "" if shape.name in above else _sample_members(shape, (*above, shape.name), next_token=False)
    if kind == "list":
        name = shape.member.serialization.get("name", "member")
        return f"<{name}>{_sample(shape.member, above)}</{name}>"
    allowed = getattr(shape, "enum", None)
    samples = {
        "string": allowed[0] if allowed else "text",
        "integer": "7",
        "long": "7",
        "float": "0.5",
        "double": "0.5",
        "boolean": "true",
        "timestamp": "2024-02-29T01:02:03.000Z",
        "blob": "dGV4dA==",
    }
    return samples[kind]
