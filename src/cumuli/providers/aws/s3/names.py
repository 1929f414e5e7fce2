"""Names of buckets and objects: what S3 takes, and how they are written in paths, headers and XML. Pure."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import quote, unquote_plus

from cumuli.storage.driver import refuse

__all__ = [
    "NewNames",
    "check_bucket",
    "check_key",
    "check_new_bucket",
    "check_relative",
    "decoded",
    "fits_host",
    "in_path",
    "in_query",
    "in_xml",
    "xml_text",
]

NewNames = Literal["aws", "lower", "any"]
"""Which names new buckets may have: AWS's rules, those without the names that AWS keeps for itself, or what the
service takes.
"""

MAX_KEY = 1024
# Upper case, underscores and up to 255 characters: buckets of us-east-1 made before 2018, and other services.
BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]")
NEW_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
RESERVED_BEGINNINGS = ("xn--", "sthree-", "amzn-s3-demo-")
# The last one is for buckets of an account's own namespace, which are made with a header of their own.
RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an")
HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
ADDRESS = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Without ``xml.sax.saxutils``, which imports a whole HTTP library.
REFERENCES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "\r": "&#13;",
        "\n": "&#10;",
        "\t": "&#9;",
        "\x85": "&#133;",
        "\u2028": "&#8232;",
    }
)


def check_bucket(name: str) -> None:
    """Raise ``InvalidRequest`` for what no service of this protocol takes as a bucket's name."""
    if not BUCKET.fullmatch(name):
        raise refuse(
            name,
            "a bucket",
            "it has 3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit at each end",
        )
    if ".." in name or ADDRESS.fullmatch(name):
        raise refuse(name, "a bucket", "it has no two dots in a row, and is no IP address")


def check_new_bucket(name: str, rule: NewNames) -> None:
    """Raise ``InvalidRequest`` for a bucket that may have been made once, and is made no more."""
    if rule == "any":
        return
    if not NEW_BUCKET.fullmatch(name):
        raise refuse(
            name,
            "a new bucket",
            "it has 3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit at each end",
        )
    if rule == "aws" and (name.startswith(RESERVED_BEGINNINGS) or name.endswith(RESERVED_ENDS)):
        raise refuse(name, "a new bucket", "AWS keeps names that begin or end so for itself")


def check_key(name: str) -> None:
    """Raise ``InvalidRequest`` for what is too long to be an object's name."""
    if len(name) * 4 > MAX_KEY and len(name.encode()) > MAX_KEY:
        raise refuse(name, "an object", f"it has more than {MAX_KEY} bytes in UTF-8")


def check_relative(name: str) -> None:
    """Raise ``InvalidRequest`` for a name that, read as a path, leaves its bucket: AWS itself refuses those."""
    if ".." not in name:
        return
    depth = 0
    for part in name.split("/"):
        depth += -1 if part == ".." else part not in {"", "."}
        if depth < 0:
            raise refuse(name, "an object", 'AWS takes no name with more ".." in it than parts before them')


def fits_host(bucket: str, *, secure: bool) -> bool:
    """Whether a bucket's name can be part of a host name. Certificates cover one label only."""
    labels = bucket.split(".")
    return len(bucket) <= 63 and (len(labels) == 1 or not secure) and all(map(HOST_LABEL.fullmatch, labels))


def in_path(name: str) -> str:
    """An object's name in a target: encoded once, slashes kept."""
    return quote(name, safe="/-._~")


def in_query(text: str) -> str:
    """A value in a query."""
    return quote(text, safe="-._~", errors="surrogateescape")


def decoded(text: str) -> str:
    """A name of an answer that was asked for in URL encoding; S3 writes spaces as plus signs."""
    return unquote_plus(text, errors="surrogateescape") if "%" in text or "+" in text else text


def in_xml(name: str) -> bool:
    """Whether XML 1.0 can carry a name at all."""
    return NOT_XML.search(name) is None


def xml_text(text: str) -> str:
    """Text as an element's content; what parsers would change is written as a reference."""
    return text.translate(REFERENCES)
