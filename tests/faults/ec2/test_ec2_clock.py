"""This machine's clock is wrong, as AWS tells."""

from __future__ import annotations

import datetime as dt
import logging
import time
from email.utils import formatdate
from typing import Any

import pytest

from cumuli.errors import AuthenticationError
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import StrictEC2
from tests.faults.keepalive import Exchange, reply


class Elsewhen(StrictEC2):
    """Signatures have to be of its own time, which differs from this machine's.

    Args:
        ahead: By how many seconds.
        code: How it refuses others.
        told: By how many seconds its dates differ from this machine's time. Default: as its time does.
    """

    def __init__(self, ahead: float, code: str, *, told: float | None = None) -> None:
        super().__init__()
        self.answer = self._judge
        self.ahead = ahead
        self.code = code
        self.told = ahead if told is None else told
        self.refused = 0

    def _judge(self, exchange: Exchange) -> bytes | None:
        stamp = dt.datetime.strptime(f"{exchange.get('x-amz-date')}+0000", "%Y%m%dT%H%M%SZ%z")
        if abs(stamp.timestamp() - time.time() - self.ahead) < 300:
            return self._answer_to(exchange)
        exchange.body()
        self.refused += 1
        body = (
            f"<Response><Errors><Error><Code>{self.code}</Code><Message>Request has expired.</Message></Error></Errors>"
            "<RequestID>req-2</RequestID></Response>"
        )
        return reply(400, body.encode(), ("Date", formatdate(time.time() + self.told, usegmt=True)))


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("code", ["RequestExpired", "SignatureDoesNotMatch", "AuthFailure"])
@pytest.mark.parametrize("ahead", [3600.0, -3600.0])
async def test_a_wrong_clock_is_set_right_once(
    client: MakeClient, caplog: pytest.LogCaptureFixture, code: str, ahead: float
) -> None:
    with Elsewhen(ahead, code) as server:
        ec2 = client(server.origin)
        assert len(await ec2.list_nodes()) == 1
        # What may not be repeated was refused, and so did not happen.
        await ec2.create_key_pair("me")
        assert server.refused == 1
        assert server.actions == ["DescribeInstances", "CreateKeyPair"]
    direction = "behind" if ahead > 0 else "ahead of"
    (warning,) = warnings_of(caplog)
    assert f"clock is 60 minutes {direction} that of ec2" in warning


async def test_a_call_that_is_not_repeatable_is_signed_again(client: MakeClient) -> None:
    with Elsewhen(3600, "AuthFailure") as server:
        await client(server.origin).create_key_pair("me")
        assert server.refused == 1
        assert server.actions == ["CreateKeyPair"]


@pytest.mark.parametrize(
    ("settings", "words"), [({"token": "t"}, "the session token has ended"), ({}, "too long on its way")]
)
async def test_with_a_right_clock_it_is_not_blamed(
    client: MakeClient, caplog: pytest.LogCaptureFixture, settings: dict[str, Any], words: str
) -> None:
    with Elsewhen(3600, "RequestExpired", told=0) as server:
        with pytest.raises(AuthenticationError, match=f"clock is right, so .*{words}"):
            await client(server.origin, **settings).list_nodes()
        assert server.refused == 1
    assert warnings_of(caplog) == []


async def test_a_date_that_does_not_help_is_followed_once(client: MakeClient) -> None:
    with Elsewhen(3600, "RequestExpired", told=-3600) as server:
        with pytest.raises(AuthenticationError):
            await client(server.origin).list_nodes()
        assert server.refused == 2
