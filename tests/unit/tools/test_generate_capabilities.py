"""What is made from the evidence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import generate_capabilities as tool

EVIDENCE = {
    "provider": "gogrid",
    "service": "compute",
    "title": "GoGrid",
    "date": "2026-11-29",
    "endpoint": "real server",
    "server": "somebody 1.0",
    "versions": {"cumuli": "1", "python": "3.13.1"},
    "flavours": ["sync"],
    "declares": ["create_node", "reboot_node", "get_node", "list_nodes"],
    "behaviours": {
        "made": {"outcome": "pass", "about": ["create_node", "list_nodes"]},
        "made again": {"outcome": "unsupported", "about": ["create_node", "create_volume"], "reason": "no volumes"},
        "rebooted": {"outcome": "fail", "about": ["reboot_node"]},
        "wrong_ids_are_refused_before_any_request": {"outcome": "pass", "about": ["get_node"]},
        "listed": {"outcome": "pass", "about": ["reboot_node"]},
    },
}


@pytest.fixture
def files(tmp_path: Path) -> tool.Files:
    source = tmp_path / "src"
    (source / "compute").mkdir(parents=True)
    (source / "storage").mkdir()
    (source / "table.py").write_text((tool.ROOT / "src/cumuli/table.py").read_text())
    for service in ("compute", "storage"):
        text = (tool.ROOT / f"src/cumuli/{service}/capabilities.py").read_text()
        (source / service / "capabilities.py").write_text(text)
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "gogrid-compute.json").write_text(json.dumps(EVIDENCE))
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n<!-- {tool.BEGIN} -->\n<!-- {tool.END} -->\nafter\n")
    return tool.Files(evidence, source, readme, tmp_path / "capabilities.md")


def test_the_tables_say_what_was_seen_and_where_nobody_looked(files: tool.Files) -> None:
    assert tool.main([], files) == 0
    readme = files.readme.read_text()
    assert "| GoGrid | compute | 3 | 1 | 1 | 0 | somebody 1.0 (real server) | 2026-11-29 |" in readme
    [missing] = [line for line in readme.splitlines() if line.startswith("No evidence yet: ")]
    assert missing.startswith("No evidence yet: Amazon EC2, ")
    assert "GoGrid" not in missing
    assert "| Amazon EC2 |" not in readme
    assert readme.startswith("before\n")
    assert readme.endswith("after\n")
    page = files.docs.read_text()
    assert "| made again | n |" in page
    assert "no volumes: made again." in page
    [row] = json.loads((files.source / "evidence.json").read_text())
    known = row["capabilities"]
    # One that fails fails all, what is not declared is not had, what nobody looked at is not known.
    wanted = {"create_node": "pass", "reboot_node": "fail", "create_volume": "unsupported", "get_node": "untried"}
    assert {name: known[name] for name in wanted} == wanted


def test_what_is_stale_is_told(files: tool.Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["--check"], files) == 1
    assert "differs from the evidence: README.md" in capsys.readouterr().out
    tool.main([], files)
    assert tool.main(["--check"], files) == 0
    path = files.evidence / "gogrid-compute.json"
    path.write_text(path.read_text().replace('"fail"', '"pass"'))
    assert tool.main(["--check"], files) == 1


def test_a_readme_without_a_place_for_it_is_told(files: tool.Files, capsys: pytest.CaptureFixture[str]) -> None:
    files.readme.write_text("nothing")
    assert tool.main([], files) == 1
    assert "needs two lines, each once" in capsys.readouterr().out
