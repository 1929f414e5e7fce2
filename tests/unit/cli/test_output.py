"""What reaches a terminal, whatever a provider says."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest

from cumuli.cli.ex import shown
from cumuli.cli.output import Output, age, clean
from cumuli.cli.session import Options, session
from cumuli.compute.models import KeyPair
from cumuli.errors import ConnectionFailed
from cumuli.secret import Secret
from tests.secrets_used import PRIVATE_KEY_LINE

HOSTILE = [
    "\x1b[2J\x1b[31mred",  # clears the screen
    "\x1b]0;title\x07",  # renames the window
    "\x9b31m",  # the same in one character
    "two\nlines\rand\ttabs",
    "nul\0del\x7f",
    "photo_\u202egnp.exe",  # reads from right to left
    "\u2028\u2029",
    "lone\udcff",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_do_not_steer_the_terminal(name: str) -> None:
    for form in (False, True):
        out, err = io.StringIO(), io.StringIO()
        output = Output(form="json" if form else "table", stdout=out, stderr=err)
        key = KeyPair(name=name, provider="memory")
        columns = [("NAME", lambda pair: pair.name)]
        output.items([key], columns, none="")
        output.item(key, columns)
        output.done(name, name)
        output.note(name)
        output.warning("Warning", name)
        output.failure(name, name)
        output.failure_data({"error": name})
        output.request({"method": "GET", "url": name, "query": {}, "headers": {name: name}, "body": [name]})
        for text in (out.getvalue(), err.getvalue()):
            assert all(clean(line) == line for line in text.split("\n"))
            assert "\udcff" not in text


def test_what_was_done_is_told_at_once() -> None:
    pipe = io.BytesIO()
    output = Output(form="table", stdout=io.TextIOWrapper(pipe), stderr=io.StringIO())
    output.done("fetched a", None)
    assert pipe.getvalue() == b"fetched a\n"


@pytest.mark.parametrize(
    "name", ["[bold]web[/bold]", "[/]", ":smile:", "web-1", "日本", "naïve", "[link=http://x]y[/link]"]
)
def test_names_are_not_markup(name: str) -> None:
    out = io.StringIO()
    Output(form="table", stdout=out).items([name], [("NAME", str)], none="")
    assert out.getvalue().splitlines()[1].strip() == name


def test_what_goes_into_a_pipe_is_never_folded() -> None:
    out = io.StringIO()
    Output(form="table", stdout=out).items(["x" * 500], [("NAME", str), ("AGAIN", str)], none="")
    assert out.getvalue().splitlines()[1].split() == ["x" * 500] * 2


def test_json_is_ascii_and_gives_everything_back() -> None:
    for name in HOSTILE:
        out = io.StringIO()
        Output(form="json", stdout=out).data({"name": name})
        assert out.getvalue().isascii()
        assert json.loads(out.getvalue()) == {"name": name}


def test_secrets_are_hidden_unless_asked_for() -> None:
    key = KeyPair(name="k", provider="memory", private_key=Secret(PRIVATE_KEY_LINE))
    out = io.StringIO()
    Output(form="json", stdout=out).item(key, [])
    assert PRIVATE_KEY_LINE not in out.getvalue()
    revealed = io.StringIO()
    Output(form="json", stdout=revealed).item(key, [], reveal=True)
    assert PRIVATE_KEY_LINE in revealed.getvalue()


def test_a_server_s_log_keeps_its_lines() -> None:
    err = io.StringIO()
    Output(form="table", stderr=err).failure("it printed:\nfirst\nsecond")
    assert err.getvalue() == "error: it printed:\nfirst\nsecond\n"


def test_without_a_creation_time_there_is_no_age() -> None:
    assert age(None) == ""


def test_a_stream_of_items_is_told_as_it_comes() -> None:
    for form, expected in ((True, '[\n  "a",\n  "b"\n]\n'), (False, "1  a\n1  b\n")):
        out = io.StringIO()
        Output(form="json" if form else "table", stdout=out).stream(iter("ab"), lambda item: (1, item), none="nothing")
        assert out.getvalue() == expected
    out, err = io.StringIO(), io.StringIO()
    Output(form="table", stdout=out, stderr=err).stream([], lambda item: (item,), none="nothing")
    assert (out.getvalue(), err.getvalue()) == ("", "nothing\n")
    Output(form="json", stdout=out).stream([], lambda item: (item,), none="nothing")
    assert out.getvalue() == "[]\n"


def test_a_stream_that_fails_is_taken_by_nobody_for_all_of_it() -> None:
    def items() -> Iterator[dict[str, str]]:
        yield {"name": "a"}
        raise ConnectionFailed("the rest did not come")

    out = io.StringIO()
    with pytest.raises(ConnectionFailed):
        Output(form="json", stdout=out).stream(items(), lambda item: (item["name"],), none="")
    assert '"a"' in out.getvalue()
    with pytest.raises(ValueError, match="delimiter"):
        json.loads(out.getvalue())


@pytest.mark.parametrize("name", HOSTILE)
def test_streamed_names_do_not_steer_the_terminal(name: str) -> None:
    for form in (False, True):
        out = io.StringIO()
        Output(form="json" if form else "table", stdout=out).stream(
            [{"name": name}], lambda item: (item["name"],), none=""
        )
        assert all(clean(line) == line for line in out.getvalue().split("\n"))
        assert len(out.getvalue().splitlines()) == (5 if form else 1)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_text_of_a_guest_steers_no_terminal() -> None:
    guest = "\x1b[31mred\r\n\tcol\x07umn\r over\n"
    terminal, pipe = Terminal(), io.StringIO()
    with session(Options(), Output(stdout=terminal)):
        shown(guest, done="")
    with session(Options(), Output(stdout=pipe)):
        shown(guest, done="")
    assert terminal.getvalue() == "�[31mred\r\n\tcol�umn� over\n"
    assert pipe.getvalue() == guest
