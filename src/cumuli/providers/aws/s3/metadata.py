"""User metadata in headers, which carry ASCII only. Pure.

Plain values go as they are. Others go as an encoded word of RFC 2047, the form in which S3 itself
answers with what is not ASCII, and which boto3's users and R2 decode.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from quopri import decodestring

__all__ = ["PREFIX", "read_meta_data", "written_meta_data"]

PREFIX = "x-amz-meta-"
PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*|")
WORD = r"=\?([A-Za-z0-9._-]+)\?([BbQq])\?([!->@-~]*)\?="
WORDS = re.compile(rf"{WORD}(?:\s+{WORD})*")
ONE_WORD = re.compile(WORD)


def written_meta_data(meta_data: Mapping[str, str]) -> list[tuple[str, str]]:
    """The request headers of user metadata."""
    return [(PREFIX + key, _written(value)) for key, value in meta_data.items()]


def read_meta_data(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The user metadata among the headers of an answer."""
    return {name[len(PREFIX) :]: _read(value) for name, value in headers if name.startswith(PREFIX)}


def _written(value: str) -> str:
    if PLAIN.fullmatch(value) and "=?" not in value:
        return value
    return f"=?UTF-8?B?{base64.b64encode(value.encode()).decode('ascii')}?="


def _read(value: str) -> str:
    if "=?" not in value or not WORDS.fullmatch(value):
        return value
    try:
        return "".join(_word(*match.groups()) for match in ONE_WORD.finditer(value))
    except (LookupError, ValueError, binascii.Error):
        return value


def _word(charset: str, encoding: str, text: str) -> str:
    if encoding in "Bb":
        return base64.b64decode(text, validate=True).decode(charset)
    return decodestring(text, header=True).decode(charset)
