"""``make new-provider``: what it makes is clean, is known, and fails exactly for what is not written yet."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cumuli import generate
from cumuli.compute.capabilities import ComputeCapability as Can
from cumuli.testing.suites.compute_calls import CALLS
from tests.support.copies import contents, copied, run

# As long as it may be, to see the longest lines.
TITLE = "The Tall Cloud of the North 42"
CLIENT = "TheTallCloudOfTheFarNorthOf742"
WRITTEN = {Can.LIST_NODES, Can.GET_NODE}


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(project, "tools/new_provider.py", *arguments)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a new provider in it."""
    project = copied(tmp_path_factory.mktemp("project"))
    done = make(project, "tall_cloud", "--title", TITLE, "--client", CLIENT)
    assert done.returncode == 0, done.stderr
    assert "CONTRIBUTING.md" in done.stdout
    return project


PACKAGE = "src/cumuli/providers/tall_cloud"
TOUCHED = (PACKAGE, "src/cumuli/table.py", "src/cumuli/by_name.py", "src/cumuli/__init__.py")
TESTS = "tests/conformance/tall_cloud"
CHECKS = {
    "ruff": ("-m", "ruff", "check", *TOUCHED, TESTS),
    "ruff format": ("-m", "ruff", "format", "--check", *TOUCHED, TESTS),
    "mypy": ("-m", "mypy", "--strict", *TOUCHED),
    "basedpyright": ("-m", "basedpyright", *TOUCHED),
    "imports": ("tools/check_imports.py",),
    "names": ("tools/generate_names.py", "--check"),
    "the project's own rules": (
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/test_import.py", "tests/unit/test_documented.py"),
        *("-k", "TheTallCloud or same_names"),
    ),
}


@pytest.mark.parametrize("check", CHECKS)
def test_what_is_made_is_clean(project: Path, check: str) -> None:
    done = run(project, *CHECKS[check])
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_sync_client_is_what_the_generator_writes(project: Path) -> None:
    folder = project / PACKAGE
    written = generate.generated(folder, generate.flavoured_names([folder / "aio.py"]))
    assert (project / PACKAGE / "client.py").read_text() == written


def test_what_is_made_is_all_there(project: Path) -> None:
    assert {path.name for path in (project / PACKAGE).glob("*.py")} == {
        *("__init__.py", "aio.py", "client.py", "driver.py", "models.py", "wire.py"),
    }
    text = "".join(path.read_text() for path in (project / PACKAGE).glob("*.py"))
    assert not re.search(r"(?i)acme|\bTODO\b|FIXME|placeholder|NotImplementedError", text)
    page = (project / "docs" / "providers" / "tall_cloud.md").read_text()
    assert page.startswith(f"# {TITLE}\n")
    assert 'cumuli.compute("tall_cloud", token=…)' in page
    assert "cme" not in page


def test_it_is_known(project: Path) -> None:
    listed = run(project, "-m", "cumuli", "providers").stdout
    assert re.search(rf"^tall_cloud +compute +{TITLE} *$", listed, re.MULTILINE)
    program = (
        "import cumuli\n"
        f"assert type(cumuli.compute('tall_cloud', token='t')) is cumuli.{CLIENT}\n"
        f"assert type(cumuli.async_compute('tall_cloud', token='t')) is cumuli.Async{CLIENT}\n"
    )
    done = run(project, "-c", program)
    assert done.returncode == 0, done.stderr


def results(report: Path) -> Iterator[tuple[str, str, str]]:
    """Every test's name, whether it passed, failed or was an error, and what it said."""
    for case in ET.parse(report).iter("testcase"):
        outcome = next((child for child in case if child.tag in {"failure", "error", "skipped"}), None)
        said = "" if outcome is None else outcome.get("message", "")
        yield case.get("name", ""), "passed" if outcome is None else outcome.tag, said


def test_the_harness_runs_and_fails_for_what_is_missing(project: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    done = run(
        *(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"),
        "tests/conformance/tall_cloud",
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found = list(results(report))
    assert {outcome for _, outcome, _ in found} == {"passed", "failure"}
    missing = {call.capability for call in CALLS} - WRITTEN
    for flavour in ("sync", "async"):
        for call in CALLS:
            name = f"test_lacking_capabilities_are_said_before_any_request[{flavour}-{call.verb}]"
            [(outcome, said)] = [(outcome, said) for test, outcome, said in found if test == name]
            if call.capability in WRITTEN:
                assert outcome == "passed", said
            else:
                assert f"tall_cloud lacks {call.capability}: " in said
                assert f"ComputeCapability.{call.capability.name} to its capabilities" in said
    # Nothing else fails: no import, no KeyError, no request that nobody answers.
    failures = {said for _, outcome, said in found if outcome == "failure"}
    assert {said.partition(":")[2].strip().partition(":")[0] for said in failures} == {
        f"tall_cloud lacks {capability}" for capability in missing
    }
    summary = done.stdout.partition("to be written, or declared as gaps")[2]
    assert "tall_cloud: create_node: write create_node in the driver" in summary
    passed = {name.partition("[")[0] for name, outcome, _ in found if outcome == "passed"}
    assert {"test_what_the_server_has_is_seen", "test_a_wrong_token_is_told", "test_a_deadline_ends_the_call"} <= passed


def test_a_declared_gap_fails_no_more(project: Path, tmp_path: Path) -> None:
    harness = project / "tests" / "conformance" / "tall_cloud" / "test_tall_cloud_compute.py"
    before = harness.read_text()
    harness.write_text(before.replace("gaps={}", 'gaps={"reboot_node": "it has no reset button"}'))
    try:
        done = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", harness, "-k", "reboot_node and not wrong")
    finally:
        harness.write_text(before)
    assert "it has no reset button" in done.stdout
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tall_cloud"], "there is a provider tall_cloud already"),
        (["ec2"], "there is a provider ec2 already"),
        (["local"], "there is a provider local already"),
        (["aws"], "src/cumuli/providers/aws exists already"),
        (["support"], "tests/conformance/support exists already"),
        (["conftest"], "tests/conformance/conftest.py exists already"),
        (["paged"], "docs/providers/paged.md exists already"),
        (["Tall"], "'Tall' will not do as a name"),
        (["tall-cloud"], "'tall-cloud' will not do as a name"),
        (["../tall"], "'../tall' will not do as a name"),
        (["tall__cloud"], "will not do as a name"),
        (["2tall"], "will not do as a name"),
        (["x" * 31], "at most 30"),
        (["new", "--title", "x" * 31], "at most 30"),
        ([""], "'' will not do as a name"),
        (["class"], "class has a meaning already"),
        (["node"], "Node has a meaning already"),
        (["page"], "Page has a meaning already"),
        (["exception"], "Exception has a meaning already"),
        (["new", "--client", "EC2"], "EC2 has a meaning already"),
        (["new", "--client", "AsyncNew"], "'AsyncNew' will not do as a class"),
        (["new", "--title", 'New"'], "will not do as a title"),
    ],
    ids=lambda value: " ".join(value)[:20] if isinstance(value, list) else "",
)
def test_what_will_not_do_is_said_and_changes_nothing(project: Path, arguments: list[str], words: str) -> None:
    (project / "tests" / "conformance" / "support").mkdir(exist_ok=True)
    (project / "docs" / "providers" / "paged.md").touch()
    before = contents(project)
    done = make(project, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(project) == before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("src/cumuli/table.py", '"""Without what the tool looks for."""\n'),
        ("src/cumuli/__init__.py", '"""Without the marks that the tool looks for."""\n'),
        ("tools/provider_template/provider/aio.py", "this is not Python\n"),
        ("tools/provider_template/page.md", None),
    ],
)
def test_what_goes_wrong_halfway_is_undone(project: Path, file: str, text: str | None) -> None:
    changed = project / file
    kept = changed.read_bytes()
    if text is None:
        changed.unlink()
    else:
        changed.write_text(text)
    try:
        before = contents(project)
        assert make(project, "other_cloud").returncode != 0
        assert contents(project) == before
    finally:
        changed.write_bytes(kept)
