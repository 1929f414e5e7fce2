"""Long listings: whatever their records look like, the result is that of the ordinary decoder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cumuli.errors import MalformedResponse
from cumuli.wire import xml_shapes
from cumuli.wire.xml import _children_of, _read, decode
from cumuli.wire.xml_shapes import LONG, OFTEN, TRIES, read_listing


@pytest.fixture(params=[OFTEN, 1], ids=["cut", "matched"], autouse=True, scope="module")
def often(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every promise holds whether records are cut, or found by the pattern of a shape that comes often."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_shapes, "OFTEN", request.param)
        yield


class Tag(msgspec.Struct, rename="camel"):
    key: str = ""
    value: str = ""


class Inner(msgspec.Struct, rename="camel"):
    the_text: str | None = None
    size: int | None = None


class Thing(msgspec.Struct, rename="camel"):
    thing_id: str
    size: int | None = None
    ratio: float | None = None
    enabled: bool | None = None
    created_at: dt.datetime | None = None
    note: str | None = None
    inner: Inner | None = None
    tag_set: list[Tag] = []
    names: list[str] = []
    numbers: tuple[int, ...] = ()


class Wrapped(msgspec.Struct, rename="camel"):
    """A list in an element of its own, as EC2 has them."""

    owner: str | None = None
    thing_set: list[Thing] = []
    next_token: str | None = None


class Repeated(msgspec.Struct, rename="camel"):
    """A list whose items stand in the root, as S3 has them."""

    owner: str | None = None
    item: list[Thing] = []
    next_token: str | None = None


PAD = " " * LONG
Outcome = tuple[str, object]


def wrapped(records: str, *, head: str = "<owner>me</owner>", tail: str = "<nextToken>more</nextToken>") -> bytes:
    return f"<Answer>{head}<thingSet>{records}</thingSet>{tail}{PAD}</Answer>".encode()


def repeated(records: str, *, head: str = "<owner>me</owner>", tail: str = "<nextToken>more</nextToken>") -> bytes:
    return f"<Answer>{head}{records}{tail}{PAD}</Answer>".encode()


STYLES: list[Any] = [
    pytest.param(wrapped, Wrapped, "item", id="wrapped"),
    pytest.param(repeated, Repeated, None, id="repeated"),
]


def outcome(document: bytes, kind: type[Any], item: str | None) -> Outcome:
    try:
        return "value", repr(decode(document, kind, root="Answer", item=item))
    except MalformedResponse as error:
        return "error", error.message


def judge(document: bytes, kind: type[Any], item: str | None) -> Outcome:
    """The result, when it is what the ordinary decoder gives: documents with a comment before the root go there."""
    ordinary = outcome(b"<!---->" + document, kind, item)
    assert outcome(document, kind, item) == ordinary
    return ordinary


def reads(document: bytes, kind: type[Any], item: str | None) -> int | None:
    """How often the ordinary decoder was needed; None where it has to read the whole document."""
    count = 0

    def counted(*arguments: Any, **flags: Any) -> dict[str, Any]:
        nonlocal count
        count += 1
        return _read(*arguments, **flags)

    children = _children_of(kind, item)  # type: ignore[arg-type]  # mypy doubts that classes are hashable
    found = read_listing(document, children, "Answer", counted)
    return None if found is None else count


def record(inside: str = "") -> str:
    return f"<item>\n <thingId>a</thingId>{inside}\n</item>"


@pytest.mark.parametrize(("document", "kind", "item"), STYLES)
def test_a_shape_is_learned_once(document: Callable[..., bytes], kind: type[Any], item: str | None) -> None:
    tag = "<key>k</key><value>{0}</value>"
    tags = f"<tagSet><item>{tag}</item></tagSet>" if item else f"<tagSet>{tag}</tagSet>"
    full = "<size>{0}</size><note>n&quot;{0}\\&amp;lt;✓</note>" + tags
    body = document("".join(record(full.format(n)) + record(f"<note>{n}</note>") for n in range(200)))
    # Two shapes, and the document without the records.
    assert reads(body, kind, item) == 3
    found = decode(body, kind, root="Answer", item=item)
    things = found.thing_set if item else found.item
    assert [thing.size for thing in things[::2]] == list(range(200))
    assert things[2].note == 'n"1\\&lt;✓'
    assert things[0].tag_set == [Tag(key="k", value="0")]
    assert (found.owner, found.next_token) == ("me", "more")
    judge(body, kind, item)


def test_texts_that_stand_in_another_order_than_their_fields() -> None:
    body = repeated("".join(record(f"<names>a{n}</names><note>b{n}</note><names>c{n}</names>") for n in range(50)))
    assert reads(body, Repeated, None) == 2
    things = decode(body, Repeated, root="Answer", item=None).item
    assert [(thing.names, thing.note) for thing in things] == [([f"a{n}", f"c{n}"], f"b{n}") for n in range(50)]


@pytest.mark.parametrize(("document", "kind", "item"), STYLES)
@pytest.mark.parametrize(
    "odd",
    [
        "<note>two\nlines</note>",
        "<note>tab\t</note>",
        "<note>a > b</note>",
        "<note>&#10;</note>",
        "<note><![CDATA[<item>]]></note>",
        "<note><!-- <b> --></note>",
        "<note>a<b/>c</note>",
        "<note kind='x>y'>z</note>",
        "<note >z</note >",
        "<size> 12 </size>",
        "<size></size>",
        "<size/>",
        "<enabled>\n</enabled>",
        "<size>1</size><size>2</size>",
        "<other><item>1</item></other>",
        "<?php x ?>",
    ],
)
def test_one_odd_record_does_not_send_all_of_them_elsewhere(
    document: Callable[..., bytes], kind: type[Any], item: str | None, odd: str
) -> None:
    body = document(record("<size>7</size>") * 3 + record(odd) * 2 + record("<size>8</size>") * 20)
    assert judge(body, kind, item)[0] == "value"
    count = reads(body, kind, item)
    assert count is not None
    assert count <= 6


@pytest.mark.parametrize(("document", "kind", "item"), STYLES)
@pytest.mark.parametrize(
    "odd",
    [
        record("<size>many</size>"),
        record("<createdAt>yesterday</createdAt>"),
        record("<note>\x01</note>"),
        record("<size>7</size><unread>\x1f</unread>"),
        record("<unread>\ufffe</unread>"),
        record("<unread>&nosuch;</unread>"),
        record("<unread>]]></unread>"),
        record("<unread>1</other>"),
        record("<unread>"),
        record("</unread>"),
        record("<a>x>/a<"),
        record("<!-- "),
        record("<![CDATA["),
        record("<unread><b</unread>"),
        record("<size>7</size><unread<2</unread>"),
        record("<b:size>5</b:size>") * 2 + record("<unread xmlns:b='c'/>"),
        "<owner>between</owner>",
        "<item></item>",
        "<item><thingId>1</thingId>",
        "</item>",
        "</thingSet><thingSet>",
        "<thingSet>",
        "</Answer><Answer>",
        "<",
        "&",
    ],
)
def test_what_is_wrong_is_told_as_always(
    document: Callable[..., bytes], kind: type[Any], item: str | None, odd: str
) -> None:
    for place in (0, 1, 25, 49, 50):
        records = [record("<size>7</size><unread>1</unread>")] * 50
        records.insert(place, odd)
        judge(document("".join(records)), kind, item)


@pytest.mark.parametrize(("document", "kind", "item"), STYLES)
def test_bytes_that_are_no_text_are_refused(document: Callable[..., bytes], kind: type[Any], item: str | None) -> None:
    body = document(record("<note>1</note><unread>2</unread>") * 50)
    for good in (b">1<", b">2<"):
        for bad in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbf\xbf", b"\x00", b"\x0b", b"\xe2\x82"):
            pieces = body.split(good)
            broken = good.join(pieces[:25]) + b">" + bad + b"<" + good.join(pieces[25:])
            assert judge(broken, kind, item)[0] == "error"


@pytest.mark.parametrize(("document", "kind", "item"), STYLES)
@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ("", ""),
        ("<item><size>1</size><thingId>first</thingId></item>", ""),
        ("<item/>", ""),
        ("<item>text<thingId>first</thingId></item>", ""),
        ("", "<item><size>1</size><thingId>last</thingId></item>"),
        ("", "<thingSet><item><thingId>other</thingId></item></thingSet>"),
        ("", "<thingSet x=''><item><thingId>other</thingId></item></thingSet>"),
        ("<thingSet/>", ""),
        ("<unread>", "</unread>"),
        ("<unread x='/>'>", "</unread>"),
        ("<unread x='>'/>", ""),
        ("<owner>a", "</owner>"),
        ("<!-- <thingSet><item><thingId> -->", ""),
        ("<nextToken>1</nextToken>", "<nextToken>2</nextToken><nextToken>3</nextToken>"),
        ("<a:owner xmlns:a='b'>you</a:owner>", ""),
        ("", "<unread"),
        ("", "</owner>"),
    ],
)
def test_what_stands_around_the_records(
    document: Callable[..., bytes], kind: type[Any], item: str | None, head: str, tail: str
) -> None:
    judge(document(record("<size>7</size>") * 40, head=head, tail=tail), kind, item)


@pytest.mark.parametrize(
    "beginning",
    [
        '<?xml version="1.0" encoding="UTF-8"?>\n<Answer xmlns="http://x/">',
        "<?xml version='1.0'?><Answer>",
        '<?xml version="1.0" encoding="iso-8859-1"?><Answer>',
        '<?xml version="1.0" encoding="utf-16"?><Answer>',
        "\ufeff<Answer>",
        "\n<Answer>",
        '\n<?xml version="1.0"?><Answer>',
        "<!DOCTYPE Answer><Answer>",
        '<Answer x="1">',
        '<Answer x=">">',
        '<Answer x="/>">',
        "<Answer/>",
        "<Other>",
    ],
)
def test_how_a_document_may_begin(beginning: str) -> None:
    plain = wrapped(record("<note>é</note>") * 40).removeprefix(b"<Answer>")
    body = beginning.encode() + plain
    # A comment after the root sends this one to the ordinary decoder.
    ordinary = outcome(body.replace(b"<owner>", b"<!----><owner>"), Wrapped, "item")
    assert outcome(body, Wrapped, "item") == ordinary


def test_another_encoding_is_honoured() -> None:
    text = '<?xml version="1.0" encoding="iso-8859-1"?>' + wrapped(record("<note>é</note>") * 40).decode()
    assert decode(text.encode("iso-8859-1"), Wrapped, root="Answer").thing_set[0].note == "é"


def test_a_listing_without_any_likeness_is_left_to_the_ordinary_decoder() -> None:
    body = wrapped("".join(record("<size>1</size>" * n) for n in range(3 * TRIES)))
    assert reads(body, Wrapped, "item") is None
    judge(body, Wrapped, "item")


def test_short_documents_are_not_searched() -> None:
    short = wrapped(record() * 10).replace(PAD.encode(), b"")
    assert reads(short, Wrapped, "item") is None


def test_a_list_that_comes_again_goes_on() -> None:
    for records in (record() * 40, record("<size>1</size>")):
        body = wrapped(f"{records}</thingSet><owner>you</owner><thingSet>{records}")
        assert judge(body, Wrapped, "item")[0] == "value"
        found = decode(body, Wrapped, root="Answer")
        assert (len(found.thing_set), found.owner) == (2 * records.count("<item>"), "you")
    tags = "<tagSet><item><key>a</key></item></tagSet>"
    body = wrapped(record(tags * 2) * 40)
    assert judge(body, Wrapped, "item")[0] == "value"
    assert [thing.tag_set for thing in decode(body, Wrapped, root="Answer").thing_set] == [[Tag("a"), Tag("a")]] * 40


NUMBERS = [
    "",
    " ",
    "1",
    " 1",
    "1 ",
    "+1",
    "-0",
    "007",
    "1.0",
    "1e3",
    "0x1",
    "1_0",
    "nan",
    "inf",
    "9" * 20,
    "1700000000",
]
WORDS = ["true", "True", "0", "null", "Null", "none", "2024-02-29T01:02:03Z", "2024-02-29 01:02:03", "é", "\U0001f600"]
JSON = ["#1#", "%b", "%", "\\", '"', "\\u0041", "{}"]
XML = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&amp;lt;", "&#65;", "&", "<", ">", "]]>", "]]&gt;"]
CHARACTERS = ["\x7f", "\x85", "\ufffe", "\r", "\r\n", "\t", "\n", "\x01"]
VALUES = st.one_of(st.sampled_from([*NUMBERS, *WORDS, *JSON, *XML, *CHARACTERS]), st.text(max_size=4))
NAMES = st.sampled_from(
    ["thingId", "size", "ratio", "enabled", "createdAt", "note", "inner", "tagSet", "names", "numbers", "item",
     "theText", "key", "value", "unread", "thingSet", "nextToken", "ODD-name", "a:b"]
)  # fmt: skip


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    name = draw(NAMES)
    style = draw(st.integers(0, 9))
    if style == 0:
        return f"<{name}/>"
    if style == 1:
        return f"<!-- {name} -->"
    inside = "".join(draw(st.lists(elements(depth - 1), max_size=3))) if depth and style < 6 else draw(VALUES)
    end = draw(NAMES) if style == 2 else name
    return f"<{name}>{inside}</{end}>{draw(st.sampled_from(['', ' ', 'x']))}"


@st.composite
def listings(draw: st.DrawFn) -> str:
    """Records of a few shapes, in any order, with values drawn for the places of each."""
    shapes = draw(st.lists(st.lists(st.one_of(elements(), NAMES), max_size=5), min_size=1, max_size=3))
    made: list[str] = []
    for _ in range(draw(st.integers(1, 8))):
        parts = [
            part if part.startswith("<") else f"<{part}>{draw(VALUES)}</{part}>"
            for part in draw(st.sampled_from(shapes))
        ]
        made.append(record("".join(parts)))
    return "".join(made)


@settings(max_examples=100, deadline=None)
@given(records=listings(), head=st.one_of(st.just(""), elements()), tail=st.one_of(st.just(""), elements()))
@pytest.mark.parametrize(("document", "kind", "item"), STYLES)
def test_any_listing_is_what_the_ordinary_decoder_makes_of_it(
    document: Callable[..., bytes], kind: type[Any], item: str | None, records: str, head: str, tail: str
) -> None:
    assert judge(document(records, head=head, tail=tail), kind, item)


@settings(max_examples=100, deadline=None)
@given(
    field=st.sampled_from(["size", "ratio", "enabled", "createdAt", "note", "inner", "names", "numbers"]),
    values=st.lists(VALUES, min_size=2, max_size=8),
)
@pytest.mark.parametrize(("document", "kind", "item"), STYLES)
def test_any_value_of_a_known_shape(
    document: Callable[..., bytes], kind: type[Any], item: str | None, field: str, values: list[str]
) -> None:
    wraps = {"names": "<item>{}</item>", "numbers": "<item>{}</item>", "inner": "<size>{}</size>"}.get(field, "{}")
    records = [record(f"<note>{n}</note><{field}>{wraps.format(value)}</{field}>") for n, value in enumerate(values)]
    judge(document("".join(records)), kind, item)
