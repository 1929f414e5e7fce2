"""User metadata in headers."""

from __future__ import annotations

import email.header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumuli.providers.aws.s3.metadata import read_meta_data, written_meta_data

VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def round_trip(value: str) -> str:
    [(name, sent)] = written_meta_data({"k": value})
    assert name == "x-amz-meta-k"
    assert sent.isascii()
    assert sent == sent.strip()
    assert not any(character < " " or character == "\x7f" for character in sent)
    return read_meta_data([(name, sent)])["k"]


@given(VALUES)
def test_any_text_arrives(value: str) -> None:
    assert round_trip(value) == value


@pytest.mark.parametrize("value", ["", "plain", "two words", "a=b;c", "100%"])
def test_plain_values_are_sent_plain(value: str) -> None:
    assert written_meta_data({"k": value}) == [("x-amz-meta-k", value)]


@pytest.mark.parametrize("value", ["ü", " x", "x ", "a  b", "a\nb", "=?utf-8?q?x?=", "\x7f"])
def test_others_are_encoded_words_that_the_email_package_reads(value: str) -> None:
    [(_, sent)] = written_meta_data({"k": value})
    [(content, charset)] = email.header.decode_header(sent)
    assert isinstance(content, bytes)
    assert content.decode(charset or "") == value


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("=?UTF-8?B?w7w=?=", "ü"),
        ("=?utf-8?q?=C3=BC_x?=", "ü x"),
        ("=?UTF-8?Q?a?= =?UTF-8?B?w7w=?=", "aü"),
        ("=?iso-8859-1?Q?=FC?=", "ü"),
        ("ü", "ü"),
        ("=?UTF-8?B?!!!?=", "=?UTF-8?B?!!!?="),
        ("=?no-such?B?w7w=?=", "=?no-such?B?w7w=?="),
        ("=?UTF-8?B?/w==?=", "=?UTF-8?B?/w==?="),
        ("x =?UTF-8?B?w7w=?=", "x =?UTF-8?B?w7w=?="),
    ],
)
def test_what_others_write_is_read(sent: str, value: str) -> None:
    assert read_meta_data([("x-amz-meta-k", sent), ("content-type", "text/plain")]) == {"k": value}
