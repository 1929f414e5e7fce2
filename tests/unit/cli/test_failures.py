"""Every error of the tree has an exit status, and a form for programs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from cumuli import errors
from cumuli.calls.retry import RetryPolicy
from cumuli.cli.failures import EXIT_STATUSES, report
from cumuli.cli.output import Output
from cumuli.cli.session import Options
from tests.unit.cli.conftest import Cli

EXPECTED = {
    errors.CloudError: 1,
    errors.ConfigurationError: 2,
    errors.AuthenticationError: 4,
    errors.PermissionDenied: 4,
    errors.InvalidRequest: 2,
    errors.NotFound: 3,
    errors.Conflict: 5,
    errors.AlreadyExists: 5,
    errors.QuotaExceeded: 6,
    errors.RateLimited: 7,
    errors.ProviderUnavailable: 7,
    errors.ConnectionFailed: 7,
    errors.Timeout: 7,
    errors.MalformedResponse: 1,
    errors.ChecksumMismatch: 1,
    errors.NotSupported: 8,
    errors.NodeFailed: 1,
}


def status_and_text(error: BaseException, *, form: bool = False, debug: bool = False) -> tuple[int, str]:
    err = io.StringIO()
    return report(error, Output(form="json" if form else "table", stderr=err), debug=debug), err.getvalue()


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_has_a_status(name: str) -> None:
    kind: type[errors.CloudError] = getattr(errors, name)
    expected = next(EXPECTED[base] for base in kind.__mro__ if base in EXPECTED)
    assert status_and_text(kind("told")) == (expected, "error: told\n")
    assert f"{expected} " in EXIT_STATUSES


def test_context_is_told() -> None:
    error = errors.NodeNotFound(
        "no such node", provider="ec2", operation="StopInstances", status=400, code="X", request_id="r-1"
    )
    status, text = status_and_text(error)
    assert text == "error: no such node\n       ec2 StopInstances, HTTP 400, code X, request r-1\n"
    status, text = status_and_text(error, form=True)
    assert status == 3
    assert json.loads(text) == {
        "error": {
            "type": "NodeNotFound", "message": "no such node", "provider": "ec2", "operation": "StopInstances",
            "status": 400, "code": "X", "request_id": "r-1", "retryable": False,
        }
    }  # fmt: skip
    assert text.count("\n") == 1


def test_a_defect_is_told_without_a_traceback_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError) as caught:
        {}["instanceId"]
    status, text = status_and_text(caught.value)
    assert status == 70
    assert "KeyError: 'instanceId'" in text
    assert "--debug" in text
    assert "Traceback" not in text + capsys.readouterr().err
    status_and_text(caught.value, debug=True)
    assert "Traceback" in capsys.readouterr().err


def test_interrupted() -> None:
    assert status_and_text(KeyboardInterrupt()) == (130, "error: interrupted\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("--profil memory nodes list", "there is no global option --profil; did you mean --profile?"),
        (
            "--recursive ls memory:",
            "there is no global option --recursive; a command's own options stand after its name",
        ),
        ("nodes list -p swift", "'swift' has object storage and no servers; try: cumuli ls swift:"),
        ("ls ec2:photos", "'ec2' has servers and no object storage; try: cumuli --provider ec2 nodes list"),
        ("ls work:photos", "'work' has servers and no object storage; try: cumuli --profile work nodes list"),
        (
            "ls local:photos",
            "'local' is a provider and a profile of CONFIG; rename it, or add --provider local or --profile local",
        ),
        ("nodes list -P kept", "'kept' has object storage and no servers; try: cumuli ls kept:"),
    ],
)
def test_slips_are_told_what_to_type(cli: Cli, tmp_path: Path, arguments: str, told: str) -> None:
    (tmp_path / "config.toml").write_text(
        '[profiles.work]\nprovider = "ec2"\n[profiles.kept]\nprovider = "local"\n[profiles.local]\nprovider = "s3"\n'
    )
    told = told.replace("CONFIG", str(tmp_path / "config.toml"))
    assert cli(*arguments.split()) == (2, "", f"error: {told}\n")


def test_a_missing_file_is_told_in_words_for_the_command_line(cli: Cli, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.jpg")
    status, out, err = cli("put", missing, "memory:photos/")
    assert (status, out) == (2, "")
    assert err == f"error: cannot read {missing!r}: No such file or directory\n"


@pytest.mark.parametrize(("command", "usage"), [("get", "ADDRESS [DESTINATION]"), ("sandbox up", "[NAME...]")])
def test_help_names_the_arguments(cli: Cli, command: str, usage: str) -> None:
    assert usage in cli(*command.split(), "--help").out.splitlines()[0]


def test_help_of_a_command_tells_what_a_cloud_is(cli: Cli) -> None:
    assert "CLOUD is a provider" in " ".join(cli("put", "--help").out.split())
    assert "CLOUD is" not in cli("--help").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("nodes list --jsno -p memory", "`cumuli nodes list` has no option --jsno; did you mean '--json'?"),
        ("nodes stop x --wiat -p memory", "`cumuli nodes stop` has no option --wiat; did you mean '--wait'?"),
        ("nodes stop x --qqq -p memory", "has no option --qqq. `cumuli nodes stop --help` lists them"),
        ("nodse --help", "there is no command 'nodse'; did you mean 'nodes'? There are: "),
        ("-p memory nodes lsit --help", "there is no command 'lsit' of `nodes`; did you mean 'list'? There are: "),
        ("volumes snapshots qq -h", "there is no command 'qq' of `volumes snapshots`. There are: list, "),
        ("sizes list -p memroy", "did you mean 'memory'?"),
        ("sizes list -P wrok", "did you mean 'work'?"),
        ("sizes list -p memory --output tabel", 'Did you mean "table"?'),
        ("sizes list -p memory --timeout soon", "--timeout: 'soon' is not a length of time"),
        ("sizes list -p memory --timeout 0", "--timeout 0 leaves no time"),
        ("sizes list -p memory --retries -1", "--retries takes a number from 0 on"),
        ("sizes list -p memory --ca-bundle /no/such", "--ca-bundle /no/such: there is no such file"),
        ("sizes list -p memory --ca-bundle x --no-verify", "--ca-bundle and --no-verify contradict each other"),
        ("put /no/such memory:c/x", "No such file"),
        ("keys import k /no/such -p memory", "/no/such"),
        ("nodes create w --size small --image debian --user-data /no/such -p memory", "/no/such"),
    ],
)
def test_whatever_the_user_got_wrong_is_status_2(cli: Cli, tmp_path: Path, arguments: str, told: str) -> None:
    (tmp_path / "config.toml").write_text('[profiles.work]\nprovider = "ec2"\n')
    result = cli(*arguments.split())
    assert (result.status, result.out) == (2, "")
    assert told in result.err


def test_help_of_what_there_is_is_shown(cli: Cli) -> None:
    for words in ("--help", "nodes --help", "-p memory nodes list -h", "ls memory:x --help", "nodes create --help web"):
        assert cli(*words.split()).status == 0


def test_quiet(cli: Cli) -> None:
    assert cli("nodes", "list", "-p", "memory", "--quiet") == (0, "", "")
    assert cli("sizes", "list", "-p", "memory", "--quiet", "-o", "ids").out == "small\nmedium\nlarge\n"
    assert cli("nodes", "show", "x", "-p", "memory", "--quiet").err.startswith("error: ")


def test_what_clients_are_told(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    told = Options(ca_bundle=str(bundle), timeout="2m", retries=0).settings()
    assert (told["verify"], told["timeout"], told["retry"]) == (str(bundle), 120, RetryPolicy(attempts=1))
    assert Options(verify=False).settings()["verify"] is False
    assert {name for name, value in Options().settings().items() if value is not None} == set()
