"""How the person who creates a node gets into it: ``create_node(auth=…)``."""

from __future__ import annotations

import re

from polycloud.credentials.secret import Secret
from polycloud.errors import InvalidRequest

__all__ = ["Auth", "Password", "SSHKey"]

PUBLIC_KEY_TYPES = ("ssh-ed25519", "ssh-rsa", "ssh-dss", "ecdsa-sha2-", "sk-ssh-ed25519", "sk-ecdsa-sha2-")
PUBLIC_KEY = re.compile(r"[a-z0-9@.-]+[ \t]+[A-Za-z0-9+/]+={0,2}([ \t][^\x00-\x1f\x7f]*)?")


def looks_like_public_key(text: str) -> bool:
    """Whether a text is meant to be a public key in OpenSSH form, rather than the path of one."""
    return text.strip().startswith(PUBLIC_KEY_TYPES)


class SSHKey:
    """A public SSH key that the new node is to accept.

    Args:
        text: The public key in OpenSSH form (one line: type, base64, comment).

    Raises:
        InvalidRequest: The text is no public key (a private one must never be sent to a provider).
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        text = text.strip()
        if not looks_like_public_key(text) or not PUBLIC_KEY.fullmatch(text):
            raise InvalidRequest(
                "SSHKey takes one public key in OpenSSH form, such as the contents of id_ed25519.pub; "
                "this text is not one (it is not shown here, in case it is a private key)"
            )
        self.text = text

    def __repr__(self) -> str:
        return f"SSHKey({self.text.partition(' ')[0]!r} …)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SSHKey) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


class Password:
    """The administrator's password that the new node is to have.

    Args:
        text: The password; kept as a ``Secret``.
    """

    __slots__ = ("secret",)

    def __init__(self, text: str | Secret) -> None:
        self.secret = text if isinstance(text, Secret) else Secret(text)

    def __repr__(self) -> str:
        return "Password('********')"


Auth = SSHKey | Password
