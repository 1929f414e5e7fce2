"""``cumuli keys …``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO

from cyclopts import App

from cumuli.cli.compute.clients import compute_client
from cumuli.cli.compute.names import given
from cumuli.cli.confirmation import Several, Switch, Yes, confirm, each
from cumuli.cli.output import Column, listed
from cumuli.cli.session import options, output
from cumuli.cli.usage import UsageError
from cumuli.compute.models import KeyPair
from cumuli.errors import FileExists, MalformedResponse

__all__ = ["app"]

app = App(name="keys", help="SSH keys that the provider puts on new servers.")

COLUMNS: list[Column[KeyPair]] = [
    ("NAME", lambda key: key.name),
    ("FINGERPRINT", lambda key: key.fingerprint),
]
FIELDS: list[Column[KeyPair]] = [
    ("Name", lambda key: key.name),
    ("Fingerprint", lambda key: key.fingerprint),
    ("Public key", lambda key: key.public_key),
]


@app.command(name="list")
def list_() -> None:
    """List the key pairs.

    Example: cumuli keys list
    """
    with compute_client() as client:
        output().items(client.list_key_pairs(), COLUMNS, none="no key pairs")


@app.command
def show(name: str, /) -> None:
    """Show one key pair.

    Example: cumuli keys show laptop

    Args:
        name: Its name.
    """
    with compute_client() as client:
        output().item(client.get_key_pair(given(name, "key pair")), FIELDS)


@app.command
def create(name: str, /, *, out: Path | None = None, stdout: Switch = False) -> None:
    """Create a key pair. The private key is told this once, so say where to.

    Example: cumuli keys create laptop --out ~/.ssh/laptop.pem

    Args:
        name: Its name.
        out: File to write the private key to; only its owner may read it. It must not exist.
        stdout: Print the private key to standard output instead.
    """
    if (out is None) is not stdout:
        raise UsageError("say where the private key goes: --out FILE, or --stdout")
    with compute_client() as client:
        if out is None or options().dry_run:
            _print_private(client.create_key_pair(name))
            return
        # The file first: a key that cannot be written down is lost.
        with _new_private_file(out) as file:
            try:
                key = client.create_key_pair(name)
            except BaseException:
                out.unlink()
                raise
            file.write(_private_text(key))
        output().item(key, FIELDS)
        output().note(f"the private key is in {out}")


@app.command(name="import")
def import_(name: str, file: Path, /) -> None:
    """Give the provider a public key of one's own.

    Example: cumuli keys import laptop ~/.ssh/id_ed25519.pub

    Args:
        name: What to call it.
        file: The public key's file, in OpenSSH form.
    """
    with compute_client() as client:
        output().item(client.import_key_pair(name, file), FIELDS)


@app.command
def delete(names: Several, /, *, yes: Yes = False) -> None:
    """Delete key pairs at the provider. Asks before it does.

    Example: cumuli keys delete laptop --yes

    Args:
        names: Their names.
        yes: Do not ask.
    """
    names = [given(name, "key pair") for name in names]
    with compute_client() as client:
        confirm(lambda: f"Delete the key pairs {listed(names)} for good?", yes=yes)
        each(names, client.delete_key_pair, "deleted", what="key pair")


def _new_private_file(path: Path) -> TextIO:
    """A new file that only its owner may read.

    Raises:
        FileExists: There is one already.
    """
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
    except FileExistsError as error:
        raise FileExists(f"{path} exists; choose another name for the private key") from error


def _private_text(key: KeyPair) -> str:
    if key.private_key is None:
        raise MalformedResponse(
            f"the provider created the key pair {key.name} without telling its private key; delete it"
        )
    return key.private_key.reveal().rstrip("\n") + "\n"


def _print_private(key: KeyPair) -> None:
    if output().for_programs:
        output().item(key, FIELDS, reveal=True)
    else:
        output().raw(_private_text(key))
