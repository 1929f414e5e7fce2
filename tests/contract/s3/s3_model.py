"""AWS's own description of S3, as botocore ships it, as the judge of requests and of what is read of answers."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote

import botocore.session
from msgspec import inspect

from cumuli.runtime.messages import Request

__all__ = ["S3Model"]

# What signing and HTTP need, whatever the operation.
COMMON = {"authorization", "x-amz-date", "x-amz-content-sha256", "content-type"}
SCALARS: dict[type, set[str]] = {
    inspect.StrType: {"string"},
    inspect.IntType: {"integer", "long"},
    inspect.BoolType: {"boolean"},
    inspect.DateTimeType: {"timestamp"},
}


class S3Model:
    """The REST-XML protocol's view of the service model."""

    def __init__(self) -> None:
        self.service = botocore.session.get_session().get_service_model("s3")

    # Requests

    def problems_of_request(self, request: Request, base: str = "") -> list[str]:
        """What AWS would refuse in a path-addressed request, and what it would silently ignore."""
        name = request.operation
        if name not in self.service.operation_names:
            return [f"there is no operation {name!r}"]
        operation = self.service.operation_model(name)
        return [f"{name}: {problem}" for problem in self._problems(operation, request, base)]

    def _problems(self, operation: Any, request: Request, base: str) -> Iterator[str]:
        path, _, query = request.target.removeprefix(base).partition("?")
        template, _, fixed = operation.http["requestUri"].partition("?")
        if request.method != operation.http["method"]:
            yield f"the method is {operation.http['method']}, not {request.method}"
        shape = operation.input_shape
        members = dict(shape.members) if shape is not None else {}
        given: dict[str, Any] = {}
        pattern = re.escape(template).replace(r"\{Bucket\}", "(?P<Bucket>[^/]+)").replace(r"\{Key\+\}", "(?P<Key>.+)")
        match = re.fullmatch(pattern, path or "/")
        if match is None:
            yield f"the path {path} does not fit {template}"
        else:
            given.update({key: unquote(value) for key, value in match.groupdict().items()})
        yield from self._query(members, given, query, fixed)
        yield from self._headers(operation, members, given, request)
        yield from self._body(operation, members, given, request)
        for required in shape.required_members if shape is not None else ():
            if required not in given:
                yield f"lacks {required}, which is required"

    @staticmethod
    def _query(members: dict[str, Any], given: dict[str, Any], query: str, fixed: str) -> Iterator[str]:
        pairs = parse_qsl(query, keep_blank_values=True)
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            yield f"a parameter is sent twice: {names}"
        constant = parse_qsl(fixed, keep_blank_values=True)
        by_name = {
            inner.serialization["name"]: member
            for member, inner in members.items()
            if inner.serialization.get("location") == "querystring"
        }
        for pair in constant:
            if pair not in pairs:
                yield f"lacks {pair[0]} in the query"
        for name, value in pairs:
            if (name, value) in constant:
                continue
            if name not in by_name:
                yield f"has no parameter {name}; it has {', '.join(sorted(by_name))}"
                continue
            given[by_name[name]] = value
            yield from _wrong_scalar(members[by_name[name]], value, name)

    @staticmethod
    def _headers(operation: Any, members: dict[str, Any], given: dict[str, Any], request: Request) -> Iterator[str]:
        by_name = {
            inner.serialization["name"].lower(): member
            for member, inner in members.items()
            if inner.serialization.get("location") == "header"
        }
        prefixes = {
            inner.serialization["name"].lower(): member
            for member, inner in members.items()
            if inner.serialization.get("location") == "headers"
        }
        names = [name.lower() for name, _ in request.headers]
        if len(set(names)) != len(names):
            yield f"a header is sent twice: {names}"
        for header, value in request.headers:
            name = header.lower()
            if name in by_name:
                given[by_name[name]] = value
                yield from _wrong_scalar(members[by_name[name]], value, name)
            elif name == "content-md5" and operation.http_checksum.get("requestChecksumRequired"):
                pass  # gone from the model, and still what AWS's documentation asks for
            elif not name.startswith(tuple(prefixes)) and name not in COMMON:
                yield f"knows no header {header}"
        if operation.http_checksum.get("requestChecksumRequired") and not any(
            name == "content-md5" or name.startswith("x-amz-checksum-") for name in names
        ):
            yield "needs a checksum of its body"

    @staticmethod
    def _body(operation: Any, members: dict[str, Any], given: dict[str, Any], request: Request) -> Iterator[str]:
        payload = operation.input_shape.serialization.get("payload") if operation.input_shape is not None else None
        if not request.body:
            return
        if payload is None:
            yield "takes no body"
            return
        given[payload] = request.body
        shape = members[payload]
        if shape.type_name != "structure":
            return
        assert isinstance(request.body, bytes)
        root = ET.fromstring(request.body)
        due = shape.serialization.get("name", payload)
        if _local(root) != due:
            yield f"the document is <{_local(root)}>, not <{due}>"
        if not root.tag.startswith("{http://s3.amazonaws.com/doc/2006-03-01/}"):
            yield f"the document's namespace is not S3's: {root.tag}"
        yield from _wrong(shape, root, due)

    # Answers

    def problems_of_answer(self, struct: type, operation: str) -> list[str]:
        """Fields of an answer's Struct that the operation's answer does not have, or not of that type."""
        shape = self.service.operation_model(operation).output_shape
        payload = shape.serialization.get("payload")
        if payload is not None:
            shape = shape.members[payload]
        return list(_unread(inspect.type_info(struct), shape, struct.__name__))

    def answers(self, struct: type, operation: str) -> dict[str, str]:
        """Whole answers, with every member once: by ``""`` the one of what the Struct declares, and one for each member
        that it does not declare, with that besides, by the member's path.
        """
        shape = self.service.operation_model(operation).output_shape
        payload = shape.serialization.get("payload")
        if payload is not None:
            shape = shape.members[payload]
        described, root = inspect.type_info(struct), struct.__name__
        return {
            path: f"<{root}>{_sample(shape, described, '', path)}</{root}>"
            for path in ("", *_undeclared(shape, described, ""))
        }

    def knows_header(self, operation: str, header: str) -> bool:
        """Whether an operation's answer has a header."""
        shape = self.service.operation_model(operation).output_shape
        return header.lower() in {
            inner.serialization["name"].lower()
            for inner in shape.members.values()
            if inner.serialization.get("location") == "header"
        }


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2]


def _wrong(shape: Any, element: Any, path: str) -> Iterator[str]:
    """What is wrong with a structure's element."""
    by_name = {
        inner.serialization.get("name", member): (member, inner)
        for member, inner in shape.members.items()
        if inner.serialization.get("location") is None and not inner.serialization.get("xmlAttribute")
    }
    # A flattened list's items are called after the member.
    seen: list[str] = []
    for child in element:
        name = _local(child)
        if name not in by_name:
            yield f"{path} has no <{name}>; it has {', '.join(sorted(by_name))}"
            continue
        member, inner = by_name[name]
        if inner.type_name == "list" and inner.serialization.get("flattened"):
            yield from _wrong_value(inner.member, child, f"{path}.{name}")
        elif name in seen:
            yield f"{path} has <{name}> twice"
        elif inner.type_name == "list":
            item = inner.member.serialization.get("name", "member")
            for each in child:
                if _local(each) != item:
                    yield f"{path}.{name} is a list of <{item}>, not of <{_local(each)}>"
                yield from _wrong_value(inner.member, each, f"{path}.{name}.{item}")
        else:
            yield from _wrong_value(inner, child, f"{path}.{name}")
        seen += [name, member]
    for required in shape.required_members:
        if required not in seen and not shape.members[required].serialization.get("xmlAttribute"):
            yield f"{path} lacks {required}, which is required"


def _wrong_value(shape: Any, element: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        yield from _wrong(shape, element, path)
    elif len(element):
        yield f"{path} is a {shape.type_name}, not a structure"
    else:
        yield from _wrong_scalar(shape, element.text or "", path)


def _wrong_scalar(shape: Any, text: str, path: str) -> Iterator[str]:
    kind = shape.type_name
    if kind in {"integer", "long"} and not text.removeprefix("-").isdigit():
        yield f"{path} is a whole number, not {text!r}"
    if kind == "boolean" and text not in {"true", "false"}:
        yield f"{path} is true or false, not {text!r}"
    allowed = getattr(shape, "enum", None)
    if kind == "string" and allowed and text not in allowed:
        yield f"{path} is {text!r}, none of {allowed[:10]}"
    if kind == "timestamp" and not re.match(r"[A-Z][a-z]{2}, \d\d |\d{4}-\d\d-\d\dT", text):
        yield f"{path} is no time: {text!r}"


def _unread(described: Any, shape: Any, path: str) -> Iterator[str]:
    members = {inner.serialization.get("name", member): inner for member, inner in shape.members.items()}
    for field in described.fields:
        name, where = field.encode_name, f"{path}.{field.encode_name}"
        if name not in members:
            yield f"{where} does not exist; there are {', '.join(sorted(members))}"
        else:
            yield from _unlike(field.type, members[name], where)


def _elements(shape: Any) -> Iterator[tuple[str, Any]]:
    """The elements in a structure's or a list's one, and what they are."""
    if shape.type_name == "list":
        yield shape.member.serialization.get("name", "member"), shape.member
    elif shape.type_name == "structure":
        for member, inner in shape.members.items():
            if inner.serialization.get("location") is None and not inner.serialization.get("xmlAttribute"):
                flattened = inner.type_name == "list" and inner.serialization.get("flattened")
                yield inner.serialization.get("name", member), inner.member if flattened else inner


def _declared(described: Any) -> dict[str, Any]:
    """The types of what a Struct declares, by element; of a list that of its items."""
    described = _bare(described)
    if isinstance(described, inspect.UnionType):
        [described] = [_bare(each) for each in described.types if not isinstance(each, inspect.NoneType)]
    if isinstance(described, inspect.ListType):
        return _declared(described.item_type)
    if not isinstance(described, inspect.StructType):
        return {}
    return {field.encode_name: field.type for field in described.fields}


def _undeclared(shape: Any, described: Any, path: str) -> Iterator[str]:
    declared = _declared(described)
    for name, inner in _elements(shape):
        here = f"{path}.{name}" if path else name
        if name in declared:
            yield from _undeclared(inner, declared[name], here)
        else:
            yield here


def _sample(shape: Any, described: Any, path: str, besides: str) -> str:
    if shape.type_name not in {"structure", "list"}:
        enum = getattr(shape, "enum", None)
        samples = {"integer": "1", "long": "1", "boolean": "true", "timestamp": "2040-01-02T03:04:05Z"}
        return enum[0] if enum else samples.get(shape.type_name, "x")
    declared = _declared(described)
    inside = ""
    for name, inner in _elements(shape):
        here = f"{path}.{name}" if path else name
        if name in declared:
            inside += f"<{name}>{_sample(inner, declared[name], here, besides)}</{name}>"
        elif here == besides:
            inside += f"<{name}/>"
    return inside


def _bare(kind: Any) -> Any:
    """A type without what is said beside it, such as that it is needed."""
    return kind.type if isinstance(kind, inspect.Metadata) else kind


def _unlike(kind: Any, shape: Any, path: str) -> Iterator[str]:
    kind = _bare(kind)
    if isinstance(kind, inspect.UnionType):
        [kind] = [_bare(each) for each in kind.types if not isinstance(each, inspect.NoneType)]
    if isinstance(kind, inspect.StructType) and shape.type_name == "list" and not shape.serialization.get("flattened"):
        # A list's own element, declared as a Struct with the items as its only field.
        [field] = kind.fields
        item = shape.member.serialization.get("name", "member")
        if field.encode_name != item:
            yield f"{path} is a list of <{item}>, not of <{field.encode_name}>"
        yield from _unlike(field.type.item_type, shape.member, f"{path}.{item}")
    elif isinstance(kind, inspect.StructType):
        if shape.type_name != "structure":
            yield f"{path} is a {shape.type_name}, not a structure"
        else:
            yield from _unread(kind, shape, path)
    elif isinstance(kind, inspect.ListType):
        if shape.type_name != "list" or not shape.serialization.get("flattened"):
            yield f"{path} is no flattened list"
        else:
            yield from _unlike(kind.item_type, shape.member, f"{path}[]")
    elif shape.type_name not in SCALARS[type(kind)]:
        yield f"{path} is a {shape.type_name}, not a {type(kind).__name__}"
