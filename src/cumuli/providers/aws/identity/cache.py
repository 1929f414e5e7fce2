"""The cache of temporary AWS credentials that the AWS CLI keeps in ``~/.aws/cli/cache``.

The files are the CLI's own: JSON as STS answered, named after a hash that botocore computes. Each tool
finds what the other one has got, so a role with a second factor is asked for once.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import cast

__all__ = ["SharedCache"]

log = logging.getLogger("cumuli.credentials")


class SharedCache:
    """A mapping of names to answers, as botocore takes one. What goes wrong with a file is as if it were not there.

    Args:
        reading: Whether what is there is used; False after it was refused.
        folder: Where the files are; None for the AWS CLI's.
    """

    def __init__(self, *, reading: bool, folder: Path | None = None) -> None:
        self._reading = reading
        self._folder = folder

    def __contains__(self, name: str) -> bool:
        return self._read(name) is not None

    def __getitem__(self, name: str) -> dict[str, object]:
        found = self._read(name)
        if found is None:
            raise KeyError(name)
        return found

    def __setitem__(self, name: str, answer: dict[str, object]) -> None:
        try:
            folder = self._place()
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Made for its owner only (0600).
            import json
            import tempfile  # slow to import, and few come here

            handle, partial = tempfile.mkstemp(dir=folder, suffix=".tmp")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(answer, file, default=_as_text)
                Path(partial).replace(folder / f"{name}.json")
            finally:
                with suppress(FileNotFoundError):
                    Path(partial).unlink()
        except (OSError, RuntimeError, TypeError, ValueError) as error:
            log.debug("temporary AWS credentials are not kept for later: %s", type(error).__name__)

    def _place(self) -> Path:
        return self._folder or Path("~/.aws/cli/cache").expanduser()

    def _read(self, name: str) -> dict[str, object] | None:
        """What is stored, if it is whole: botocore takes it as it is."""
        if not self._reading:
            return None
        try:
            import json

            answer: object = json.loads((self._place() / f"{name}.json").read_text(encoding="utf-8"))
            keys = cast("dict[str, object]", cast("dict[str, object]", answer)["Credentials"])
            whole = all(isinstance(keys[key], str) for key in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
            dt.datetime.fromisoformat(str(keys["Expiration"]).replace("UTC", "+00:00"))
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        return cast("dict[str, object]", answer) if whole else None


def _as_text(value: object) -> str:
    if isinstance(value, dt.datetime):
        # As botocore writes it.
        return value.strftime("%Y-%m-%dT%H:%M:%S%Z")
    raise TypeError(type(value).__name__)
