"""``make new-provider``: what it makes is clean, is known, and fails exactly for what is not written yet."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from cumuli import generate
from cumuli.capabilities import Capability
from cumuli.compute.capabilities import ComputeCapability
from cumuli.storage.capabilities import StorageCapability
from tests.support.project_copy import contents, copied, run


class Made(NamedTuple):
    """A provider that is made."""

    name: str
    service: str
    title: str
    client: str
    # What it can do as it is made, and how the list of what is left begins and ends.
    written: set[Capability]
    first: str
    last: str

    @property
    def package(self) -> str:
        return f"src/cumuli/providers/{self.name}"

    @property
    def tests(self) -> str:
        return f"tests/conformance/{self.name}"


# Names and titles as long as they may be, to see the longest lines.
PROVIDERS = (
    Made(
        *("tall_cloud", "compute", "The Tall Cloud of the North 42", "TheTallCloudOfTheFarNorthOf742"),
        written={ComputeCapability.LIST_NODES, ComputeCapability.GET_NODE},
        first="1. what they are made of, and where: list_sizes, get_size, list_images, get_image, list_locations",
        last="8. images of one's own: create_image, copy_image, delete_image, list_images(tags=)",
    ),
    Made(
        *("cold_store", "storage", "The Cold Store of the South 42", "TheColdStoreOfTheFarSouthOf742"),
        written={StorageCapability.LIST_CONTAINERS, StorageCapability.GET_CONTAINER},
        first="1. containers: create_container, delete_container",
        last="9. delivery networks: enable_container_cdn, get_container_cdn_url, get_object_cdn_url",
    ),
)
EACH = pytest.mark.parametrize("made", PROVIDERS, ids=lambda made: made.service)


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(project, "tools/new_provider.py", *arguments)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with new providers in it."""
    project = copied(tmp_path_factory.mktemp("project"))
    for made in PROVIDERS:
        done = make(project, made.name, "--service", made.service, "--title", made.title, "--client", made.client)
        assert done.returncode == 0, done.stderr
        assert "CONTRIBUTING.md" in done.stdout
    return project


PACKAGES = [made.package for made in PROVIDERS]
TOUCHED = (*PACKAGES, "src/cumuli/table.py", "src/cumuli/by_name.py", "src/cumuli/__init__.py")
TESTS = [made.tests for made in PROVIDERS]
CHECKS = {
    "ruff": ("-m", "ruff", "check", *TOUCHED, *TESTS),
    "ruff format": ("-m", "ruff", "format", "--check", *TOUCHED, *TESTS),
    "mypy": ("-m", "mypy", "--strict", *TOUCHED),
    "basedpyright": ("-m", "basedpyright", *TOUCHED),
    "imports": ("tools/check_imports.py",),
    "names": ("tools/generate_names.py", "--check"),
    "the project's own rules": (
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/test_import.py", "tests/unit/test_documented.py"),
        *("-k", "TheTallCloud or TheColdStore or same_names"),
    ),
}


@pytest.mark.parametrize("check", CHECKS)
def test_what_is_made_is_clean(project: Path, check: str) -> None:
    done = run(project, *CHECKS[check])
    assert done.returncode == 0, done.stdout + done.stderr


@EACH
def test_the_sync_client_is_what_the_generator_writes(project: Path, made: Made) -> None:
    folder = project / made.package
    written = generate.generated(folder, generate.flavoured_names([folder / "aio.py"]))
    assert (folder / "client.py").read_text() == written


@EACH
def test_what_is_made_is_all_there(project: Path, made: Made) -> None:
    assert {path.name for path in (project / made.package).glob("*.py")} == {
        *("__init__.py", "aio.py", "client.py", "driver.py", "models.py", "wire.py"),
    }
    text = "".join(path.read_text() for path in (project / made.package).glob("*.py"))
    assert not re.search(r"(?i)acme|\bTODO\b|FIXME|placeholder|NotImplementedError", text)
    page = (project / "docs" / "providers" / f"{made.name}.md").read_text()
    assert page.startswith(f"# {made.title}\n")
    assert f'cumuli.{made.service}("{made.name}", token=…)' in page
    assert "cme" not in page


@EACH
def test_it_is_known(project: Path, made: Made) -> None:
    listed = run(project, "-m", "cumuli", "providers").stdout
    assert re.search(rf"^{made.name} +{made.service} +{made.title} *$", listed, re.MULTILINE)
    opens = f"{made.service}('{made.name}', token='t')"
    program = (
        "import cumuli\n"
        f"assert type(cumuli.{opens}) is cumuli.{made.client}\n"
        f"assert type(cumuli.async_{opens}) is cumuli.Async{made.client}\n"
    )
    done = run(project, "-c", program)
    assert done.returncode == 0, done.stderr
    row = f'| {made.title} | `{made.service}("{made.name}")` | `{made.client}` `Async{made.client}` | nothing yet |'
    assert row in (project / "README.md").read_text()


def results(report: Path) -> Iterator[tuple[str, str, str]]:
    """Every test's name, whether it passed, failed or was an error, and what it said."""
    for case in ET.parse(report).iter("testcase"):
        outcome = next((child for child in case if child.tag in {"failure", "error", "skipped"}), None)
        said = "" if outcome is None else outcome.get("message", "")
        yield case.get("name", ""), "passed" if outcome is None else outcome.tag, said


@EACH
def test_the_first_run_ends_with_what_to_write(project: Path, tmp_path: Path, made: Made) -> None:
    report = tmp_path / "report.xml"
    done = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", made.tests)
    assert done.returncode == 1, done.stdout + done.stderr
    found = list(results(report))
    # One failure, and nothing else: no import, no KeyError, no request that nobody answers.
    [(name, failure)] = [(name, said) for name, outcome, said in found if outcome not in {"passed", "skipped"}]
    assert name == "test_nothing_is_left_to_write"
    assert f"{made.name} is not complete" in failure
    assert {said for _, outcome, said in found if outcome == "skipped"} == {
        f"{made.name} is not complete: what this needs is to be written first"
    }
    passed = {name.partition("[")[0] for name, outcome, _ in found if outcome == "passed"}
    assert {"test_what_the_server_has_is_seen", "test_a_wrong_token_is_told"} <= passed
    # The list is the end of all that is shown, short, and leaves out what is there.
    *_, heading, to_do = re.split(r"^=+ (.*) =+$", done.stdout, flags=re.MULTILINE)
    assert heading == f"to do for {made.name}"
    lines = to_do.strip().splitlines()
    assert lines[0] == made.first
    assert lines[-2] == made.last
    assert "the target's gaps, with the reason" in lines[-1]
    assert len(lines) <= 10
    assert not [each for each in made.written if re.search(rf"[:,] {re.escape(each.value)}(,|$)", to_do, re.MULTILINE)]


@EACH
def test_a_declared_gap_is_not_to_be_written(project: Path, made: Made) -> None:
    harness = project / made.tests / f"test_{made.name}_{made.service}.py"
    before = harness.read_text()
    verb = {"compute": "reboot_node", "storage": "delete_container"}[made.service]
    harness.write_text(before.replace("gaps={}", f'gaps={{"{verb}": "it has no such thing"}}'))
    try:
        done = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", harness, "-k", f"{verb} or left_to_write")
    finally:
        harness.write_text(before)
    # Something else is left to write.
    assert done.returncode == 1, done.stdout
    _, heading, to_do = done.stdout.partition("to do for")
    assert heading
    assert verb not in to_do


@EACH
def test_a_gap_that_has_closed_is_told(project: Path, made: Made) -> None:
    harness = project / made.tests / f"test_{made.name}_{made.service}.py"
    before = harness.read_text()
    verb = {"compute": "get_node", "storage": "get_container"}[made.service]
    harness.write_text(before.replace("gaps={}", f'gaps={{"{verb}": "it has no such thing"}}'))
    try:
        done = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", harness, "-k", f"lacking and {verb}")
    finally:
        harness.write_text(before)
    assert done.returncode == 1, done.stdout
    assert "the gap has closed" in done.stdout


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
        (["new", "--service", "dns"], "no template of a 'dns' provider; SERVICE is one of compute, storage"),
    ],
    ids=lambda value: " ".join(map(str, value))[:20] if isinstance(value, list) else "",  # pyright: ignore[reportUnknownArgumentType] - pytest's
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
        ("tools/provider_template/compute/provider/aio.py", "this is not Python\n"),
        ("tools/provider_template/compute/page.md", None),
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
