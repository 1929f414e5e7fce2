"""Content types do not depend on the machine."""

from __future__ import annotations

import mimetypes
from pathlib import Path

import pytest

from cumuli.storage.arguments import content_type_of
from cumuli.storage.content_types import BY_END, BY_TYPE


@pytest.mark.parametrize(
    ("name", "source", "kind"),
    [
        ("a.jpg", None, "image/jpeg"),
        ("folder.d/A.JPG", None, "image/jpeg"),
        ("a.tar.gz", None, "application/gzip"),
        ("a.Z", None, "application/x-compress"),
        ("data.parquet", None, "application/vnd.apache.parquet"),
        ("a.json", "b.txt", "application/json"),
        ("a", "b.txt", "text/plain"),
        ("a", Path("b.txt"), "text/plain"),
        ("a", b"b.txt", "application/octet-stream"),
        ("a.nobody-knows", None, "application/octet-stream"),
        ("html", None, "application/octet-stream"),
        (".css", None, "application/octet-stream"),
        ("a.css/b", None, "application/octet-stream"),
        ("a.", None, "application/octet-stream"),
    ],
)
def test_guesses(name: str, source: object, kind: str) -> None:
    assert content_type_of(None, name, source) == kind


def test_the_machine_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    mimetypes.init()
    monkeypatch.setitem(mimetypes.types_map, ".jpg", "application/x-something-else")
    monkeypatch.setitem(mimetypes.types_map, ".nobody-knows", "application/x-known-here")
    assert content_type_of(None, "a.jpg") == "image/jpeg"
    assert content_type_of(None, "a.nobody-knows") == "application/octet-stream"


def test_each_end_has_one_type() -> None:
    assert len(BY_END) == sum(len(ends.split()) for ends in BY_TYPE.values())
