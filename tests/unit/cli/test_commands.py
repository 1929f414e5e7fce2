"""What is typed, and what comes of it. The provider is the one in memory; each command sees a new account."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cumuli import sandbox
from cumuli.cli.compute.names import one_of
from cumuli.cli.output import Output
from cumuli.cli.session import Options, session
from cumuli.cli.usage import UsageError
from cumuli.compute.models import SnapshotState, VolumeSnapshot
from cumuli.errors import DeadlineExceeded
from cumuli.providers.memory.compute.client import MemoryCompute
from tests.unit.cli.conftest import Cli

ROOT = Path(__file__).parents[3]


@pytest.fixture
def disk(cli: Cli, tmp_path: Path) -> Path:
    """A profile ``disk`` that has one object, ``c/a``."""
    root = tmp_path / "account"
    (root / "c").mkdir(parents=True)
    (root / "c" / "a").write_text("theirs")
    assert cli("profiles", "add", "disk", "-p", "local", "--set", f"root={root}").status == 0
    return root


@pytest.mark.parametrize(
    "arguments",
    [
        "--provider memory --json sizes list",
        "sizes --provider memory list --json",
        "sizes list --provider=memory --json",
        "sizes list -p memory --json",
    ],
)
def test_global_options_stand_before_or_after_the_command(cli: Cli, arguments: str) -> None:
    result = cli(*arguments.split())
    assert result.status == 0
    assert [size["id"] for size in result.json] == ["small", "medium", "large"]
    assert result.err == ""


def test_json_has_the_models_field_names_in_their_order(cli: Cli) -> None:
    [first, *_] = cli("sizes", "list", "-p", "memory", "--json").json
    assert list(first) == ["id", "name", "ram", "provider", "disk", "cpus", "bandwidth", "price"]


def test_a_table_for_people(cli: Cli) -> None:
    result = cli("sizes", "list", "-p", "memory")
    heading, *rows = result.out.splitlines()
    assert heading.split() == ["ID", "NAME", "RAM", "MiB", "CPUS", "DISK", "GiB"], "no price, no column"
    assert [row.split()[0] for row in rows] == ["small", "medium", "large"]


def test_an_empty_list_says_so_to_people_and_is_empty_for_programs(cli: Cli) -> None:
    assert cli("nodes", "list", "-p", "memory") == (0, "", "no nodes\n")
    assert cli("nodes", "list", "-p", "memory", "--json") == (0, "[]\n", "")


def test_create_waits_and_shows_the_node(cli: Cli) -> None:
    result = cli(
        *"nodes create web --size small --image debian --tag env=demo --tag a=b=c -p memory --wait --json".split()
    )
    assert result.status == 0
    assert result.json["name"] == "web"
    assert result.json["state"] == "running"
    assert result.json["tags"] == {"env": "demo", "a": "b=c"}
    assert result.json["password"] == "********"


def test_a_password_is_shown_only_when_asked(cli: Cli) -> None:
    create = ["nodes", "create", "web", "--size", "small", "--image", "debian", "-p", "memory"]
    hidden = cli(*create)
    assert "--show-password" in hidden.err
    assert "assword" not in hidden.out
    shown = cli(*create, "--show-password", "--json").json["password"]
    assert shown
    assert shown != "********"
    assert shown in cli(*create, "--show-password").out


@pytest.mark.parametrize("command", ["nodes", "volumes", "volumes snapshots"])
def test_without_a_terminal_destroy_refuses(cli: Cli, command: str) -> None:
    result = cli(*command.split(), "destroy", "some-id", "-p", "memory")
    assert result.status == 2
    assert "--yes" in result.err


def test_each_failure_of_several_is_told(cli: Cli) -> None:
    result = cli("nodes", "destroy", "a", "b", "--yes", "-p", "memory")
    assert result.status == 3
    assert "'a'" in result.err
    assert "'b'" in result.err
    assert result.out == ""
    for_programs = cli("nodes", "destroy", "a", "b", "--yes", "-p", "memory", "--json")
    assert len(for_programs.err.splitlines()) == 2
    assert for_programs.json == {"destroying": []}


def test_what_follows_two_dashes_is_no_option(cli: Cli) -> None:
    result = cli("nodes", "show", "-p", "memory", "--", "--json")
    assert result.status == 3
    assert "'--json'" in result.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("nodes list", ["--provider", "--profile"]),
        ("nodes list -p nosuch", ["nosuch", "ec2"]),
        ("nodes list --profile nosuch", ["nosuch", "profile"]),
        ("nodes crete", ["crete", "create"]),
        ("nodes list --nosuch", ["--nosuch"]),
        ("nodes destroy -p memory", ["NODES"]),
        ("nodes create web --size small -p memory", ["--image"]),
        ("nodes create web --size small --image debian --tag novalue -p memory", ["KEY=VALUE", "novalue"]),
        ("nodes create web --size small --image debian --timeout soon -p memory", ["--timeout", "soon"]),
        ("keys create k -p memory", ["--out", "--stdout"]),
        ("keys create k --out x --stdout -p memory", ["--out", "--stdout"]),
        ("sandbox up nosuch", ["nosuch", "ec2"]),
        ("sandbox env nosuch", ["nosuch", "ec2"]),
        ("completion csh", ["csh", "bash"]),
        ("ls", ["names no cloud"]),
        ("ls nosuch:x", ["nosuch", "s3"]),
        ("ls -", ["standard input"]),
        ("cat memory:x", ["names no object", "memory:x/KEY"]),
        ("rm memory:x -y", ["names no object"]),
        ("rm memory: -y -r", ["names no container"]),
        ("stat memory:", ["names no object"]),
        ("put memory:x/y", ["say what to put"]),
        ("put README.md memory:", ["names no container"]),
        ("put - memory:x", ["memory:x/KEY"]),
        ("put - README.md memory:x/", ["alone"]),
        ("put README.md memory:x/y --meta novalue", ["KEY=VALUE", "novalue"]),
        ("put README.md memory:x/y --nosuch", ["--nosuch"]),
        ("get memory:x/y - --recursive", ["cumuli cat"]),
        ("get memory:x/a/..", ["say which file"]),
        ("url memory:x/y --expires-in soon", ["soon", "2h"]),
        ("url memory:x/y --method POST", ["POST", "PUT"]),
        ("containers create memory:x/y", ["names an object"]),
        ("containers delete memory: -y", ["names no container"]),
        ("containers list memory:x", ["cumuli ls memory:x"]),
    ],
)
def test_wrong_usage(cli: Cli, arguments: str, words: list[str]) -> None:
    result = cli(*arguments.split())
    assert result.status == 2
    assert result.out == ""
    assert result.err.startswith("error: ")
    assert "Traceback" not in result.err
    for word in words:
        assert word in result.err
    for_programs = cli(*arguments.split(), "--json")
    assert for_programs.status == 2
    assert for_programs.error["type"] in {"UsageError", "ConfigurationError"}


def test_a_private_key_goes_to_a_file_that_only_its_owner_may_read(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    result = cli("keys", "create", "k", "--out", str(path), "-p", "memory")
    assert result.status == 0
    secret = path.read_text()
    assert secret.strip()
    assert secret.strip() not in result.out + result.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_file_is_overwritten_by_a_private_key(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("precious")
    result = cli("keys", "create", "k", "--out", str(path), "-p", "memory", "--json")
    assert (result.status, result.error["type"]) == (5, "FileExists")
    assert path.read_text() == "precious"


def test_a_key_that_is_not_created_leaves_no_file(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    assert cli("keys", "create", "k\n", "--out", str(path), "-p", "memory").status == 2
    assert not path.exists()


def test_a_file_that_is_not_there_is_said_so(cli: Cli) -> None:
    result = cli(*"nodes create web --size small --image debian --ssh-key /no/such.pub -p memory".split())
    assert result == (2, "", "error: /no/such.pub: No such file or directory\n")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-8-sig"])
def test_a_key_file_may_be_in_any_encoding(cli: Cli, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "key.pub"
    path.write_bytes("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILXa3hPFxRBzQfQf7Yd7+1PNz2cQ Jürgen\r\n".encode(encoding))
    result = cli(*f"nodes create web --size small --image debian --ssh-key {path} -p memory --json".split())
    assert (result.status, result.err) == (0, "")


@pytest.mark.parametrize("option", ["--key-name k", "--user-data README.md", "--security-group a --security-group b"])
def test_options_that_the_provider_has_nothing_like(cli: Cli, option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = cli(*f"nodes create web --size small --image debian -p memory {option}".split())
    assert (result.status, result.out) == (8, "")
    assert option.split(maxsplit=1)[0] in result.err


@pytest.mark.parametrize(
    "command",
    [
        "",
        "nodes",
        "nodes create",
        "volumes snapshots list",
        "keys",
        "sandbox up",
        "containers",
        "ls",
        "put",
        "get",
        "url",
        "leftovers remove",
    ],
)
def test_help(cli: Cli, command: str) -> None:
    result = cli(*command.split(), "--help")
    assert result.status == 0
    assert f"Usage: cumuli {command}".strip() in result.out
    assert "--provider" in result.out
    assert "Exit status:" in result.out


def test_a_command_group_alone_shows_its_help(cli: Cli) -> None:
    result = cli("nodes")
    assert result.status == 0
    assert "Usage: cumuli nodes" in result.out


def test_providers(cli: Cli) -> None:
    result = cli("providers", "--json")
    assert {provider["name"] for provider in result.json} >= {"ec2", "memory"}
    assert "Amazon EC2" in cli("providers").out


@pytest.mark.parametrize("line", ["sizes list -p memory", "sizes list -p memory --json", "nodes --help"])
def test_a_reader_that_left_is_no_failure_to_speak_of(line: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "cumuli", *line.split()]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=300)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_nothing_that_is_installed_is_needed_to_say_what_is_missing() -> None:
    script = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r}); from cumuli.cli import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], text=True, capture_output=True, timeout=300)
    assert done.returncode == 2
    assert "pip install 'cumuli[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_another_locale_does_not_break_it() -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "cumuli", "--help"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0
    assert "Exit status" in done.stdout


def test_watch_shows_what_changes_and_ends_by_ctrl_c(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    folder = tmp_path / "account" / "c"
    folder.mkdir(parents=True)
    config.write_text(f'[profiles.disk]\nprovider = "local"\nroot = "{folder.parent}"\n')
    words = ["ls", "disk:c", "--watch", "--every", "0.05", "-o", "ids"]
    child = subprocess.Popen(
        [sys.executable, "-m", "cumuli", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "CUMULI_CONFIG": str(config)},
    )  # fmt: skip
    try:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stderr.readline() == "no objects\n"
        (folder / "new").touch()
        assert child.stdout.readline() == "disk:c/new\n"
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 0
    finally:
        child.kill()
        child.communicate()


def test_what_changes_something_is_not_watched(cli: Cli) -> None:
    result = cli("nodes", "stop", "x", "-p", "memory", "--watch")
    assert result.status == 2
    assert "`nodes stop` is done once" in result.err


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        ("rm -r disk:c --filter name=*.tmp --yes", "--filter"),
        ("rm disk:c/a --yes --sort name", "--sort"),
        ("rm disk:c/a --yes --columns name", "--columns"),
        ("get -r disk:c . --filter name=x", "--filter"),
        ("leftovers remove . --filter path=x --yes", "--filter"),
        ("nodes destroy a b --filter name=a --yes -p memory", "--filter"),
        ("nodes create a --size small --image debian --sort name -p memory", "--sort"),
        ("sandbox up nosuch --filter name=ec2", "--filter"),
    ],
)
def test_what_does_not_list_heeds_no_selection_and_does_nothing(
    cli: Cli, disk: Path, arguments: str, option: str
) -> None:
    result = cli(*arguments.split())
    assert (result.status, result.out) == (2, "")
    assert f"{option} is for what lists" in result.err
    assert (disk / "c" / "a").exists()


def test_help_is_shown_whatever_was_to_be_selected(cli: Cli) -> None:
    assert cli("rm", "--filter", "name=x", "--help").status == 0
    assert "no command 'lst'" in cli("nodes", "lst", "--filter", "name=x").err


def test_columns_of_one_thing(cli: Cli) -> None:
    create = ["nodes", "create", "web", "--size", "small", "--image", "debian", "-p", "memory"]
    assert cli(*create, "--columns", "name", "--json").json == {"name": "web"}


@pytest.mark.parametrize("move", ["get -r disk:c {} --force", "put -r {} disk:c", "put {}/a disk:c/a"])
def test_a_dry_run_of_one_file_overwrites_nothing(cli: Cli, disk: Path, tmp_path: Path, move: str) -> None:
    local = tmp_path / "local"
    local.mkdir()
    (local / "a").write_text("mine")
    result = cli(*move.format(local).split(), "--dry-run")
    assert ((local / "a").read_text(), (disk / "c" / "a").read_text()) == ("mine", "theirs")
    if "-r" in move.split():
        assert result.status == 0
        assert "1 file" in result.err
    else:
        assert result.status == 8


def test_a_dry_run_of_who_sends_no_requests_is_refused(cli: Cli) -> None:
    result = cli("nodes", "create", "w", "--size", "small", "--image", "debian", "-p", "memory", "--dry-run")
    assert (result.status, result.out) == (8, "")
    assert "--dry-run" in result.err


def test_a_dry_run_starts_and_stops_no_server(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_names: str) -> None:
        raise AssertionError("it was done")

    monkeypatch.setattr(sandbox, "up", never)
    monkeypatch.setattr(sandbox, "down", never)
    assert cli("sandbox", "up", "ec2", "--dry-run").out == "ec2\n"
    assert cli("sandbox", "down", "--dry-run").status == 0
    assert cli("sandbox", "up", "nosuch", "--dry-run").status == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["nodes", "destroy", "", "--yes", "-p", "memory"],
        ["nodes", "show", "", "-p", "memory"],
        ["nodes", "list", "", "-p", "memory"],
        ["nodes", "create", "w", "--size", "", "--image", "debian", "-p", "memory"],
        ["volumes", "destroy", "", "-y", "-p", "memory"],
        ["keys", "delete", "", "--yes", "-p", "memory"],
        ["leftovers", "remove", "", "--yes"],
    ],
)
def test_an_empty_text_names_nothing(cli: Cli, arguments: list[str]) -> None:
    result = cli(*arguments)
    assert (result.status, result.out) == (2, "")
    assert "an empty text names no" in result.err


def test_an_unnamed_thing_is_not_what_an_empty_text_means(cli: Cli) -> None:
    unnamed = VolumeSnapshot(id="s-1", name="", state=SnapshotState.AVAILABLE, provider="memory")
    with session(Options(), Output()), pytest.raises(UsageError):
        one_of("", "snapshot", lambda: [unnamed])


def test_what_is_listed_by_its_address_can_be_removed(cli: Cli, disk: Path) -> None:
    listed = cli("ls", "disk:c", "-o", "ids").out.split()
    assert cli("rm", *listed, "--yes").status == 0
    assert not (disk / "c" / "a").exists()
    (disk / "c" / "b").touch()
    account = cli("ls", "disk:", "-o", "ids").out.split()
    assert cli("rm", "-r", *account, "--yes").status == 0
    assert not (disk / "c" / "b").exists()


def test_a_misspelt_volume_makes_no_node(cli: Cli) -> None:
    result = cli("nodes", "create", "w", "--size", "small", "--image", "debian", "--volume", "nosuch", "-p", "memory")
    assert (result.status, result.out) == (3, "")
    assert "nosuch" in result.err
    assert "created" not in result.err


@pytest.mark.parametrize("form", ["--json", "--quiet"])
def test_a_node_is_told_of_whatever_happens_afterwards(cli: Cli, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise DeadlineExceeded("it took too long")

    monkeypatch.setattr(MemoryCompute, "wait_until_running", never)
    create = ["nodes", "create", "w", "--size", "small", "--image", "debian", "--wait", "--show-password"]
    result = cli(*create, "-p", "memory", form)
    assert result.status == 7
    assert "waited for" in result.err
    assert "i-" in result.out or "node-" in result.out
    assert "assword" in result.out
    assert "********" not in result.out


def test_watch_shows_what_is_found_wrong_and_goes_on(tmp_path: Path) -> None:
    root = tmp_path / "account"
    root.write_text("a file, and no folder")
    config = tmp_path / "config.toml"
    config.write_text(f'[profiles.disk]\nprovider = "local"\nroot = "{root}"\n')
    words = ["profiles", "check", "disk", "--watch", "--every", "0.05", "--columns", "profile,check,ok", "-o", "csv"]
    child = subprocess.Popen(
        [sys.executable, "-m", "cumuli", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "CUMULI_CONFIG": str(config)},
    )  # fmt: skip
    try:
        assert child.stdout is not None
        seen = [child.stdout.readline() for _ in range(3)]
        assert seen == ["profile,check,ok\n", "disk,settings,true\n", "disk,containers list,false\n"]
        root.unlink()
        root.mkdir()
        while "containers list,true" not in child.stdout.readline():
            assert child.poll() is None
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 0
    finally:
        child.kill()
        child.communicate()
