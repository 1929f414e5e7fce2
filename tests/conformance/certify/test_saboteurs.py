"""Drivers that are broken on purpose are caught, each by the behaviour that is about what is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.certify.conftest import Certify, evidence, outcomes, profile

# Each starts an interpreter and pytest in it, which takes seconds.
pytestmark = pytest.mark.heavy

SABOTEURS = Path(__file__).parent / "saboteurs"
COMPUTE = (
    "a_created_node_is_found_again,every_page_and_lazily,key_pairs,not_found,nothing_is_left_behind,own_images,volumes"
)
STORAGE = (
    "contents_are_verified,copies,deleting_what_is_missing_is_told,every_page_and_lazily,generated_names,"
    "nothing_is_left_behind,reading_if_match,streams"
)
CAUGHT_BY = {
    "drops the last page of nodes": "every_page_and_lazily",
    "says that it makes images": "own_images",
    "leaks a volume": "nothing_is_left_behind",
    "makes two volumes for one": "nothing_is_left_behind",
    "returns another's node": "a_created_node_is_found_again",
    "swallows an error of nodes": "not_found",
    "drops the last page of objects": "every_page_and_lazily",
    "says that it copies": "copies",
    "ignores the hash": "contents_are_verified",
    "ignores the hash of uploads": "contents_are_verified",
    "returns another's object": "generated_names",
    "swallows an error of objects": "deleting_what_is_missing_is_told",
    "": "",
}


@pytest.fixture(scope="module")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The saboteurs, as an installer would have laid them out."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "sabotage.py").write_text((SABOTEURS / "sabotage.py").read_text())
    meta = folder / "cumuli_sabotage-1.0.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: cumuli-sabotage\nVersion: 1.0\n")
    (meta / "entry_points.txt").write_text("[cumuli.providers]\nsabotaged = sabotage:INFO\n")
    return folder


@pytest.mark.parametrize("fault", CAUGHT_BY, ids=lambda fault: fault or "nothing is broken")
def test_a_broken_driver_is_caught_by_the_right_behaviour(
    certify: Certify, environment: dict[str, str], distribution: Path, tmp_path: Path, fault: str
) -> None:
    profile(tmp_path, "broken", provider="sabotaged", fault=fault)
    service = "storage" if any(word in fault for word in ("object", "hash", "copies")) else "compute"
    done = certify(
        *("broken", "--kind", "real server", "--alone", "--patience", "2", "--service", service, "--flavour", "sync"),
        *("--only", STORAGE if service == "storage" else COMPUTE, "--report", "report"),
        PYTHONPATH=f"{distribution}:{environment['PYTHONPATH']}",
    )
    slug = f"sabotaged-{service}"
    failed = {name for name, outcome in outcomes(tmp_path, slug).items() if outcome == "fail"}
    assert failed == {CAUGHT_BY[fault]} - {""}, (tmp_path / "report" / "report.md").read_text()
    assert done.returncode == (1 if fault else 0), done.stderr
    for name in failed:
        [failure, *_] = evidence(tmp_path, slug)["behaviours"][name]["failures"]
        assert failure["expected"]
        assert f"{slug}: {name} failed" in done.stderr
