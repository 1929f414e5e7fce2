"""The XML decoder: what is read, what is skipped, and what is refused."""

from __future__ import annotations

import datetime as dt
import gc
from contextlib import suppress
from xml.sax.saxutils import escape

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cumuli.errors import MalformedResponse
from cumuli.wire.xml import decode, decode_untyped, undeclared


class Tag(msgspec.Struct, rename="camel"):
    key: str = ""
    value: str = ""


class Inner(msgspec.Struct, rename="camel"):
    the_text: str | None = None


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


class Answer(msgspec.Struct, rename="camel"):
    thing_set: list[Thing] = []
    next_token: str | None = None
    renamed: str | None = msgspec.field(name="ODD-name", default=None)


def things(inside: str) -> list[Thing]:
    body = f"<Answer><thingSet><item><thingId>1</thingId>{inside}</item></thingSet></Answer>"
    return decode(body.encode(), Answer, root="Answer").thing_set


def thing(inside: str) -> Thing:
    [found] = things(inside)
    return found


def test_values_are_read_as_they_are_declared() -> None:
    found = thing(
        "<size>12</size><ratio>0.5</ratio><enabled>true</enabled><createdAt>2024-02-29T01:02:03.000Z</createdAt>"
        "<note>a &amp; b &lt;c&gt; &#x2713;</note><inner><theText>x</theText></inner>"
        "<tagSet><item><key>k</key><value>v</value></item><item><key>l</key><value/></item></tagSet>"
        "<names><item>one</item><item>two</item></names><numbers><item>1</item><item>2</item></numbers>"
    )
    assert found == Thing(
        thing_id="1",
        size=12,
        ratio=0.5,
        enabled=True,
        created_at=dt.datetime(2024, 2, 29, 1, 2, 3, tzinfo=dt.UTC),
        note="a & b <c> ✓",
        inner=Inner(the_text="x"),
        tag_set=[Tag("k", "v"), Tag("l", "")],
        names=["one", "two"],
        numbers=(1, 2),
    )


@pytest.mark.parametrize("inside", ["", "<{0}/>", "<{0}></{0}>", "<{0}> \n </{0}>"])
@pytest.mark.parametrize("field", ["size", "ratio", "enabled", "createdAt", "inner", "tagSet", "names", "numbers"])
def test_what_is_empty_is_missing_unless_it_is_text(field: str, inside: str) -> None:
    assert thing(inside.format(field)) == Thing(thing_id="1")


@pytest.mark.parametrize("text", ["", " ", "\n  ", "null", "0", "  padded  "])
def test_text_stays_exactly_as_it_is(text: str) -> None:
    assert thing(f"<note>{text}</note>").note == text


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("false", False), ("TRUE", True), ("1", True), ("0", False)]
)
def test_booleans(text: str, value: bool) -> None:
    assert thing(f"<enabled> {text}\n</enabled>").enabled is bool(value)


def test_an_empty_item_is_an_item() -> None:
    assert thing("<tagSet><item/></tagSet>").tag_set == [Tag()]
    assert thing("<names><item/></names>").names == [""]


def test_text_in_pieces_is_one_text() -> None:
    long = "ab&amp;" * 50_000
    assert thing(f"<note>{long}</note>").note == "ab&" * 50_000
    assert thing("<note>a<![CDATA[<b>&]]>c<!-- no -->d<?no pi?></note>").note == "a<b>&cd"


def test_what_is_not_declared_is_skipped_however_it_looks() -> None:
    noise = (
        "<unknown><thingId>2</thingId><item><item/></item><size>x</size></unknown><other/>stray"
        "<unknown><unknown><unknown/></unknown></unknown>"
    )
    assert thing(f"{noise}<size>1</size>{noise}") == Thing(thing_id="1", size=1)
    # Elements of the same name, deeper or higher than where they are declared.
    assert thing("<inner><size>5</size></inner>").size is None
    body = "<Answer><size>5</size><thingId>9</thingId><thingSet><other/>x</thingSet></Answer>"
    assert decode(body.encode(), Answer, root="Answer") == Answer()


def test_elements_inside_of_text_do_not_disturb_what_follows() -> None:
    found = thing("<note>a<b><note>c</note></b>d</note><size>3</size>")
    assert found.size == 3


def test_namespaces_and_prefixes_mean_nothing() -> None:
    body = (
        '<n:Answer xmlns:n="http://x/"><n:thingSet><n:item n:a="b"><n:thingId>1</n:thingId></n:item></n:thingSet>'
        "</n:Answer>"
    )
    assert decode(body.encode(), Answer, root="Answer").thing_set == [Thing(thing_id="1")]
    body = '<Answer xmlns="http://x/" xmlns:xsi="http://y/"><nextToken xsi:type="t">n</nextToken></Answer>'
    assert decode(body.encode(), Answer, root="Answer").next_token == "n"


def test_a_list_that_comes_again_goes_on() -> None:
    body = (
        b"<Answer><thingSet><item><thingId>1</thingId><tagSet><item><key>a</key></item></tagSet><size>1</size>"
        b"<inner><theText>old</theText></inner><tagSet/><tagSet><item><key>b</key></item></tagSet><size>2</size>"
        b"<inner><theText>new</theText></inner></item></thingSet><nextToken>n</nextToken>"
        b"<thingSet><item><thingId>2</thingId></item><item><thingId>3</thingId></item></thingSet></Answer>"
    )
    first, *others = decode(body, Answer, root="Answer").thing_set
    assert first == Thing(thing_id="1", size=2, inner=Inner("new"), tag_set=[Tag("a"), Tag("b")])
    assert others == [Thing(thing_id="2"), Thing(thing_id="3")]


def test_encoded_names_are_element_names() -> None:
    assert decode(b"<Answer><ODD-name>x</ODD-name></Answer>", Answer, root="Answer").renamed == "x"


def test_several_roots() -> None:
    assert decode(b"<B/>", Answer, root=("A", "B")) == Answer()
    with pytest.raises(MalformedResponse, match="<A> or <B> was due"):
        decode(b"<C/>", Answer, root=("A", "B"))


class Entry(msgspec.Struct, rename="pascal"):
    key: str
    size: int = 0


class Owners(msgspec.Struct, rename="pascal"):
    owner: list[Inner] = []


class Listing(msgspec.Struct, rename="pascal"):
    contents: list[Entry] = []
    prefixes: list[str] = []
    is_truncated: bool = False
    owners: Owners | None = None


def test_lists_that_stand_in_their_parent() -> None:
    body = (
        b"<L><Contents><Key>a</Key><Size>1</Size></Contents><IsTruncated>true</IsTruncated><Prefixes>p/</Prefixes>"
        b"<Contents><Key>b</Key></Contents><Prefixes>q/</Prefixes>"
        b"<Owners><Owner><theText>1</theText></Owner><Owner><theText>2</theText></Owner></Owners></L>"
    )
    assert decode(body, Listing, root="L", item=None) == Listing(
        contents=[Entry(key="a", size=1), Entry(key="b")],
        prefixes=["p/", "q/"],
        is_truncated=True,
        owners=Owners(owner=[Inner("1"), Inner("2")]),
    )
    assert decode(b"<L/>", Listing, root="L", item=None) == Listing()
    body = b"<L><Owners><Owner/></Owners><Owners/><Owners><Owner><theText>2</theText></Owner></Owners></L>"
    assert decode(body, Listing, root="L", item=None) == Listing(owners=Owners(owner=[Inner(), Inner("2")]))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"no XML", "the answer is not XML"),
        (b"\x00\x01", "the answer is not XML"),
        (b"<Answer>", "cut short"),
        (b"<Answer><thingSet></Answer>", "broken"),
        (b"<Answer/><Answer/>", "broken"),
        (b"<Answer>&nbsp;</Answer>", "broken"),
        (b"<Other/>", "<Other> where <Answer> was due"),
        (b"<html/>", "HTML page"),
        (b"<HTML><body>", "HTML page"),
        (b"<!DOCTYPE html><html>", "HTML page"),
        (b'<!DOCTYPE Answer SYSTEM "http://example.org/x.dtd"><Answer/>', "document type"),
        (b'<!DOCTYPE Answer [<!ENTITY a "b">]><Answer>&a;</Answer>', "document type"),
        (b'<?xml version="1.0" encoding="martian"?><Answer/>', "encoding"),
        (b'<?xml version="1.0" encoding="utf-16"?><Answer/>', "broken"),
        (b"<Answer>\xff</Answer>", "broken"),
        (b"<Answer>" + b"<a>" * 101, "nested"),
    ],
)
def test_what_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(MalformedResponse, match=message):
        decode(body, Answer, root="Answer")


def test_the_answer_itself_has_what_it_cannot_be_without() -> None:
    with pytest.raises(MalformedResponse, match=r"promised content.*thingId"):
        decode(b"<Answer><size>1</size></Answer>", Thing, root="Answer")


@pytest.mark.parametrize("odd", ["<size>x</size>", f"<size>{'9' * 5000}</size>", "<createdAt>now</createdAt>"])
def test_what_is_odd_is_left_out(odd: str) -> None:
    assert thing(odd) == Thing(thing_id="1")
    lost: list[MalformedResponse] = []
    body = b"<Answer><thingSet><item/><item><thingId>1</thingId></item></thingSet></Answer>"
    assert decode(body, Answer, root="Answer", lost=lost).thing_set == [Thing(thing_id="1")]
    assert ["thingSet[0] cannot be read" in error.message for error in lost] == [True]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_the_declared_encoding_is_honoured(encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?><Answer><nextToken>grün</nextToken></Answer>'.encode(encoding)
    assert decode(body, Answer, root="Answer").next_token == "grün"


def test_a_document_does_not_wait_for_the_garbage_collector() -> None:
    body = b"<Answer><nextToken>x</nextToken></Answer>"
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(50):
            decode(body, Answer, root="Answer")
            decode_untyped(body, root="Answer")
        assert len(gc.get_objects()) - before < 50, "parsers and their handlers are left in cycles"
    finally:
        gc.enable()


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_malformed(data: bytes) -> None:
    for body in (data, b"<Answer>" + data, b"<Answer><thingSet>" + data + b"</thingSet></Answer>"):
        with suppress(MalformedResponse):
            decode(body, Answer, root="Answer")


# What XML can hold: no surrogates, no control characters, no noncharacters.
printable = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")


@given(st.dictionaries(st.text(printable, min_size=1), st.text(printable), max_size=5))
def test_any_text_comes_back(tags: dict[str, str]) -> None:
    items = "".join(
        f"<item><key>{escape(key)}</key><value>{escape(value)}</value></item>" for key, value in tags.items()
    )
    assert {tag.key: tag.value for tag in thing(f"<tagSet>{items}</tagSet>").tag_set} == tags


# Without a declared type


def test_untyped() -> None:
    body = (
        b'<R xmlns="x"><requestId>1</requestId><set><item><a>1</a></item><item>two</item></set>'
        b"<one><item>x</item></one>"
        b"<empty/><s><t><u>v</u></t></s><many>1</many><many>2</many></R>"
    )
    assert decode_untyped(body, root="R") == {
        "requestId": "1",
        "set": [{"a": "1"}, "two"],
        "one": ["x"],
        "empty": "",
        "s": {"t": {"u": "v"}},
        "many": ["1", "2"],
    }


def test_untyped_is_as_strict() -> None:
    for body in (b"", b"<html/>", b"<R>", b"<S/>", b"<R>" + b"<a>" * 200):
        with pytest.raises(MalformedResponse):
            decode_untyped(body, root="R")


def test_a_field_has_one_type() -> None:
    class Odd(msgspec.Struct):
        value: str | int

    with pytest.raises(TypeError, match="several types"):
        decode(b"<R/>", Odd, root="R")


@pytest.mark.parametrize(
    ("inside", "more"),
    [
        ("", None),
        ("<nextToken>1</nextToken><ODD-name/>", None),
        ("<thingSet><item><names><item>a</item><item>b</item></names></item><item/></thingSet>", None),
        ("<other/><another/>", "other"),
        ("<thingSet><item><tagSet><item><kind/></item></tagSet></item></thingSet>", "thingSet.item.tagSet.item.kind"),
        ("<thingSet><thing/></thingSet>", "thingSet.thing"),
        ("<nextToken><b/></nextToken>", "nextToken.b"),
        ("<nextToken>1</nextToken><nextToken>2</nextToken><thingSet/><thingSet/>", None),
        ("<thingSet><item><inner/><inner/></item></thingSet>", "a second thingSet.item.inner"),
        ("<x:other xmlns:x='urn:x'/>", "other"),
    ],
)  # fmt: skip
def test_what_a_document_says_besides(inside: str, more: str | None) -> None:
    assert undeclared(f"<Answer>{inside}</Answer>".encode(), Answer, root="Answer") == more


def test_what_a_document_says_besides_is_not_looked_for_in_the_deep() -> None:
    with pytest.raises(MalformedResponse, match="nested"):
        undeclared(b"<Answer>" + b"<a>" * 101 + b"</a>" * 101 + b"</Answer>", Answer, root="Answer")
    with pytest.raises(MalformedResponse, match="due"):
        undeclared(b"<Other/>", Answer, root="Answer")
