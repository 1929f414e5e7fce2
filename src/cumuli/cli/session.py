"""What every command shares: the global options, and where it prints to."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated

from cyclopts import Group, Parameter

from cumuli.cli.output import Output

__all__ = ["Options", "options", "output", "session"]

GROUP = Group("Global options (before or after the command)", sort_key=100)


@dataclass(frozen=True, kw_only=True)
class Options:
    """The global options.

    Attributes:
        provider: Which cloud: a name that `cumuli providers` lists.
        profile: Which account: a profile of the config file, which names the provider as well.
        region: The provider's region.
        endpoint: URL of the service, for another one that speaks the provider's protocol.
        json: Print JSON with the models' field names; errors too, on standard error.
        dry_run: Print the request, secrets hidden, instead of sending it.
        debug: Log every request on standard error, and show tracebacks.
    """

    provider: Annotated[str | None, Parameter(name=["--provider", "-p"])] = None
    profile: Annotated[str | None, Parameter(name=["--profile", "-P"])] = None
    region: str | None = None
    endpoint: str | None = None
    json: Annotated[bool, Parameter(negative="", show_default=False)] = False
    dry_run: Annotated[bool, Parameter(negative="", show_default=False)] = False
    debug: Annotated[bool, Parameter(negative="", show_default=False)] = False


_options: ContextVar[Options] = ContextVar("cumuli_cli_options")
_output: ContextVar[Output] = ContextVar("cumuli_cli_output")


@contextmanager
def session(given: Options, out: Output) -> Generator[None]:
    """Within this block, commands see these options and print to this output."""
    options_before, output_before = _options.set(given), _output.set(out)
    try:
        yield
    finally:
        _options.reset(options_before)
        _output.reset(output_before)


def options() -> Options:
    """The global options of the command that runs."""
    return _options.get()


def output() -> Output:
    """Where the command that runs prints to."""
    return _output.get()
