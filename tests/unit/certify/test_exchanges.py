"""What is shown of an exchange holds no secret."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from cumuli.certify.exchanges import Exchanges, Redaction
from cumuli.runtime.messages import Headers, Request, Response

SECRET = "pass/word+with ümlaut & more"
FORMS = {
    "raw": SECRET,
    "in a URL": quote(SECRET, safe=""),
    "in base64": base64.b64encode(SECRET.encode()).decode(),
    "in base64 behind a name": base64.b64encode(f"me:{SECRET}".encode()).decode(),
    "in hexadecimal": SECRET.encode().hex(),
    "in JSON": "pass/word+with \\u00fcmlaut & more",
}


@pytest.mark.parametrize("form", FORMS)
def test_secrets_are_hidden_in_any_form(form: str) -> None:
    hidden = Redaction([SECRET])(f"before {FORMS[form]} after")
    assert FORMS[form] not in hidden
    # Of base64 a character or two at the ends may stay, which depend on what is beside the secret.
    assert len(hidden.replace("********", "")) <= len("before  after") + 8


@pytest.mark.parametrize("name", ["X-Amz-Signature", "X-Amz-Security-Token", "temp_url_sig", "Signature"])
def test_what_opens_a_signed_url_is_hidden(name: str) -> None:
    assert Redaction([])(f"got 'https://h/o?a=1&{name}=0123%2Fab&b=2'") == f"got 'https://h/o?a=1&{name}=********&b=2'"


def test_what_is_no_text_can_be_written_all_the_same() -> None:
    assert Redaction([])("a file of the name b\udcff") == "a file of the name b?"


def test_an_exchange_shows_what_matters_and_no_token() -> None:
    exchanges = Exchanges(Redaction([SECRET]))
    request = Request(
        method="POST",
        origin="https://cloud.example",
        target=f"/v1/things?X-Amz-Signature=abcdef012345&name={quote(SECRET)}",
        headers=(("Authorization", "Bearer never"), ("Content-Type", "application/json")),
        body=b'{"name": "n", "adminPass": "never"}',
        operation="createThing",
    )
    answer = Response(
        status=409,
        headers=Headers([("x-subject-token", "never"), ("date", "Sun, 29 Nov 2026 20:01:48 GMT")]),
        body=b"<error><code>Taken</code><keyMaterial>never</keyMaterial></error>",
    )
    exchanges.note(request, answer)
    [told] = exchanges.last()
    assert "never" not in told
    assert "abcdef012345" not in told
    assert SECRET not in told
    for part in ("> POST https://cloud.example/v1/things", "< 409", "<code>Taken</code>", "Sun, 29 Nov 2026"):
        assert part in told
    assert len(exchanges.skews) == 1
    exchanges.forget()
    assert exchanges.last() == []


def test_nothing_is_said_of_how_a_token_was_asked_for() -> None:
    exchanges = Exchanges(Redaction([]))
    request = Request(
        method="POST", origin="https://id.example", target="/v3", body=b'{"who": "am I"}', operation="t", identity=True
    )
    exchanges.note(request, Response(status=201, headers=Headers([]), body=b'{"access": {"id": "never"}}'))
    [told] = exchanges.last()
    assert "never" not in told
    assert "am I" not in told
