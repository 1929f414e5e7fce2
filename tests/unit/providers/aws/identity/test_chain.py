"""Where AWS credentials, regions and endpoints are found."""

import datetime as dt
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cumuli.errors import AuthenticationError, ConfigurationError
from cumuli.extras import how_to_install
from cumuli.providers.aws.identity.chain import find_credentials, find_place

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "env-secret"}


class Files:
    """The shared files of a test, and an environment that names them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {
            "AWS_CONFIG_FILE": str(folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def write(self, config: str = "", credentials: str = "") -> None:
        (self.folder / "config").write_text(config)
        (self.folder / "credentials").write_text(credentials)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """Also in the environment of the process, which is where botocore looks."""
    for variable in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", *KEYS, "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    found = Files(tmp_path)
    for variable, value in found.environ.items():
        monkeypatch.setenv(variable, value)
    return found


@pytest.fixture
def no_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    # None in sys.modules is how Python itself is told that a module cannot be imported.
    monkeypatch.setitem(sys.modules, "botocore", None)


def section(name: str, key: str, secret: str, extra: str = "") -> str:
    return f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n{extra}\n"


def test_the_environment_goes_first(files: Files) -> None:
    files.write(credentials=section("default", "AKIDFILE", "file-secret"))
    found = find_credentials(environ={**files.environ, **KEYS, "AWS_SESSION_TOKEN": "tok"})
    assert (found.access_key, found.secret.reveal(), found.source) == ("AKIDENV", "env-secret", "the environment")
    assert found.token is not None
    assert found.token.reveal() == "tok"
    assert found.expires_at is None


def test_the_environment_may_tell_when_they_end(files: Files) -> None:
    expiring = {**files.environ, **KEYS, "AWS_CREDENTIAL_EXPIRATION": "2030-01-02T03:04:05Z"}
    assert find_credentials(environ=expiring).expires_at == dt.datetime(2030, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    with pytest.raises(ConfigurationError, match="AWS_CREDENTIAL_EXPIRATION is not an ISO 8601 time"):
        find_credentials(environ={**expiring, "AWS_CREDENTIAL_EXPIRATION": "soon"})


@pytest.mark.parametrize(("present", "absent"), [tuple(KEYS), tuple(reversed(KEYS))])
def test_half_of_the_keys(files: Files, present: str, absent: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{absent} is not set"):
        find_credentials(environ={**files.environ, present: "x"})
    key, value = ("aws_access_key_id", "aws_secret_access_key")
    there, missing = (key, value) if present == "AWS_ACCESS_KEY_ID" else (value, key)
    files.write(credentials=f"[default]\n{there} = hunter2\n")
    with pytest.raises(ConfigurationError, match=rf"credentials \[default\] has no {missing}") as caught:
        find_credentials(environ=files.environ)
    assert "hunter2" not in str(caught.value)


def test_a_key_that_is_no_key_is_not_shown(files: Files) -> None:
    with pytest.raises(ConfigurationError, match="from AWS_ACCESS_KEY_ID holds characters") as caught:
        find_credentials(environ={**files.environ, **KEYS, "AWS_ACCESS_KEY_ID": "hunter2/with slash"})
    assert "hunter2" not in str(caught.value)


def test_the_shared_files_and_their_profiles(files: Files) -> None:
    files.write(
        config=section("default", "AKIDCONFIG", "c") + section("profile only", "AKIDONLY", "o"),
        credentials=section("default", "AKIDFILE", "f") + section("work", "AKIDWORK", "w", "aws_session_token = t"),
    )
    environ = files.environ
    assert find_credentials(environ=environ).access_key == "AKIDFILE"
    assert find_credentials(environ={**environ, "AWS_PROFILE": "only"}).access_key == "AKIDONLY"
    work = find_credentials(environ={**environ, "AWS_DEFAULT_PROFILE": "work"})
    assert work.access_key == "AKIDWORK"
    assert work.token is not None
    assert work.source == f"{files.folder}/credentials [work]"
    # A profile that is asked for outright goes before the environment; one of the environment does not.
    assert find_credentials("work", {**environ, **KEYS}).access_key == "AKIDWORK"
    assert find_credentials(None, {**environ, **KEYS, "AWS_PROFILE": "work"}).access_key == "AKIDENV"
    with pytest.raises(ConfigurationError, match=r"profile 'typo' is neither.*\(profiles there: default, only, work\)"):
        find_credentials(environ={**environ, "AWS_PROFILE": "typo"})


def test_none_at_all_says_where_was_looked(files: Files, no_botocore: None) -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_credentials(environ=files.environ)
    for words in (
        "the client's arguments",
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        f"{files.folder}/credentials [default]",
        f"{files.folder}/config [default]",
        how_to_install("aws"),
    ):
        assert words in str(caught.value)
    with pytest.raises(ConfigurationError, match="this container offers credentials of its own"):
        find_credentials(environ={**files.environ, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"})


def test_none_at_all_with_botocore(files: Files) -> None:
    with pytest.raises(ConfigurationError, match="container and instance metadata, by botocore"):
        find_credentials()


@pytest.mark.parametrize("setting", ["role_arn = arn", "sso_session = x", "credential_process = x"])
def test_what_needs_botocore_says_so(files: Files, no_botocore: None, setting: str) -> None:
    files.write(config=f"[profile p]\n{setting}\n")
    name = setting.partition(" ")[0]
    with pytest.raises(ConfigurationError, match=rf"by {name} \(profile 'p'\) need botocore: pip install"):
        find_credentials("p", files.environ)


def test_a_role_goes_before_keys_and_a_program_after_them(files: Files, no_botocore: None) -> None:
    files.write(
        credentials=section("p", "AKIDP", "s", "credential_process = x") + section("q", "AKIDQ", "s", "role_arn = x")
    )
    assert find_credentials("p", files.environ).access_key == "AKIDP"
    with pytest.raises(ConfigurationError, match="by role_arn"):
        find_credentials("q", files.environ)
    identity = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/x", "AWS_ROLE_ARN": "arn"}
    with pytest.raises(ConfigurationError, match="by AWS_WEB_IDENTITY_TOKEN_FILE"):
        find_credentials(environ={**files.environ, **identity})


def program(files: Files, answer: dict[str, object] | None) -> None:
    script = files.folder / "program.py"
    script.write_text(f"print({json.dumps(json.dumps(answer))})" if answer else "raise SystemExit('locked')")
    files.write(config=f"[profile p]\ncredential_process = {sys.executable} {script}\n")


def test_a_program_by_botocore(files: Files) -> None:
    end = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(hours=2)
    program(
        files,
        {
            "Version": 1,
            "AccessKeyId": "AKIDPROGRAM",
            "SecretAccessKey": "s",
            "SessionToken": "t",
            "Expiration": end.isoformat(),
        },
    )
    found = find_credentials("p")
    assert (found.access_key, found.secret.reveal(), found.expires_at) == ("AKIDPROGRAM", "s", end)
    assert found.source == "botocore (custom-process)"
    program(files, None)
    with pytest.raises(AuthenticationError, match=r"credential_process of the profile 'p' .*status 1") as caught:
        find_credentials("p")
    # What a program prints may be a secret.
    assert "locked" not in str(caught.value)
    assert caught.value.__context__ is None


@contextmanager
def metadata_service() -> Iterator[tuple[str, list[str]]]:
    """Counts who asks, and answers a container's question for its credentials."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            end = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
            body = json.dumps(
                {"AccessKeyId": "AKIDBOX", "SecretAccessKey": "s", "Token": "t", "Expiration": end}
            ).encode()
            found = self.path == "/container"
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body) if found else 0))
            self.end_headers()
            self.wfile.write(body if found else b"")

        do_PUT = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *arguments: object) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_container_by_botocore(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    with metadata_service() as (url, asked):
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/container")
        found = find_credentials()
    assert (found.access_key, found.source) == ("AKIDBOX", "botocore (container-role)")
    assert found.expires_at is not None
    assert asked == ["/container"]


@pytest.mark.parametrize("disabled", ["true", "false"])
def test_the_instance_is_asked_unless_that_is_disabled(
    files: Files, monkeypatch: pytest.MonkeyPatch, disabled: str
) -> None:
    with metadata_service() as (url, asked):
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", disabled)
        with pytest.raises(ConfigurationError, match="no AWS credentials found"):
            find_credentials()
    assert bool(asked) == (disabled == "false")


def test_the_instance_is_not_asked_without_botocore(
    files: Files, no_botocore: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with metadata_service() as (url, asked):
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
        with pytest.raises(ConfigurationError, match="no AWS credentials found"):
            find_credentials()
    assert asked == []


@pytest.mark.parametrize(
    ("given", "environ", "expected"),
    [
        (("r", "http://e"), {"AWS_REGION": "x", "AWS_ENDPOINT_URL": "http://x"}, ("r", "http://e")),
        ((None, None), {"AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"}, ("a", "http://file")),
        ((None, None), {"AWS_DEFAULT_REGION": "b"}, ("b", "http://file")),
        ((None, None), {}, ("eu-west-1", "http://file")),
        ((None, None), {"AWS_PROFILE": "work"}, ("us-east-2", None)),
        (
            (None, None),
            {"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_EC2": "http://ec2"},
            ("eu-west-1", "http://ec2"),
        ),
        (
            (None, None),
            {"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_S3": "http://s3"},
            ("eu-west-1", "http://all"),
        ),
        (
            (None, None),
            {"AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            ("eu-west-1", None),
        ),
        (("r", None), {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, ("r", None)),
    ],
)
def test_region_and_endpoint(
    files: Files, given: tuple[str | None, str | None], environ: dict[str, str], expected: tuple[str, str | None]
) -> None:
    files.write(
        config="[default]\nregion = eu-west-1\nendpoint_url = http://file\n[profile work]\nregion = us-east-2\n"
    )
    region, endpoint = given
    assert find_place("ec2", region, endpoint, environ={**files.environ, **environ}) == expected


def test_no_region_says_how_to_set_one(files: Files) -> None:
    with pytest.raises(ConfigurationError, match=r"pass region= \(--region .*\), set AWS_REGION or AWS_DEF") as caught:
        find_place("ec2", environ=files.environ)
    assert f"the profile 'default' of AWS's config file ({files.environ['AWS_CONFIG_FILE']})" in str(caught.value)
