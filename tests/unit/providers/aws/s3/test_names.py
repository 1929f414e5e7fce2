"""Names of buckets and objects, and how they are written."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import get_args
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumuli.errors import InvalidRequest
from cumuli.providers.aws.s3 import names
from cumuli.providers.aws.s3.client import S3
from cumuli.testing.names import KNOWN_BAD, generated_names

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize("name", ["abc", "a.b.c", "a-b", "1ab", "a" * 63, "Old_Bucket"])
def test_good_buckets(name: str) -> None:
    names.check_bucket(name)


@pytest.mark.parametrize(
    "name", ["ab", "a/b", "a b", ".abc", "abc-", "a..b", "192.168.1.1", "ü-bucket", "a?b", "a\nb", "abc\n", "a" * 256]
)
def test_bad_buckets(name: str) -> None:
    with pytest.raises(InvalidRequest):
        names.check_bucket(name)


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("abc", {"aws", "lower", "any"}),
        ("a.b-c", {"aws", "lower", "any"}),
        ("UPPER", {"any"}),
        ("under_score", {"any"}),
        ("a" * 64, {"any"}),
        ("xn--abc", {"lower", "any"}),
        ("my--x-s3", {"lower", "any"}),
        ("my--table-s3", {"lower", "any"}),
        ("mine-111122223333-eu-west-1-an", {"lower", "any"}),
    ],
)
def test_new_buckets(name: str, rules: set[str]) -> None:
    names.check_bucket(name)
    for rule in get_args(names.NewNames):
        if rule in rules:
            names.check_new_bucket(name, rule)
        else:
            with pytest.raises(InvalidRequest, match="new bucket"):
                names.check_new_bucket(name, rule)


def test_new_names_are_refused_before_anything_is_sent() -> None:
    client = S3("key", "secret", region="us-east-1", proxy="http://127.0.0.1:1")
    with client, pytest.raises(InvalidRequest, match="new bucket"):
        client.create_container("UPPER")


def test_keys_have_1024_bytes_at_most() -> None:
    names.check_key("z" * 1024)
    names.check_key("😀" * 256)
    for name in ("z" * 1025, "😀" * 257, "é" * 513):
        with pytest.raises(InvalidRequest):
            names.check_key(name)


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("a/../b", True), ("a/b/../../c", True), ("..a", True), ("a..", True), ("...", True), ("a/..", True),
        ("..", False), ("../a", False), ("a/../../b", False), ("./..", False), ("//..", False),
    ],
)  # fmt: skip
def test_names_that_leave_their_bucket(name: str, good: bool) -> None:
    if good:
        names.check_relative(name)
    else:
        with pytest.raises(InvalidRequest):
            names.check_relative(name)


@pytest.mark.parametrize(
    ("bucket", "secure", "fits"),
    [
        ("bucket", True, True), ("a.b", True, False), ("a.b", False, True), ("Bucket", True, False),
        ("a_b", True, False), ("a-", True, False), ("a" * 63, True, True), ("a" * 64, True, False),
    ],
)  # fmt: skip
def test_buckets_in_host_names(bucket: str, secure: bool, fits: bool) -> None:
    assert names.fits_host(bucket, secure=secure) is fits


@pytest.mark.parametrize("name", sorted({*KNOWN_BAD, *generated_names(100)}), ids=ascii)
def test_paths_are_encoded_once(name: str) -> None:
    written = names.in_path(name)
    assert unquote(written) == name
    assert written.isascii()
    assert not set(written) & set(" ?#%\n") - {"%"}
    assert unquote(names.in_query(name)) == name
    assert not set(names.in_query(name)) & set("/&=+ ")


def test_names_stay_as_they_are_in_paths() -> None:
    assert names.in_path("../a//b/./c~d_e.f-g") == "../a//b/./c~d_e.f-g"
    assert names.in_path("%2e%2e") == "%252e%252e"
    assert names.in_path("a b+c") == "a%20b%2Bc"


@pytest.mark.parametrize(
    ("text", "name"),
    [("a%20b", "a b"), ("a+b", "a b"), ("a%2Bb", "a+b"), ("a/b", "a/b"), ("%C3%BC", "ü"), ("%25", "%")],
)
def test_names_of_listings(text: str, name: str) -> None:
    assert names.decoded(text) == name


@given(TEXTS)
def test_what_xml_can_carry_arrives(text: str) -> None:
    document = f"<Key>{names.xml_text(text)}</Key>"
    if names.in_xml(text):
        assert (ET.fromstring(document).text or "") == text
    else:
        with pytest.raises(ET.ParseError):
            ET.fromstring(document)
