"""README.md as the package index shows it: its links to files of this project lead to where those can be read.

An index page has no folders beside it, and a checkout has no address, so the file itself keeps links that work in both
a checkout and a forge. The address is that of ``CHANGELOG.md`` in ``[project.urls]``, and stands nowhere else.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(?<=\]\()(?!https?://|#)(?=[^)\s]+\))")


class ReadmeHook(MetadataHookInterface):
    """Fills in ``readme``, which ``pyproject.toml`` declares to be dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        base = metadata["urls"]["Changelog"].removesuffix("CHANGELOG.md")
        metadata["readme"] = {"content-type": "text/markdown", "text": LINK.sub(base, text)}
