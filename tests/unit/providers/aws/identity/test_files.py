"""AWS's shared files."""

import configparser
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumuli.errors import ConfigurationError
from cumuli.providers.aws.identity.files import parse_shared_file, read_shared_files

CONFIG = """\ufeff
# the AWS command line writes this
[default]
region = eu-west-1
s3 =
    max_concurrent_requests = 20
    addressing_style = path
output=json   ; a comment

[profile work]
region=us-east-2
role_arn: arn:aws:iam::1:role/x
source_profile = default

[profile "two words"]
  region = ap-south-1
  output = text

[sso-session mine]
sso_region = eu-north-1

[services local]
ec2 =
  endpoint_url = http://localhost
[profile
"""
CREDENTIALS = """
[default]
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = a%b#c;d=e/%(x)s+
[work]
AWS_ACCESS_KEY_ID=AKIDWORK
aws_secret_access_key=secret
"""


def files(folder: Path, config: str, credentials: str) -> dict[str, str]:
    (folder / "config").write_text(config, encoding="utf-8")
    (folder / "credentials").write_text(credentials, encoding="utf-8")
    return {
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
    }


def test_both_files(tmp_path: Path) -> None:
    environ = files(tmp_path, CONFIG.replace("[profile\n", ""), CREDENTIALS)
    found = read_shared_files(environ)
    assert found.names() == ["default", "two words", "work"]
    assert found.profile("default") == {
        "region": "eu-west-1",
        "s3": "",
        "output": "json",
        "aws_access_key_id": "AKIDDEFAULT",
        "aws_secret_access_key": "a%b#c;d=e/%(x)s+",
    }
    assert found.profile("work")["role_arn"] == "arn:aws:iam::1:role/x"
    assert found.profile("work")["aws_access_key_id"] == "AKIDWORK"
    assert found.profile("two words") == {"region": "ap-south-1", "output": "text"}
    assert found.profile("absent") == {}


def test_where_the_files_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_shared_files({}).names() == []
    (tmp_path / ".aws").mkdir()
    files(tmp_path / ".aws", CONFIG.replace("[profile\n", ""), "")
    assert read_shared_files({}).names() == ["default", "two words", "work"]
    assert read_shared_files({"AWS_CONFIG_FILE": "~/nothing"}).config_path == tmp_path / "nothing"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[a]\nkey = x\nhunter2\n", r"file, line 3: a setting is written key = value"),
        ("[a]\n= hunter2\n", r"file, line 2: a setting"),
        ("key = hunter2\n", r"file, line 1: settings follow a \[section\]"),
        ("[a\nkey = hunter2", r"file, line 1: a section is written \[name\]"),
        ("[ ]\nkey = hunter2", r"file, line 1: a section is written \[name\]"),
    ],
)
def test_a_broken_line_is_pointed_at_and_not_shown(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        parse_shared_file(text, "file")
    assert "hunter2" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    environ = files(tmp_path, "", "")
    (tmp_path / "credentials").write_bytes(b"[default]\n\xff")
    with pytest.raises(ConfigurationError, match=r"credentials is not UTF-8 text \(byte 10\)"):
        read_shared_files(environ)
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        read_shared_files({**environ, "AWS_CONFIG_FILE": str(tmp_path)})


names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
values = st.from_regex(r"[A-Za-z0-9%/+=_.:@$()-]{0,20}", fullmatch=True)


@given(st.dictionaries(names, st.dictionaries(names, values, max_size=4), max_size=4))
def test_agrees_with_botocore(profiles: dict[str, dict[str, str]]) -> None:
    lines: list[str] = []
    for profile, settings in profiles.items():
        lines.append(f"[{profile}]")
        lines.extend(f"{key} = {value}" for key, value in settings.items())
    text = "\n".join(lines)
    # What botocore reads the files with; the word that is its own default section is none of AWS's.
    parser = configparser.RawConfigParser(default_section="")
    parser.read_string(text)
    theirs = {section: dict(parser.items(section)) for section in parser.sections()}
    assert parse_shared_file(text, "file") == theirs


@given(st.text(max_size=200))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with suppress(ConfigurationError):
        sections = parse_shared_file(text, "file")
        assert all(key == key.strip().lower() for settings in sections.values() for key in settings)
