"""``cumuli providers``."""

from __future__ import annotations

import json

from tests.unit.cli.conftest import Cli


def test_what_was_seen_of_each_capability_and_where_nobody_looked(cli: Cli) -> None:
    result = cli("providers", "--capabilities", "--json")
    rows = {(row["name"], row["service"], row["capability"]): row for row in json.loads(result.out)}
    seen = rows["memory", "compute", "create_node"]
    assert (seen["evidence"], seen["endpoint"], seen["server"]) == ("pass", "real server", "cumuli itself")
    assert rows["gogrid", "compute", "create_volume"]["evidence"] == "unsupported"
    assert rows["wasabi", "storage", "get_object"]["evidence"] == "no evidence"
    assert rows["wasabi", "storage", "get_object"]["date"] is None
