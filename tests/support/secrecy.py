"""Nothing that the library prints, logs, raises or represents during the suite holds a secret.

This plugin reads along while the tests run, and fails the test during which a secret of
``tests.secrets_used`` shows up, plain, percent-encoded or in base64, in

* a log record, with its traceback and its extra fields (``cumuli`` is at DEBUG throughout);
* any ``CloudError``, as it is made, whether or not anybody looks at it;
* any exception that ``pytest.raises`` catches: its traceback, its causes, and the reprs of
  cumuli's own objects in the frames it went through;
* what a test printed, also through ``capsys`` and ``capfd``, and what a child process printed that
  was run by ``subprocess.run``;
* a failure report, a warning;
* the repr of cumuli's objects that are alive when a test ends (looked at about once a second, and less often where that
  would take more than a twentieth of the time).

To join, a test takes its keys and passwords from ``tests.secrets_used`` (or registers a text of its
own: ``secrecy.register("…")``); the rest happens by itself. What the plugin cannot see, such as the
output of a ``Popen`` or a file that was written, the test shows it: ``secrecy.see(text, "where")``.

Every worker of a parallel run watches its own tests.
"""

from __future__ import annotations

import base64
import gc
import logging
import re
import subprocess
import time
import traceback
import warnings
from collections.abc import Generator, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, cast
from urllib.parse import quote, quote_plus

import pytest

from cumuli.errors import CloudError
from tests.secrets_used import ALL_SECRETS

__all__ = ["register", "see"]

HIDDEN = "<SECRET>"
SAMPLE_EVERY = 1.0
# Of all time: what looking at the living may take, where they are many or large.
SHARE = 0.05


def forms(secret: str) -> set[str]:
    """The ways in which a secret may show: plain, in a URL, in a repr, in base64 wherever it may start."""
    found = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), repr(secret)[1:-1]}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret.encode()).decode()
        # The characters at both ends also depend on what stands beside the secret.
        found.add(encoded[4 if shift else 0 : -4])
    return found


class Witness:
    """Reads texts, and remembers where secrets were."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms = {form for secret in secrets for form in forms(secret)}
        self._pattern = self._compiled()
        self._found: list[str] = []

    def _compiled(self) -> re.Pattern[str]:
        return re.compile("|".join(re.escape(form) for form in sorted(self._forms, key=len, reverse=True)))

    def register(self, secret: str) -> None:
        self._forms |= forms(secret)
        self._pattern = self._compiled()

    def see(self, text: str, where: str) -> None:
        match = self._pattern.search(text)
        if match is None:
            return
        around = self._pattern.sub(HIDDEN, text[max(0, match.start() - 200) : match.end() + 200])
        self._found.append(f"a secret shows in {where}: …{around}…")

    def see_exception(self, error: BaseException) -> None:
        self.see("".join(traceback.format_exception(error)), "the traceback of an exception that a test caught")
        self.see(repr(error), "the repr of an exception that a test caught")
        seen: BaseException | None = error
        known: set[int] = set()
        while seen is not None and id(seen) not in known:  # a chain may lead back to where it began
            known.add(id(seen))
            self._see_frames(seen.__traceback__)
            seen = seen.__cause__ or seen.__context__

    def _see_frames(self, trace: TracebackType | None) -> None:
        while trace is not None:
            for name, value in list(trace.tb_frame.f_locals.items()):
                if is_ours(value):
                    self.see_object(value, f"the repr of the local variable {name}, a {type(value).__name__}")
            trace = trace.tb_next

    def see_object(self, value: object, where: str) -> None:
        with suppress(Exception):  # half-made objects may have no repr yet
            self.see(repr(value), where)

    def see_everything_alive(self) -> None:
        for value in gc.get_objects():
            if is_ours(value):
                self.see_object(value, f"the repr of a {type(value).__name__}")

    def take(self) -> list[str]:
        """What was found since the last time."""
        found, self._found = self._found, []
        return list(dict.fromkeys(found))


def is_ours(value: object) -> bool:
    module = cast("object", type(value).__module__)  # some classes of C's have a descriptor there
    return isinstance(module, str) and module.startswith("cumuli.")


WITNESS = Witness(ALL_SECRETS)
see = WITNESS.see
register = WITNESS.register


class Reader(logging.Handler):
    """Reads every log record, its traceback and its extra fields."""

    def emit(self, record: logging.LogRecord) -> None:
        where = f"a log record of {record.name}"
        see(record.getMessage(), where)
        fields = {name: value for name, value in record.__dict__.items() if name not in {"msg", "args", "exc_info"}}
        see(repr(fields), where)
        if record.exc_info and record.exc_info[1] is not None:
            see("".join(traceback.format_exception(record.exc_info[1])), where)


def read_along() -> None:
    """Look at what passes through the places that everything passes through.

    These wrap the real functions and change nothing in what they do, so that tests need not be
    written for this plugin in order to be read by it.
    """
    logging.getLogger().addHandler(Reader(logging.DEBUG))
    logging.getLogger("cumuli").setLevel(logging.DEBUG)

    made = CloudError.__init__

    def error_made(self: CloudError, *args: Any, **context: Any) -> None:
        made(self, *args, **context)
        with suppress(AttributeError):  # a subclass that is not wholly made yet
            see(f"{self!s} {self!r} {self.__dict__!r}", f"a {type(self).__name__}")

    CloudError.__init__ = error_made  # type: ignore[method-assign]

    infos: Any = pytest.ExceptionInfo
    caught = infos.fill_unfilled

    def exception_caught(self: pytest.ExceptionInfo[Any], info: Any) -> None:
        WITNESS.see_exception(info[1])
        caught(self, info)

    infos.fill_unfilled = exception_caught

    captures: Any = pytest.CaptureFixture
    read = captures.readouterr

    def output_read(self: pytest.CaptureFixture[Any]) -> Any:
        result = read(self)
        see(_text(result.out), "standard output")
        see(_text(result.err), "standard error")
        return result

    captures.readouterr = output_read

    processes: Any = subprocess.CompletedProcess
    ended = processes.__init__

    def process_ended(
        self: subprocess.CompletedProcess[Any], args: Any, returncode: int, stdout: Any = None, stderr: Any = None
    ) -> None:
        ended(self, args, returncode, stdout, stderr)
        see(_text(stdout), "the standard output of a child process")
        see(_text(stderr), "the standard error of a child process")

    processes.__init__ = process_ended


def _text(output: str | bytes | None) -> str:
    return output.decode("utf-8", "replace") if isinstance(output, bytes) else output or ""


def pytest_configure(config: pytest.Config) -> None:
    read_along()
    config.stash[NEXT_SAMPLE] = time.monotonic() + SAMPLE_EVERY
    config.stash[LEFT_OVER] = []


NEXT_SAMPLE = pytest.StashKey[float]()
LEFT_OVER = pytest.StashKey[list[str]]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    began = time.monotonic()
    if began > item.config.stash[NEXT_SAMPLE]:
        WITNESS.see_everything_alive()
        ended = time.monotonic()
        item.config.stash[NEXT_SAMPLE] = ended + max(SAMPLE_EVERY, (ended - began) / SHARE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    see(report.longreprtext, "the report of a failure")
    for name, text in report.sections:
        see(text, name)
    found = WITNESS.take()
    if found:
        report.outcome = "failed"
        report.longrepr = "\n".join(found)
    return report


def pytest_warning_recorded(warning_message: warnings.WarningMessage, nodeid: str) -> None:
    see(str(warning_message.message), f"a warning in {nodeid}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    WITNESS.see_everything_alive()
    found = WITNESS.take()
    worker_output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if worker_output is not None:
        worker_output["secrecy"] = found
        return
    left_over = session.config.stash[LEFT_OVER]
    left_over.extend(found)
    if left_over:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of a parallel run has ended: what it found after its last test."""
    node.config.stash[LEFT_OVER].extend(getattr(node, "workeroutput", {}).get("secrecy", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    found = terminalreporter.config.stash[LEFT_OVER]
    if found:
        terminalreporter.section("secrets that showed after the last test", red=True)
        for line in found:
            terminalreporter.line(line)
