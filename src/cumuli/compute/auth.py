"""How the person who creates a node gets into it: ``create_node(auth=…)``."""

from __future__ import annotations

import base64
import binascii
import re

from cumuli.errors import InvalidRequest
from cumuli.secret import Secret

__all__ = ["Auth", "Password", "SSHKey", "public_key_in"]

PUBLIC_KEY_TYPES = ("ssh-ed25519", "ssh-rsa", "ssh-dss", "ecdsa-sha2-", "sk-ssh-ed25519", "sk-ecdsa-sha2-")
PUBLIC_KEY = re.compile(r"[a-z0-9@.-]+[ \t]+[A-Za-z0-9+/]+={0,2}([ \t][^\x00-\x1f\x7f]*)?")
BYTE_ORDER_MARK = "\ufeff"
NOT_SHOWN = "it is not shown here, in case it is a private key"
NO_KEY = (
    "SSHKey takes one public key in OpenSSH form, such as the contents of id_ed25519.pub; "
    f"this text is not one ({NOT_SHOWN})"
)
# What other texts begin with, and what to do about them.
OTHER_TEXTS = (
    (
        re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|PuTTY-User-Key-File-"),
        (
            "this is a private key, which no provider must ever get; give the public one, which is in the file "
            "beside it that ends with .pub (ssh-keygen -y prints it from the private one)"
        ),
    ),
    (
        re.compile(r"-----BEGIN (RSA )?PUBLIC KEY-----"),
        (
            "this is a public key in PEM form, and providers take the OpenSSH form; "
            "ssh-keygen -i -m PKCS8 -f FILE prints it so (-m PEM for one that begins with BEGIN RSA PUBLIC KEY)"
        ),
    ),
    (
        re.compile(r"-----BEGIN "),
        "this is in PEM form, and not a public key in OpenSSH form, such as the contents of id_ed25519.pub",
    ),
)
RFC_4716 = re.compile(r"---- BEGIN SSH2 PUBLIC KEY ----\s*\n(.*?)\n---- END SSH2 PUBLIC KEY ----", re.DOTALL)


def looks_like_public_key(text: str) -> bool:
    """Whether a text is meant to be a public key in OpenSSH form, rather than the path of one."""
    return text.lstrip(BYTE_ORDER_MARK).strip().startswith(PUBLIC_KEY_TYPES)


def public_key_in(data: bytes) -> str:
    """What a file of a public key says, in whatever encoding its comment is.

    The key itself is ASCII. PowerShell writes UTF-16, old systems have Latin-1 in the comment.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


class SSHKey:
    """A public SSH key that the new node is to accept.

    Args:
        text: The public key in OpenSSH form (one line: type, base64, comment), or in that of RFC 4716, which
            is made into the other one. Empty lines and lines of comment around it do not matter.

    Raises:
        InvalidRequest: The text is no public key (a private one must never be sent to a provider), or
            holds several.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
            raise InvalidRequest(f"SSHKey takes the text of a public key, not {type(text).__name__}")
        self.text = _one_key(text.lstrip(BYTE_ORDER_MARK).replace("\r\n", "\n").strip())

    def __repr__(self) -> str:
        return f"SSHKey({self.text.partition(' ')[0]!r} …)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SSHKey) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def _one_key(text: str) -> str:
    """The line of the only public key in a text."""
    for beginning, advice in OTHER_TEXTS:
        if beginning.search(text):
            raise InvalidRequest(advice)
    found = [_from_rfc_4716(match[1]) for match in RFC_4716.finditer(text)]
    rest = RFC_4716.sub("", text)
    lines = [line.strip() for line in rest.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    found += [line for line in lines if PUBLIC_KEY.fullmatch(line) and looks_like_public_key(line)]
    if len(found) > 1:
        raise InvalidRequest(f"these are {len(found)} public keys, and a node gets one; give one of them")
    if len(lines) > 1 and looks_like_public_key(lines[0]) and found == lines[:1]:
        raise InvalidRequest(
            "a public key is one line, and this text has more lines; if copying has broken the line, join it again "
            f"({NOT_SHOWN})"
        )
    if len(found) != 1 or lines not in ([], found):
        raise InvalidRequest(NO_KEY)
    return found[0]


def _from_rfc_4716(inside: str) -> str:
    """The OpenSSH form of what is between the marks of RFC 4716: headers, and the key in base64."""
    lines = inside.replace("\\\n", "").splitlines()
    headers = dict(line.split(":", 1) for line in lines if ":" in line)
    packed = "".join(line.strip() for line in lines if ":" not in line)
    try:
        data = base64.b64decode(packed, validate=True)
        length = int.from_bytes(data[:4], "big")
        kind = data[4 : 4 + length].decode("ascii")
    except (binascii.Error, ValueError):
        raise InvalidRequest("this public key (RFC 4716, SSH2) is damaged: it is not in base64") from None
    comment = next((value.strip().strip('"') for name, value in headers.items() if name.lower() == "comment"), "")
    line = " ".join(filter(None, (kind, packed, comment)))
    if not looks_like_public_key(line) or not PUBLIC_KEY.fullmatch(line):
        raise InvalidRequest("this public key (RFC 4716, SSH2) is damaged, or of a kind that is not known here")
    return line


class Password:
    """The administrator's password that the new node is to have.

    Args:
        text: The password; kept as a ``Secret``.

    Raises:
        InvalidRequest: It is no text.
    """

    __slots__ = ("secret",)

    def __init__(self, text: str | Secret) -> None:
        if not isinstance(text, str | Secret):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
            raise InvalidRequest(f"Password takes a text, not {type(text).__name__}")
        self.secret = text if isinstance(text, Secret) else Secret(text)

    def __repr__(self) -> str:
        return "Password('********')"


Auth = SSHKey | Password
