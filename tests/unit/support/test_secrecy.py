"""The watch over secrets would notice: each way of showing one fails the test that does it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LEAKS = """
import logging, subprocess, sys, warnings
import pytest
from cumuli.errors import CloudError
from cumuli.runtime.messages import Response, Headers
from tests.secrets_used import AWS_SECRET, API_KEY
from urllib.parse import quote
import base64

class Shows:
    __module__ = "cumuli.somewhere"
    def __repr__(self): return f"Shows({AWS_SECRET})"

def test_clean(): print("nothing")
def test_printed(): print(AWS_SECRET)
def test_captured(capsys):
    print(AWS_SECRET); capsys.readouterr()
def test_logged(): logging.getLogger("cumuli.http").debug("key %s", AWS_SECRET)
def test_logged_extra(): logging.getLogger("cumuli.http").debug("x", extra={"key": AWS_SECRET})
def test_error_that_nobody_sees(): CloudError(f"bad key {quote(AWS_SECRET, safe='')}")
def test_error_context(): CloudError("x", code="Basic " + base64.b64encode(f"user:{API_KEY}:x".encode()).decode())
def test_foreign_error():
    with pytest.raises(ValueError): raise ValueError(AWS_SECRET)
def test_foreign_cause():
    with pytest.raises(CloudError): raise CloudError("clean") from ValueError(AWS_SECRET)
def test_repr_in_frame():
    def inner():
        thing = Shows()
        raise ValueError("clean")
    with pytest.raises(ValueError): inner()
def test_failure(): assert AWS_SECRET == "clean"
def test_child(): subprocess.run([sys.executable, "-c", f"print({AWS_SECRET!r})"], capture_output=True)
def test_alive(): test_alive.kept = Shows()
def test_warning(): warnings.warn(AWS_SECRET, DeprecationWarning)
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("leaks")
    file = folder / "test_leaks.py"
    file.write_text(LEAKS)
    root = Path(__file__).parents[3]
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.secrecy", "-c", "/dev/null", "--rootdir", folder]
    # Popen, because what subprocess.run returns is read by the very plugin that is tested here.
    with subprocess.Popen(
        [*command, "-rA", "-p", "no:cacheprovider", "-W", "default", str(file)],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as child:
        output, _ = child.communicate(timeout=300)
    assert child.returncode == 1, "the nested run did not come to an end"
    return output


@pytest.mark.parametrize(
    "leak",
    [
        "printed",
        "captured",
        "logged",
        "logged_extra",
        "error_that_nobody_sees",
        "error_context",
        "foreign_error",
        "foreign_cause",
        "repr_in_frame",
        "failure",
        "child",
    ],
)
def test_a_leak_fails_the_test_that_leaks(outcomes: str, leak: str) -> None:
    assert any(
        line.startswith("FAILED") and line.partition(" - ")[0].endswith(f"::test_{leak}")
        for line in outcomes.splitlines()
    )


def test_what_shows_after_the_last_test_fails_the_run(outcomes: str) -> None:
    _, _, rest = outcomes.partition("secrets that showed after the last test")
    assert "the repr of a Shows" in rest
    assert "a warning in" in outcomes


def test_what_leaks_nothing_passes(outcomes: str) -> None:
    assert any(line.startswith("PASSED") and line.endswith("::test_clean") for line in outcomes.splitlines())
