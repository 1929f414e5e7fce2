"""Which parts of requests and answers are secrets, and how they are taken out of everything. Pure.

What is a secret is told by its name: of a header, a field, an element. What was once found to be one is then looked
for everywhere else, in all the ways in which it may be written.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Final, cast
from urllib.parse import quote, quote_plus, unquote_plus

__all__ = ["REDACTED", "SHORTEST", "Redactor", "is_secret_name", "is_signature_name"]

REDACTED: Final = "REDACTED"
SHORTEST: Final = 8
"""Texts of fewer characters are no secrets outside of their own field: ``testing`` is a word of other texts too."""

WORDS = (
    "accesskey",
    "adminpass",
    "apikey",
    "assertion",
    "authkey",
    "cookie",
    "credential",
    "customerkey",
    "keymaterial",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "sharedkey",
    "synckey",
    "tempurlkey",
    "token",
    "userdata",
)
# Places of listings, idempotency tokens (which the replay deals out anew), and what is sealed with a public key.
PLAIN = frozenset(
    {
        "clienttoken",
        "continuationtoken",
        "httptokens",
        "idempotencytoken",
        "nextcontinuationtoken",
        "nextpagetoken",
        "nexttoken",
        "pagetoken",
        "passworddata",
    }
)
PLAIN_ENDS = ("expires", "expiresat", "expiresin", "lifetime", "ttl")
# Files that are put into a new server of OpenStack's.
WHOLE = frozenset({"contents"})
# Of signed URLs and GoGrid's queries.
SIGNATURES = frozenset(
    {
        "awsaccesskeyid",
        "sig",
        "signature",
        "tempurlexpires",
        "tempurlsig",
        "xamzcredential",
        "xamzdate",
        "xamzsecuritytoken",
        "xamzsignature",
    }
)
ELEMENT = re.compile(r"<((?:\w+:)?[\w.-]+)(?:\s[^<>]*)?>([^<]+)</\1>")
NESTED = re.compile(r"(<(?:\w+:)?userData>\s*<value>)([^<]+)(</value>)", re.IGNORECASE)
# In a JSON text that cannot be read as a whole: it was cut, or there are several.
PAIR = re.compile(r'("([^"\\]{1,80})"\s*:\s*")((?:[^"\\]|\\.)+)')
IN_URL = re.compile(r"(://[^/\s:@\"<>]+:)([^/\s@\"<>]+)(@)")
IN_QUERY = re.compile(r"([?&](?:amp;)?([\w.-]+)=)([^&\s\"'<>]+)")
SCHEME = re.compile(r"(?:Basic|Bearer|Digest|Token)\s+(\S+)$", re.IGNORECASE)
# AWS's, which names the key.
CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/")
RUN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-%")


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def is_secret_name(name: str) -> bool:
    """Whether what is called so is a secret: ``X-Auth-Token``, ``adminPass``, ``LaunchTemplateData.UserData``."""
    for part in re.split(r"[.:]", name):
        plain = _plain(part)
        if plain in WHOLE:
            return True
        if plain in PLAIN or plain.endswith(PLAIN_ENDS):
            continue
        if any(word in plain for word in WORDS):
            return True
    return False


def is_signature_name(name: str) -> bool:
    """Whether a field of a query belongs to its signature, and is another one each time."""
    return _plain(name) in SIGNATURES


class Redactor:
    """Takes secrets out, and remembers those that it met.

    Args:
        secrets: Texts that are secrets, wherever they stand.
        replace: Texts that are to be written otherwise, such as the number of an account.
    """

    def __init__(self, secrets: Iterable[str] = (), replace: Mapping[str, str] | None = None) -> None:
        self._known: set[str] = set()
        self._replace = {old: new for old, new in (replace or {}).items() if old}
        self._pattern: re.Pattern[bytes] | None = None
        self._packed: frozenset[bytes] = frozenset()
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> str:
        """Look for this text from now on; what stands in its place."""
        if len(secret) >= SHORTEST and secret != REDACTED and secret not in self._known:
            self._known.add(secret)
            self._pattern = None
        return REDACTED

    # By the names of fields

    def learn_authorization(self, value: str) -> None:
        """Look for what a header of this kind tells."""
        for key in CREDENTIAL.findall(value):
            self.learn(key)
        found = SCHEME.match(value)
        if found is not None:
            self.learn(found[1])
            try:
                user_and_password = base64.b64decode(found[1], validate=True).decode()
            except ValueError:
                return
            self.learn(user_and_password.partition(":")[2])

    def query(self, text: str) -> str:
        """A query, or a form, without what signs it, and with its secrets redacted."""
        kept: list[str] = []
        for field in text.split("&"):
            name, equals, value = field.partition("=")
            plain = unquote_plus(name)
            if is_signature_name(plain):
                self.learn(unquote_plus(value).partition("/")[0])
            elif equals and value and is_secret_name(plain):
                kept.append(f"{name}={self.learn(unquote_plus(value))}")
            else:
                kept.append(field)
        return "&".join(kept)

    def json(self, value: object, name: str = "", above: str = "") -> object:
        """A decoded document with its secrets redacted."""
        if isinstance(value, dict):
            fields = cast("dict[str, object]", value)
            return {key: self.json(item, key, name) for key, item in fields.items()}
        if isinstance(value, list):
            return [self.json(item, name, above) for item in cast("list[object]", value)]
        if isinstance(value, str) and value:
            # Keystone's {"token": {"id": …}}.
            if is_secret_name(name) or (name == "id" and _plain(above) == "token"):
                return self.learn(value)
            return self.text(value)
        return value

    def pairs(self, text: str) -> str:
        """A text that looks like JSON, and is none, with its secrets redacted."""

        def pair(found: re.Match[str]) -> str:
            if not is_secret_name(found[2]):
                return found[0]
            try:
                value: object = json.loads(f'"{found[3]}"')
            except ValueError:
                value = found[3]
            return found[1] + self.learn(str(value))

        return PAIR.sub(pair, text)

    def xml(self, text: str) -> str:
        """A document's text with the content of secret elements redacted."""

        def element(found: re.Match[str]) -> str:
            if not is_secret_name(found[1]) or not found[2].strip():
                return found[0]
            whole, start = found[0], found.start(2) - found.start(0)
            return whole[:start] + self.learn(html.unescape(found[2])) + whole[start + len(found[2]) :]

        text = ELEMENT.sub(element, text)
        return NESTED.sub(lambda found: found[1] + self.learn(html.unescape(found[2])) + found[3], text)

    # By what is known

    def text(self, text: str) -> str:
        """Any text without the passwords of its URLs, and without what signs them."""

        def field(found: re.Match[str]) -> str:
            if not is_secret_name(found[2]) and not is_signature_name(found[2]):
                return found[0]
            return found[1] + self.learn(unquote_plus(found[3]))

        if "://" in text:
            text = IN_URL.sub(lambda found: found[1] + self.learn(found[2]) + found[3], text)
        return IN_QUERY.sub(field, text) if "?" in text else text

    def replaced(self, text: str) -> str:
        """Any text with what is to be written otherwise."""
        for old, new in self._replace.items():
            text = text.replace(old, new)
        return text

    def scrubbed(self, data: bytes) -> bytes:
        """Anything without the secrets that are known, however they are written in it."""
        if not self._known:
            return data
        if self._pattern is None:
            self._compile()
        assert self._pattern is not None
        pieces: list[bytes] = []
        at = 0
        for found in self._pattern.finditer(data):
            start, end = found.span()
            if found[0] in self._packed:
                # The rest of what is packed would say where it was, and be of no use.
                while start > at and data[start - 1] in RUN:
                    start -= 1
                while end < len(data) and data[end] in RUN:
                    end += 1
            if start >= at:
                pieces += [data[at:start], REDACTED.encode()]
            at = max(at, end)
        return b"".join([*pieces, data[at:]])

    def scrubbed_text(self, text: str) -> str:
        """As ``scrubbed``. What is no UTF-8 in a header cannot be written, and is a mark of that."""
        return self.scrubbed(_bytes_of(text)).decode("utf-8", "replace")

    def _compile(self) -> None:
        plain: set[str] = set()
        packed: set[str] = set()
        for secret in self._known:
            plain |= _plain_forms(secret)
            packed |= _packed_forms(secret)
        self._packed = frozenset(map(_bytes_of, packed - plain))
        forms = sorted((_bytes_of(form) for form in plain | packed if form), key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, forms)))


def _bytes_of(text: str) -> bytes:
    # Headers and environment variables that are no UTF-8 have lone surrogates.
    return text.encode("utf-8", "surrogateescape")


def _plain_forms(secret: str) -> set[str]:
    """As it is, and as URLs, JSON, XML and Python write it."""
    data = _bytes_of(secret)
    quoted = {quote(data, safe=""), quote(data), quote_plus(data), quote_plus(data, safe="/")}
    lower = {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), text) for text in quoted}
    escaped = {html.escape(secret, quote=False), html.escape(secret)}
    escaped |= {text.replace("&#x27;", entity) for text in escaped for entity in ("&#39;", "&apos;")}
    in_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return {secret, repr(secret)[1:-1], *quoted, *lower, *escaped, *in_json, *(t.replace("/", "\\/") for t in in_json)}


def _packed_forms(secret: str) -> set[str]:
    """In base64, wherever it may start there, and in hexadecimal digits."""
    data = _bytes_of(secret)
    found = {data.hex(), data.hex().upper()}
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + data + b"\0\0").decode()
        # Only the characters that depend on nothing beside the secret.
        text = text[-(-shift * 8 // 6) : (shift + len(data)) * 8 // 6]
        safe = text.translate(str.maketrans("+/", "-_"))
        found |= {text, safe, quote(text, safe=""), quote(text, safe="").replace("%2B", "%2b").replace("%2F", "%2f")}
    return found
