"""What every command shares: the global options, and where it prints to."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

from cyclopts import Group, Parameter

from cumuli import config
from cumuli.cli.forms import Form
from cumuli.cli.output import Output
from cumuli.cli.quantities import seconds_of
from cumuli.cli.selection import Selection, selection_of
from cumuli.cli.usage import UsageError
from cumuli.errors import ConfigurationError

__all__ = ["Cloud", "Options", "cloud", "options", "output", "rest", "rest_of_words", "session"]

GROUP = Group("Global options (before or after the command)", sort_key=100)


Off = Parameter(negative="", show_default=False)


@dataclass(frozen=True, kw_only=True)
class Options:
    """The global options.

    Attributes:
        provider: Which cloud: a name that `cumuli providers` lists.
        profile: Which account: a profile of the config file, which names the provider as well. Without either, the
            profile that CUMULI_PROFILE names, or the config file's default_profile.
        region: The provider's region.
        endpoint: URL of the service, for another one that speaks the provider's protocol.
        output: What results look like: table, json, yaml, csv (all fields), or ids (one in a line).
        json: The same as --output json, with the models' field names; errors are JSON too, on standard error.
        filter: Only items with NAME=VALUE (or NAME!=VALUE), such as state=running, name=web-* or tags.env=prod;
            once for each condition.
        sort: Sort by this column; -NAME for the other way round.
        columns: Which columns, with commas between: those of the table, or any field that --json shows.
        watch: List again and again, until Ctrl-C.
        every: How often --watch looks.
        dry_run: Show what would be changed, and the requests for it, secrets hidden, instead of doing it.
        verify: Whether TLS certificates are verified.
        ca_bundle: File of the certificate authorities to trust, instead of the system's.
        timeout: How long one call may take, and how long --wait waits at most (10m if not given): seconds, or 90s, 5m.
        retries: How often a call that failed is tried again; 0 for never.
        verbose: A line for each request on standard error.
        quiet: Only results and errors, no notes, no progress.
        debug: Log everything on standard error, and show tracebacks.
    """

    provider: Annotated[str | None, Parameter(name=["--provider", "-p"])] = None
    profile: Annotated[str | None, Parameter(name=["--profile", "-P"])] = None
    region: str | None = None
    endpoint: str | None = None
    output: Annotated[Form, Parameter(name=["--output", "-o"])] = "table"
    json: Annotated[bool, Off] = False
    filter: Annotated[tuple[str, ...], Off] = ()
    sort: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None
    columns: str | None = None
    watch: Annotated[bool, Off] = False
    every: str = "2s"
    dry_run: Annotated[bool, Off] = False
    verify: Annotated[bool, Parameter(show_default=False)] = True
    ca_bundle: str | None = None
    timeout: str | None = None
    retries: int | None = None
    verbose: Annotated[bool, Off] = False
    quiet: Annotated[bool, Off] = False
    debug: Annotated[bool, Off] = False

    @property
    def form(self) -> Form:
        """What results look like.

        Raises:
            UsageError: Two options say different things.
        """
        if self.json and self.output not in {"table", "json"}:
            raise UsageError(f"--json and --output {self.output} contradict each other; give one of the two")
        return "json" if self.json else self.output

    @property
    def selection(self) -> Selection:
        """Which items of a listing are wanted, and what of them.

        Raises:
            UsageError: That cannot be told.
        """
        return selection_of(filters=self.filter, sort=self.sort, columns=self.columns)

    @property
    def seconds(self) -> float | None:
        """What --timeout says.

        Raises:
            UsageError: It is no span of time, or nothing.
        """
        if self.timeout is None:
            return None
        seconds = seconds_of(self.timeout, "--timeout")
        if not seconds:
            raise UsageError("--timeout 0 leaves no time for anything; give seconds, or 90s, 5m")
        return seconds

    def settings(self) -> dict[str, object]:
        """What a client is to be told; None where nothing was said.

        Raises:
            UsageError: That cannot be told.
        """
        if self.retries is not None and self.retries < 0:
            raise UsageError(f"--retries takes a number from 0 on, not {self.retries}")
        if self.ca_bundle is not None and not self.verify:
            raise UsageError("--ca-bundle and --no-verify contradict each other; give one of the two")
        if self.ca_bundle is not None and not Path(self.ca_bundle).is_file():
            raise UsageError(f"--ca-bundle {self.ca_bundle}: there is no such file")
        settings: dict[str, object] = {
            "region": self.region,
            "endpoint": self.endpoint,
            "timeout": self.seconds,
            "verify": self.ca_bundle if self.verify else False,
        }
        if self.retries is not None:
            from cumuli.calls.retry import RetryPolicy

            settings["retry"] = RetryPolicy(attempts=self.retries + 1)
        if self.dry_run:
            from cumuli.cli.dry_run_runtime import DryRunRuntime

            settings["_runtime"] = DryRunRuntime
        return settings


_options: ContextVar[Options] = ContextVar("cumuli_cli_options")
_output: ContextVar[Output] = ContextVar("cumuli_cli_output")
# What stands after "--" is never an option, global ones included.
_rest: ContextVar[tuple[str, ...]] = ContextVar("cumuli_cli_rest", default=())


@contextmanager
def session(given: Options, out: Output) -> Generator[None]:
    """Within this block, commands see these options and print to this output."""
    options_before, output_before = _options.set(given), _output.set(out)
    try:
        yield
    finally:
        _options.reset(options_before)
        _output.reset(output_before)


@contextmanager
def rest(words: tuple[str, ...]) -> Generator[None]:
    """Within this block, these are the words that stand after ``--``."""
    before = _rest.set(words)
    try:
        yield
    finally:
        _rest.reset(before)


def rest_of_words() -> tuple[str, ...]:
    """What stands after ``--``."""
    return _rest.get()


def options() -> Options:
    """The global options of the command that runs."""
    return _options.get()


class Cloud(NamedTuple):
    """Which cloud the global options mean.

    Attributes:
        provider: A provider's name, or None.
        profile: A profile's name, or None.
        origin: What says so if it is no option, to be told in errors, or empty.
    """

    provider: str | None
    profile: str | None
    origin: str = ""

    @property
    def name(self) -> str:
        """What it is called, or nothing if none is meant."""
        return self.profile or self.provider or ""


def cloud() -> Cloud:
    """The cloud that is meant where the command itself names none.

    Raises:
        ConfigurationError: The config file cannot be read, or its default_profile is no profile there.
    """
    given = options()
    if given.provider is not None or given.profile is not None:
        return Cloud(given.provider, given.profile)
    default = config.default_profile()
    if default is None:
        return Cloud(None, None)
    name, origin = default
    try:
        config.get_profile(name)
    except ConfigurationError as error:
        raise ConfigurationError(f"{origin}: {error.message}") from None
    return Cloud(None, name, origin)


def output() -> Output:
    """Where the command that runs prints to."""
    return _output.get()
