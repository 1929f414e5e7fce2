"""Which host keys are believed: those that somebody told, those of the first time, and no other."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cumuli.errors import CloudError, ConfigurationError, HostKeyRefused
from cumuli.runtime.ssh.login import HostKeyWarning, Login

if TYPE_CHECKING:
    import asyncssh

__all__ = ["HostKeys", "alias_of", "checked_host_keys", "forget", "known_hosts_of"]


def known_hosts_of(provider: str, node_id: str) -> str | None:
    """The file of a node's own host keys, or None where no home is known."""
    data = os.environ.get("XDG_DATA_HOME", "")
    if not os.path.isabs(data):
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            return None
        data = os.path.join(home, ".local", "share")
    return os.path.join(data, "cumuli", "known_hosts", alias_of(provider, node_id))


def alias_of(provider: str, node_id: str) -> str:
    """What a node is called in its own file besides its address, which may change (``HostKeyAlias`` of ssh's)."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", f"{provider}-{node_id}")


def forget(path: str) -> None:
    """Remove the file of a node that is no more."""
    try:
        os.unlink(path)
    except OSError:
        return


class HostKeys:
    """What is known of one machine's host keys, and what becomes of one that is shown.

    Attributes:
        trusted: The keys that are believed, in OpenSSH form.
        refusal: Why a key was refused, if one was.
    """

    def __init__(self, login: Login) -> None:
        self.refusal: CloudError | Warning | None = None
        self._login = login
        self._told = tuple(_key_of(line) for line in login.expected)
        self._stored = _stored(login.known_hosts)
        # What the provider tells goes before what was seen some time.
        self.trusted = self._told or self._stored

    def judge(self, host: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Whether to go on with a machine that shows a key which is none of those that are trusted."""
        shown = " ".join(key.export_public_key("openssh").decode().split()[:2])
        finger = key.get_fingerprint()
        name = self._login.name
        if self._told:
            self.refusal = HostKeyRefused(
                f"{name} at {host} showed the host key {finger}, which is none of those that were told for it: "
                "somebody may be in between, or another machine has its address; nothing was sent to it"
            )
            return False
        if self._stored:
            self.refusal = HostKeyRefused(
                f"the host key of {name} at {host} has changed to {finger}: somebody may be in between; nothing was "
                f"sent to it. If the machine was made anew, remove {self._login.known_hosts}"
            )
            return False
        if self._login.host_key == "strict":
            self.refusal = HostKeyRefused(
                f"nobody has told the host key of {name}, and at {host} there is one with the fingerprint {finger}: "
                'give it by ssh_host_key=, or accept it with ssh_host_key="accept-new"'
            )
            return False
        try:
            warnings.warn(
                f"accepting the host key {finger} of {name} at {host}, which nobody but the machine itself has told",
                HostKeyWarning,
                stacklevel=2,
            )
        except HostKeyWarning as warning:
            self.refusal = warning
            return False
        self._keep(host, port, (shown,))
        # The next connection to this machine has to show the same one.
        self.trusted = self._stored = (shown,)
        return True

    def keep_told(self, host: str, port: int) -> None:
        """Have the keys in the file that were told, of which the machine has shown one: ssh is to take no other."""
        if self._told and self._told != self._stored and (self._login.alias or not self._stored):
            self._keep(host, port, self._told)

    def _keep(self, host: str, port: int, keys: Sequence[str]) -> None:
        path = self._login.known_hosts
        if path is None:
            return
        names = ",".join((_pattern(host, port), *((self._login.alias,) if self._login.alias else ())))
        _store(path, "".join(f"{names} {key}\n" for key in keys))


def checked_host_keys(text: str) -> tuple[str, ...]:
    """The host keys in a text: one a line, in OpenSSH form, as known_hosts files and ``ssh-keyscan`` have them.

    Raises:
        ConfigurationError: A line is none.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        raise ConfigurationError('ssh_host_key is "accept-new", "strict", or the host keys of the machine')
    return tuple(_key_of(line) for line in lines)


def _pattern(host: str, port: int) -> str:
    return host if port == 22 else f"[{host}]:{port}"


def _key_of(line: str) -> str:
    """Type and base64 of a line, without the names before them and the comment behind."""
    words = line.split()
    for index, word in enumerate(words[:-1]):
        if word.startswith(("ssh-", "ecdsa-", "sk-")):
            return f"{word} {words[index + 1]}"
    raise ConfigurationError(f"{line[:60]!r} is no host key in OpenSSH form, such as 'ssh-ed25519 AAAA…'")


def _stored(path: str | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the host keys in {path} cannot be read: {error}") from error
    return tuple(_key_of(line) for line in lines if line.strip() and not line.startswith("#"))


def _store(path: str, text: str) -> None:
    """Write a whole file or none: half of it would be another key."""
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        import tempfile  # all clients import this module, and few come here

        handle, temporary = tempfile.mkstemp(dir=folder)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError as error:
        raise ConfigurationError(
            f"the host key cannot be kept in {path}: {error}; name another file by ssh_known_hosts="
        ) from error
