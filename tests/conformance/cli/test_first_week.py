"""Twenty command lines of a first week, as they look on a terminal of 80 columns, with colour and without.

The pictures are beside this file. ``CUMULI_PICTURES=write`` draws them anew; look at the difference.
"""

from __future__ import annotations

import io
import os
import re
import shlex
from pathlib import Path

import pytest

from cumuli.cli.app import run
from cumuli.cli.output import Output

PICTURES = Path(__file__).with_name("pictures")
# Looked at now: in a test nobody's settings are there.
WRITE = os.environ.get("CUMULI_PICTURES") == "write"
WIDTH = 80
STYLE = re.compile(r"\x1b\[[0-9;]*m")
# Anything else would move the cursor, and be no picture.
ESCAPE = re.compile(r"\x1b(?!\[[0-9;]*m)")
AN_ID = re.compile(r"\b(i|vol|ami)-[0-9a-f]{8,17}\b")
LONG_NAME = "web-frontend-production-1"

WEEK = f"""
cumuli providers --filter name=memory
cumuli profiles add disk --provider local --set root=ACCOUNT --default
cumuli profiles list --columns name,provider,default
cumuli profiles check disk --columns profile,service,check,ok
cumuli sizes list -p memory
cumuli sizes list -p memory --sort -ram --columns id,ram --output csv
cumuli sizes list -p memory --filter ram=4096 --output yaml
cumuli nodes list
cumuli nodes create {LONG_NAME} --size t3.medium
cumuli nodes create {LONG_NAME} --size t3.medium --image ami-12c6146b -P moto --output ids
cumuli nodes list -P moto --filter name=web-front* --filter state=running
cumuli nodes list {LONG_NAME} -P moto --columns id,name,state,tags
cumuli nodes lsit -P moto
cumuli nodes show web-frontend-productoin-1 -P moto
cumuli nodes stop {LONG_NAME} -P moto
cumuli nodes destroy {LONG_NAME} -P moto
cumuli nodes destroy {LONG_NAME} -P moto --yes --wait
cumuli containers create photos
cumuli put a.jpg photos/2024/
cumuli put b.jpg photos/2024/
cumuli ls photos/2024/ --columns name,size
cumuli get photos/2024/a.jpg
cumuli rm --recursive photos --dry-run
cumuli rm photos/2024/a.jpg
cumuli ls dsik:photos
cumuli ls photso
cumuli put missing.jpg photos/ --recusive
cumuli put missing.jpg photos/
"""


class Screen(io.StringIO):
    """A terminal that keeps what is shown."""

    def isatty(self) -> bool:
        return True


def drawn(monkeypatch: pytest.MonkeyPatch, account: Path) -> str:
    """Every command of the week, and what the terminal shows of it."""
    picture: list[str] = []
    for line in WEEK.strip().splitlines():
        screen = Screen()
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdout", screen)
            patch.setattr("sys.stderr", screen)
            # What moves is in no picture.
            patch.setattr(Output, "bars_on", None)
            status = run(shlex.split(line.replace("ACCOUNT", str(account)))[1:])
        shown = screen.getvalue()
        assert ESCAPE.search(shown) is None
        picture.append(f"$ {line}\n{shown}" + (f"(exit status {status})\n" if status else ""))
    return masked("\n".join(picture), account)


def masked(text: str, account: Path) -> str:
    """Without what is another one each time; ids keep their length."""
    known: dict[str, str] = {}

    def mask(match: re.Match[str]) -> str:
        found = match[0]
        number = known.setdefault(found, str(len(known) + 1))
        kind, _, digits = found.partition("-")
        return f"{kind}-{number.rjust(len(digits), '0')}"

    text = AN_ID.sub(mask, text.replace(str(account.parent), "~"))
    text = re.sub(r"Storage providers: [^.]*\.", "Storage providers: ….", text)
    return re.sub(r"request [0-9a-f-]{36}", "request …", text)


@pytest.mark.parametrize("colour", [False, True], ids=["plain", "colour"])
def test_the_first_week(
    colour: bool,
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    for name in ("a.jpg", "b.jpg"):
        (work / name).write_bytes(bytes(1500))
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    if colour:
        monkeypatch.delenv("NO_COLOR", raising=False)
    else:
        monkeypatch.setenv("NO_COLOR", "1")
    picture = drawn(monkeypatch, tmp_path / "account")
    if colour:
        picture = picture.replace("\x1b", "␛")
        assert "␛[" in picture
    else:
        assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", picture), "bold is no colour"
        picture = STYLE.sub("", picture)
        for each in AN_ID.finditer(picture):
            assert "\n" not in each[0]
    path = PICTURES / ("first_week_in_colour.txt" if colour else "first_week.txt")
    if WRITE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(picture, encoding="utf-8")
    assert picture == path.read_text(encoding="utf-8")


def test_the_pictures() -> None:
    plain = (PICTURES / "first_week.txt").read_text(encoding="utf-8")
    in_colour = (PICTURES / "first_week_in_colour.txt").read_text(encoding="utf-8")
    assert re.sub(r"␛\[[0-9;]*m", "", in_colour) == plain, "colour adds nothing and hides nothing"
    lines = plain.splitlines()
    tables = [number for number, line in enumerate(lines) if line.startswith(("ID ", "NAME "))]
    assert tables
    for number in tables:
        for line in lines[number:]:
            if not line or line.startswith("$"):
                break
            if not line.startswith("no room"):
                assert len(line) <= WIDTH
    ids = AN_ID.findall(plain)
    assert len(ids) >= 5, "none is cut in two"
