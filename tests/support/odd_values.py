"""Answers made odd, one place at a time: what no listing may be lost for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["ODD", "differences", "odd_elements", "odd_records", "unfit_moments"]

NO_SUCH_DAY = "2013-02-29T00:00:00"
ODD: tuple[Any, ...] = (
    None, "", "odd", "7", "True", "no", NO_SUCH_DAY, "2013-02-28 00:00:00", "Sun, 06 Nov 1994 08:49:37 GMT", 7, 512.5,
    -1, 0, 10**20, 1_700_000_000, True, False, [], {}, [7], [[7]], ["odd"], {"x": 1}, [{"x": [1]}],
)  # fmt: skip
TEXTS = (
    "", "odd", "7", "-1", "512.5", "True", "null", NO_SUCH_DAY, "2013-02-28 00:00:00", "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+05:00", "2013-02-28T00:00:00", "2013-02-28T00:00:00+02:00", "Sun, 06 Nov 1994 08:49:37 GMT",
    "1700000000", "9" * 400, "<odd/>", "<item/>",
)  # fmt: skip
LEAF = re.compile(r"<(\w+)>([^<]+)</\1>")


def odd_records(record: Any) -> Iterator[tuple[str, Any, Any]]:
    """A record once for every place in it and every odd value: the place's name, the value, and the record."""
    for name, inner in list(record.items() if isinstance(record, dict) else enumerate(record)):
        changed = record.copy()
        for value in ODD:
            changed[name] = value
            yield str(name), value, changed.copy()
        if isinstance(inner, dict | list):
            for _, value, other in odd_records(inner):
                changed[name] = other
                yield f"{name}.", value, changed.copy()


def odd_elements(record: str) -> Iterator[tuple[str, str, str]]:
    """The same for XML: the element's name, its odd text, and the record."""
    for leaf in LEAF.finditer(record):
        for text in TEXTS:
            yield leaf[1], text, f"{record[: leaf.start(2)]}{text}{record[leaf.end(2) :]}"


def differences(one: Any, other: Any) -> set[str]:
    """The fields that differ between two models."""
    return {name for name in one.__struct_fields__ if getattr(one, name) != getattr(other, name)}


def unfit_moments(model: Any) -> list[Any]:
    """The moments of a model that are not in UTC."""
    values = [getattr(model, name) for name in model.__struct_fields__]
    return [value for value in values if isinstance(value, dt.datetime) and value.tzinfo is not dt.UTC]
