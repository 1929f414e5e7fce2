"""The command line's root: global options, the commands, and what happens when one fails."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext
from difflib import get_close_matches
from typing import Annotated, Literal

from cyclopts import (
    App,
    CycloptsError,
    Group,
    MissingArgumentError,
    Parameter,
    UnknownCommandError,
    UnknownOptionError,
)

from cumuli.calls.left_out import left_out
from cumuli.cli import failures
from cumuli.cli.commands import every_service
from cumuli.cli.completion import SCRIPTS, complete
from cumuli.cli.dry_run import RequestShown
from cumuli.cli.output import Output
from cumuli.cli.quantities import seconds_of
from cumuli.cli.session import GROUP, Options, rest, rest_of_words, session
from cumuli.cli.standard_streams import STANDARD
from cumuli.cli.suggestions import did_you_mean
from cumuli.cli.usage import UsageError
from cumuli.cli.watching import check_watchable, watch
from cumuli.cli.words import (
    HELP,
    check_commands,
    check_selectable,
    global_options,
    split_globals,
    unknown_command,
)
from cumuli.table import SERVICES
from cumuli.version import __version__

__all__ = ["app", "run"]

app = App(
    name="cumuli",
    help=f"One command for every cloud: {', '.join(service.title for service in SERVICES)}.",
    help_epilogue=failures.EXIT_STATUSES,
    version=__version__,
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)
app.meta.suppress_keyboard_interrupt = False
# Longer than a line: their modules are imported when they are run.
EX = """Whatever only one provider has.

Every ex_ method of its client is a verb, and without one the verbs are listed. Arguments stand in their order, or as
NAME=VALUE (or --NAME VALUE); lists have commas between, @FILE is the content of a file, models are JSON.

Examples: cumuli ex --profile work · cumuli ex list-subnets --help · cumuli ex create-tags web-1 env=demo,owner=me"""
CALL = """Any call of a provider's interface.

It is signed, and its answer is printed as it comes. Arguments are those of the provider's `cumuli ex call --help`.

Examples: cumuli call DescribeRegions RegionName=eu-west-1 · cumuli call compute GET /servers query=limit=1"""
DOCTOR = """What may be wrong on this machine.

Versions, settings, certificates and proxies; with a profile or a provider also whether that answers, and whether the
clocks agree. Nothing is changed. The exit status is 2 if something has to be changed here.

Example: cumuli doctor --profile work"""
OTHERS = Group("Everything else", sort_key=len(SERVICES))
app.command(
    "cumuli.cli.providers:app",
    name="providers",
    help="Every provider there is.\n\nExample: cumuli providers --filter service=storage",
    group=OTHERS,
)
app.command("cumuli.cli.profiles:app", name="profiles", help="Accounts of yours, by name.", group=OTHERS)
app.command("cumuli.cli.ex:ex", name="ex", help=EX, group=OTHERS)
app.command("cumuli.cli.ex:call", name="call", help=CALL, group=OTHERS)
app.command("cumuli.cli.doctor:doctor", name="doctor", help=DOCTOR, group=OTHERS)
app.command(
    "cumuli.cli.certify:app",
    name="certify",
    help="Try what a provider really does, and write down the evidence.",
    group=OTHERS,
)
app.command(
    "cumuli.cli.sandbox:app",
    name="sandbox",
    help="Real servers on this machine, to try things out on.",
    group=OTHERS,
)


def _add_services() -> None:
    """The commands of every service, which are imported when they are run, or when their help is asked for."""
    for number, (service, commands) in enumerate(every_service()):
        group = Group(commands.heading, sort_key=number)
        for command in commands.commands:
            # An app has its own usage, and refuses another one even if it is None.
            usage = {} if command.usage is None else {"usage": command.usage}
            where = f"cumuli.cli.{service.name}.{command.where}"
            app.command(where, name=command.name, help=command.help, group=group, **usage)


_add_services()


@app.command(group=OTHERS)
def completion(shell: Literal["bash", "zsh", "fish"], /) -> None:
    """Print a completion script: `eval "$(cumuli completion bash)"`.

    It completes commands, options, profiles, addresses, files, and what the cloud has: nodes, sizes, images and so on.

    Example: cumuli completion fish > ~/.config/fish/completions/cumuli.fish

    Args:
        shell: For which shell.
    """
    sys.stdout.write(SCRIPTS[shell])


@app.meta.default
def _launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    given: Annotated[Options, Parameter(name="*", group=GROUP)] = Options(),  # noqa: B008 - frozen
) -> None:
    out = Output(form=given.form, selection=given.selection, quiet=given.quiet)
    if given.debug:
        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, format="%(name)s: %(message)s")
    words = [STANDARD if word == "-" else word for word in tokens]
    if words[:2] != ["sandbox", "run"]:
        # There it is somebody's command, of whose words none is ours.
        words += ["--", *rest_of_words()] if rest_of_words() else []
    with _requests_shown(out) if given.verbose and not given.debug else nullcontext(), session(given, out):
        check_selectable(app, words, given)
        if given.watch:
            check_watchable(app, words)
            watch(lambda: _call(words, out), out, seconds_of(given.every, "--every"))
        else:
            _call(words, out)


def _call(words: Sequence[str], out: Output) -> None:
    try:
        app(words, exit_on_error=False, print_error=False, result_action="return_value")
    except RequestShown as stop:
        out.request(stop.request)
    out.flush()


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Returns:
        The exit status. Nothing is raised, whatever happens.
    """
    if arguments[:1] in (["__complete"], ("__complete",)):
        return complete(app, arguments[1:])
    before, after = _split(arguments)
    debug = "--debug" in before
    out = Output(form="json" if _wants_json(before) else "table", quiet="--quiet" in before)
    try:
        with rest(after), warnings.catch_warnings(), left_out() as lost, _logged_as_warnings(out, debug=debug):
            warnings.showwarning = _warner(out)
            before = _arranged(before)
            if not {"--help", "-h"}.isdisjoint(before):
                # Else the help of what is above it would be all that is said of a misspelt command.
                check_commands(app, before)
            app.meta(before, exit_on_error=False, print_error=False, result_action="return_value")
            out.flush()
    except failures.AlreadyReported as error:
        return error.status
    except SystemExit as stop:
        # So the console that prints help takes it, when nobody reads any more; standard output is closed off then.
        if isinstance(stop.__context__, BrokenPipeError):
            return failures.BROKEN_PIPE
        raise
    except CycloptsError as error:
        return failures.report(_clearer(error), out, debug=debug)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last one who can tell of it
        if failures.unwritable(error):
            # The interpreter flushes standard output once more when it ends, and must not fail again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return failures.report(error, out, debug=debug)
    # The log has told what it was.
    return failures.FAILED if lost else 0


def _arranged(words: Sequence[str]) -> list[str]:
    """The words of `ex` and `call` behind the global options: everything else there may be a verb's own.

    --help behind a verb is about that verb, which cyclopts does not know.
    """
    given, own = split_globals(words)
    if own[:1] not in (["ex"], ["call"]):
        return list(words)
    if any(not word.startswith("-") for word in own[1:]):
        own = [HELP if word in {"--help", "-h"} else word for word in own]
    return [*given, *own]


def _wants_json(words: Sequence[str]) -> bool:
    """Whether errors are to be JSON, those of usage included, before anything has been read as it should be."""
    return "--json" in words or any(
        word in {"--output=json", "-o=json", "-ojson"}
        or (word in {"--output", "-o"} and words[number + 1 : number + 2] == ["json"])
        for number, word in enumerate(words)
    )


def _clearer(error: CycloptsError) -> Exception:
    """An option that is unknown where it stands is not called a command, and near ones are told."""
    if isinstance(error, UnknownCommandError) and error.unused_tokens and error.unused_tokens[0].startswith("-"):
        option = error.unused_tokens[0].partition("=")[0]
        near = get_close_matches(option, global_options(), n=1, cutoff=0.8)
        hint = f"did you mean {near[0]}?" if near else "a command's own options stand after its name"
        return UsageError(f"there is no global option {option}; {hint}")
    if isinstance(error, UnknownCommandError) and error.unused_tokens and error.app is not None:
        return unknown_command(error.unused_tokens[0], error.app, error.command_chain or ())
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        command = " ".join(error.command_chain or ())
        meant = str(error).partition("Did you mean ")[2]
        told = f"; did you mean {meant}" if meant else f"; `cumuli {command} --help` tells what it is"
        return UsageError(f"`cumuli {command}` needs a value for {error.argument.name}{told}")
    if isinstance(error, UnknownOptionError):
        option = (error.token.keyword or error.token.value).partition("=")[0]
        own = [name for argument in error.argument_collection for name in argument.names if name.startswith("-")]
        command = " ".join(error.command_chain or ())
        hint = did_you_mean(option, [*own, *global_options()], f". `cumuli {command} --help` lists them")
        return UsageError(f"`cumuli {command}` has no option {option}{hint}".replace("`cumuli `", "cumuli"))
    return error


def _warner(out: Output) -> Callable[..., None]:
    def warn(message: Warning | str, category: type[Warning], *_where: object, **_more: object) -> None:
        out.warning(category.__name__, str(message))

    return warn


@contextmanager
def _logged_as_warnings(out: Output, *, debug: bool) -> Generator[None]:
    """What the library warns of in its log reads like any other warning; with --debug the log is shown as it is."""
    if debug:
        yield
        return
    handler = _Warnings(out)
    log = logging.getLogger("cumuli")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


@contextmanager
def _requests_shown(out: Output) -> Generator[None]:
    """A line for each request; the log has neither the query of one nor its headers, where the secrets are."""
    handler, log = _Requests(out), logging.getLogger("cumuli.http")
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


class _Requests(logging.Handler):
    def __init__(self, out: Output) -> None:
        super().__init__(logging.DEBUG)
        self._out = out

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < logging.WARNING:
            self._out.trace(record.getMessage())


class _Warnings(logging.Handler):
    def __init__(self, out: Output) -> None:
        super().__init__(logging.WARNING)
        self._out = out

    def emit(self, record: logging.LogRecord) -> None:
        self._out.warning(record.name, record.getMessage())


def _split(arguments: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    if "--" not in arguments:
        return list(arguments), ()
    at = list(arguments).index("--")
    return list(arguments[:at]), tuple(arguments[at + 1 :])
