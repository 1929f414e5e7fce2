"""Object names that hurt: the known bad ones, and as many generated ones as a test likes."""

from __future__ import annotations

import random

__all__ = ["KNOWN_BAD", "generated_names"]

KNOWN_BAD = (
    "../../etc/passwd",
    "..",
    ".",
    "./a",
    "a/../b",
    "a/./b",
    "/absolute",
    "//",
    "/",
    "a//b",
    "a/",
    "trailing/slash/",
    "?",
    "#",
    "&=+;",
    "a?b=c&d#e",
    "%",
    "%2e%2e",
    "%2F",
    "%zz",
    "100%",
    "+plus and space+",
    " leading",
    "trailing ",
    "two  spaces",
    "tab\there",
    "line\nfeed",
    "carriage\rreturn",
    "nul\0byte",
    "\x01\x02\x1f\x7f",
    "back\\slash",
    "\"quotes'",
    "<xml>&amp;</xml>",
    "]]>",
    "*?[glob]",
    "$(shell) `and` | such; rm",
    "colon:and|pipe",
    "~home",
    "-dash",
    "CON",
    "é",
    "e\u0301",
    "ß/ẞ/İ/ı",  # noqa: RUF001 - the letters that change their number with their case
    "日本語/テスト",
    "العربية",
    "\u200b\u200e\u202e",
    "\ufeffbom",
    "\ufffd\ufffe\uffff",
    "😀/👨‍👩‍👧‍👦",
    "\U00010000\U0001f600\U000e0001\U0010fffd",
    "\u0085\u2028\u2029",
    ".cumuli",
    ".cumuli/x",
    ".cumuli-x",
    ".cumuli=x",
    ".cumuli-/y",
    "both",
    "both/below",
    "both/below/further",
    "x" * 255,
    "x" * 256,
    "é" * 128,
    "y/" * 400 + "z",
    "z" * 1024,
    "w" * 2000,
    "😀" * 256,
)

POOLS = (
    "abcXYZ019",
    "/../..//.%2e%2f",
    "?#&=+;:@!$'()*,[]",
    " \t\"'<>\\^`{|}~",
    "\n\r\x00\x01\x1f\x7f",
    "éßçñøåæœ",
    "日本語中文한국어",
    "\u200b\u202e\ufeff\u0301",
    "😀👾\U00010348\U0001d11e",
)


def generated_names(count: int, *, seed: int = 20111111) -> list[str]:
    """Different names of 1 to some hundred characters from every corner of Unicode; the same ones every time."""
    chance = random.Random(seed)
    names: dict[str, None] = {}
    while len(names) < count:
        pools = chance.sample(POOLS, chance.randint(1, 4))
        length = chance.choice((1, 2, 5, 12, 40, 150))
        name = "".join(
            _any_character(chance) if chance.random() < 0.1 else chance.choice(chance.choice(pools))
            for _ in range(length)
        )
        names[name] = None
    return list(names)


def _any_character(chance: random.Random) -> str:
    while True:
        point = chance.randrange(0x110000)
        if not 0xD800 <= point <= 0xDFFF:
            return chr(point)
