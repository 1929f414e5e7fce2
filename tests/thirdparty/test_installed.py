"""Providers of other distributions, as users meet them: in processes that import and run what is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import cumuli
from cumuli import generate
from example_server import ExampleServer
from tests.secrets_used import API_SECRET
from tests.thirdparty.conftest import PROJECT, install

# The cumuli that these tests import, wherever it is.
SOURCE = Path(cumuli.__file__).parents[1]
ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run:
    """Runs Python with Example Cloud installed, and other folders before it on the path."""

    def call(*arguments: str, before: tuple[Path, ...] = ()) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CUMULI_")}
        environment = kept | {
            "PYTHONPATH": os.pathsep.join(map(str, (*before, installed, SOURCE))),
            "CUMULI_CONFIG": str(tmp_path / "config.toml"),
            "NO_PROXY": "127.0.0.1",
        }
        return subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=300
        )

    return call


def distribution(folder: Path, name: str, entry_point: str, **modules: str) -> Path:
    """Another distribution with one provider, as an installer would have laid it out."""
    folder.mkdir()
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(text)
    meta = folder / f"{name.replace('-', '_')}-2.0.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n")
    (meta / "entry_points.txt").write_text(f"[cumuli.providers]\n{entry_point}\n")
    return folder


def info(name: str, service: str = "compute") -> str:
    """A module with a ``ProviderInfo`` that names Example Cloud's classes."""
    return (
        "import cumuli\n"
        f"INFO = cumuli.ProviderInfo(name={name!r}, service={service!r}, title='Other Cloud', "
        "client='cumuli_example.client:Example', async_client='cumuli_example.aio:AsyncExample')\n"
    )


def test_it_is_installed_and_not_taken_from_the_source(run: Run, installed: Path) -> None:
    done = run("-c", "import cumuli_example; print(cumuli_example.__file__)")
    assert done.stdout.startswith(str(installed)), done.stderr


def test_cumuli_providers_shows_it(run: Run) -> None:
    done = run("-m", "cumuli", "providers")
    assert done.returncode == 0, done.stderr
    [line] = [line for line in done.stdout.splitlines() if line.startswith("example ")]
    assert line.split() == ["example", "compute", "Example", "Cloud"]
    assert done.stderr == ""


def test_nothing_of_it_is_imported_by_listing(run: Run) -> None:
    program = (
        "import sys, cumuli; assert 'example' in cumuli.providers('compute'); "
        "print([name for name in sys.modules if name.startswith('cumuli_example.')])"
    )
    assert run("-c", program).stdout == "[]\n"


def test_a_client_by_name_and_the_command_line(run: Run, cloud_server: ExampleServer, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[profiles.mine]\nprovider = "example"\ntoken = "{API_SECRET}"\nendpoint = "{cloud_server.endpoint}"\n'
    )
    config.chmod(0o600)
    made = run("-m", "cumuli", "--profile", "mine", "nodes", "create", "web-1", "--size", "small", "--image", "debian")
    assert made.returncode == 0, made.stderr
    program = (
        "import cumuli\n"
        "with cumuli.compute('mine') as cloud:\n"
        "    print(type(cloud).__name__, cloud.provider, [node.name for node in cloud.list_nodes()])\n"
    )
    assert run("-c", program).stdout == "Example example ['web-1']\n"
    assert "web-1" in run("-m", "cumuli", "--profile", "mine", "nodes", "list").stdout
    cloud_server.machines.clear()


def test_settings_are_checked_as_those_of_built_in_providers(run: Run) -> None:
    done = run("-m", "cumuli", "--provider", "example", "nodes", "list")
    assert done.returncode != 0
    assert "missing a required argument: 'token'" in done.stderr


BROKEN = {
    "an import that fails": ("broken = broken_one:INFO", {}, "No module named 'broken_one'"),
    "an error on import": ("broken = broken_one:INFO", {"broken_one": "1 / 0\n"}, "division by zero"),
    "an exit on import": ("broken = broken_one:INFO", {"broken_one": "raise SystemExit\n"}, "SystemExit"),
    "a name that is not there": ("broken = broken_one:INFO", {"broken_one": ""}, "has no attribute 'INFO'"),
    "a wrong type": ("broken = broken_one:INFO", {"broken_one": "INFO = 'x'\n"}, "no ProviderInfo but this type: str"),
    "a wrong service": ("broken = broken_one:INFO", {"broken_one": info("broken", "computer")}, "'computer'"),
    "another name": ("broken = broken_one:INFO", {"broken_one": info("working")}, "the two names must agree"),
}


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case)
def test_a_broken_one_is_told_and_disturbs_nobody(run: Run, tmp_path: Path, case: str) -> None:
    entry_point, modules, words = BROKEN[case]
    broken = distribution(tmp_path / "broken", "cumuli-broken", entry_point, **modules)
    listed = run("-m", "cumuli", "providers", before=(broken,))
    assert listed.returncode == 0
    names = {line.split()[0] for line in listed.stdout.splitlines()}
    assert {"ec2", "example", "gogrid", "s3"} <= names
    assert not {"broken", "working"} & names
    for part in ("the provider 'broken' of cumuli-broken 2.0", words, "upgrade that package, or uninstall it"):
        assert part in listed.stderr
    assert "Traceback" not in listed.stderr
    asked = run("-m", "cumuli", "--provider", "broken", "nodes", "list", before=(broken,))
    assert asked.returncode != 0
    assert words in asked.stderr
    assert "Traceback" not in asked.stderr
    used = run("-c", "import cumuli; cumuli.compute('example', token='t').close()", before=(broken,))
    assert (used.returncode, used.stderr) == (0, "")


def test_a_client_that_cannot_be_imported_is_told(run: Run, tmp_path: Path) -> None:
    text = info("broken").replace("cumuli_example.client:Example", "broken_client:Broken")
    broken = distribution(
        tmp_path / "broken", "cumuli-broken", "broken = broken_one:INFO", broken_one=text, broken_client="1 / 0\n"
    )
    done = run("-m", "cumuli", "--provider", "broken", "nodes", "list", before=(broken,))
    assert "the provider 'broken' cannot be imported from 'broken_client:Broken': division by zero" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_name_of_a_built_in_provider_stays_the_built_in_one(run: Run, tmp_path: Path) -> None:
    thief = distribution(tmp_path / "thief", "cumuli-thief", "gogrid = thief:INFO", thief=info("gogrid"))
    listed = run("-m", "cumuli", "providers", before=(thief,))
    [line] = [line for line in listed.stdout.splitlines() if line.startswith("gogrid ")]
    assert "GoGrid" in line
    assert "provider 'gogrid' of cumuli-thief 2.0 is left out: cumuli has one of that name" in listed.stderr
    program = "import cumuli; print(type(cumuli.compute('gogrid', api_key='k', secret='s')).__module__)"
    assert run("-c", program, before=(thief,)).stdout == "cumuli.providers.gogrid.client\n"


def test_of_two_with_one_name_the_first_on_the_path_has_it(run: Run, tmp_path: Path) -> None:
    other = distribution(tmp_path / "other", "cumuli-other", "example = other:INFO", other=info("example"))
    listed = run("-m", "cumuli", "providers", before=(other,))
    [line] = [line for line in listed.stdout.splitlines() if line.startswith("example ")]
    assert "Other Cloud" in line
    assert "of cumuli-example 1.0 is left out: cumuli-other 2.0 has one of that name" in listed.stderr


def test_its_sync_client_is_what_the_generator_writes() -> None:
    assert generate.main(["--check", str(PROJECT / "src" / "cumuli_example")]) == 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that cumuli itself is installed to."""
    return install(ROOT, tmp_path_factory.mktemp("site"))


def test_it_is_certified_by_the_installed_command_alone(
    site: Path, installed: Path, cloud_server: ExampleServer, tmp_path: Path
) -> None:
    """No test, no target, no checkout: a profile, and the command."""
    (tmp_path / "config.toml").write_text(
        f'[profiles.mine]\nprovider = "example"\ntoken = "{API_SECRET}"\nendpoint = "{cloud_server.endpoint}"\n'
    )
    (tmp_path / "config.toml").chmod(0o600)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CUMULI_"))}
    before = set(cloud_server.machines)
    done = subprocess.run(
        [sys.executable, "-m", "cumuli", "certify", "mine", "--flavour", "sync", "--patience", "20"],
        cwd=tmp_path,
        env=kept
        | {
            "PYTHONPATH": f"{site}{os.pathsep}{installed}",
            "PYTHONSAFEPATH": "1",
            "CUMULI_CONFIG": str(tmp_path / "config.toml"),
            "CUMULI_CERTIFY_HOME": str(tmp_path / "journals"),
            "NO_PROXY": "127.0.0.1",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    evidence = json.loads((tmp_path / "certify-report" / "example-compute.json").read_text())
    outcomes = {name: each["outcome"] for name, each in evidence["behaviours"].items()}
    for name in ("a_created_node_is_found_again", "every_page_and_lazily", "not_found", "nodes_by_tags", "reboot"):
        assert outcomes[name] == "pass"
    assert set(outcomes.values()) == {"pass", "unsupported"}
    assert evidence["behaviours"]["ssh_key"]["reason"] == "instead: put the key into the image"
    assert set(cloud_server.machines) == before
    assert API_SECRET not in done.stdout + done.stderr + (tmp_path / "certify-report" / "report.md").read_text()


def test_its_tests_run_in_a_project_of_its_own(site: Path, installed: Path, tmp_path: Path) -> None:
    """With cumuli installed and no checkout anywhere: the suite, the generator, and nothing of these tests."""
    project = tmp_path / "cumuli-example"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("__pycache__"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CUMULI_"))}

    def call(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=project,
            env=kept | {"PYTHONPATH": f"{site}{os.pathsep}{installed}", "PYTHONSAFEPATH": "1", "NO_PROXY": "127.0.0.1"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    where = "import cumuli, cumuli_example; print(cumuli.__file__, cumuli_example.__file__)"
    assert [Path(path).parents[1] for path in call("-c", where).split()] == [site, installed]
    tried = call("-m", "pytest", "-p", "no:cacheprovider", "-rA", "-W", "error", "tests")
    for flavour in ("sync", "async"):
        assert f"PASSED tests/test_example_compute.py::TestExample::test_reboot[{flavour}]" in tried
        assert f"::test_its_own_methods_and_models[{flavour}]" in tried
    assert "example: create_volume: Example Cloud sells no volumes" in tried
    call("-m", "cumuli.generate", "--check", "src/cumuli_example")


def test_the_generator_says_where_it_found_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main([str(tmp_path)]) == 2
    assert "there is no aio.py below" in capsys.readouterr().out
