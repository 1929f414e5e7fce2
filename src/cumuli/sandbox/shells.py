"""Variables, written so that a shell reads them as they are. Pure."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Literal

__all__ = ["Shell", "assignments"]

Shell = Literal["sh", "fish", "dotenv", "json"]

PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]*")
# Within double quotes these mean something to those that read such files: python-dotenv, docker compose, sh.
SPECIAL = re.compile(r'[\\"$`]')


def assignments(variables: Mapping[str, str], shell: Shell, *, without: Iterable[str] = ()) -> str:
    """Lines that set variables.

    Args:
        variables: By their names.
        shell: Who is to read them: ``sh`` and its like, ``fish``, what reads ``.env`` files, or what reads JSON.
        without: Names of variables that are to be unset; only shells can do that.
    """
    if shell == "json":
        return json.dumps(dict(variables), indent=2) + "\n"
    unset = {"sh": "unset", "fish": "set -e"}.get(shell)
    lines = [f"{unset} {name}" for name in without] if unset else []
    for name, value in variables.items():
        match shell:
            case "fish":
                lines.append(f"set -gx {name} {_fish(value)}")
            case "dotenv":
                lines.append(f"{name}={_dotenv(value)}")
            case _:
                lines.append(f"export {name}={shlex.quote(value)}")
    return "".join(f"{line}\n" for line in lines)


def _fish(value: str) -> str:
    # Unlike in sh, a backslash and a quote have to be escaped between single quotes, and can be.
    return value if value and PLAIN.fullmatch(value) else "'" + re.sub(r"[\\']", r"\\\g<0>", value) + "'"


def _dotenv(value: str) -> str:
    if PLAIN.fullmatch(value):
        return value
    return '"' + SPECIAL.sub(r"\\\g<0>", value).replace("\n", "\\n") + '"'
