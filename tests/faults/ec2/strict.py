"""EC2's protocol, small and strict."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

from tests.faults.keepalive import Exchange, Server, reply

__all__ = ["Paging", "StrictEC2", "answer_of", "error", "instance"]

Parameters = dict[str, str]
Behaviour = Callable[[Exchange, Parameters], bytes | None]

RUN = (
    "<reservationId>r-1</reservationId><ownerId>123456789012</ownerId>"
    "<instancesSet><item><instanceId>i-1</instanceId>"
    "<instanceState><code>0</code><name>pending</name></instanceState></item></instancesSet>"
)
PLAIN = {
    "RunInstances": RUN,
    "DescribeInstances": f"<reservationSet><item>{RUN}</item></reservationSet>",
    "DescribeKeyPairs": "<keySet><item><keyName>me</keyName></item></keySet>",
    "ImportKeyPair": "<keyName>me</keyName><keyFingerprint>00:00</keyFingerprint>",
    "CreateVolume": "<volumeId>vol-1</volumeId><size>1</size><status>creating</status>",
    "CopyImage": "<imageId>ami-2</imageId>",
    "AllocateAddress": "<publicIp>198.51.100.1</publicIp><allocationId>eipalloc-1</allocationId>",
    "CreateSnapshot": "<snapshotId>snap-1</snapshotId><status>pending</status>",
    "CreateImage": "<imageId>ami-1</imageId>",
    "CreateKeyPair": "<keyName>me</keyName><keyMaterial>private</keyMaterial>",
}


def answer_of(action: str, inside: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
        f"<requestId>req-1</requestId>{inside}</{action}Response>"
    ).encode()


def error(status: int, code: str, *headers: tuple[str, str]) -> bytes:
    body = (
        f"<Response><Errors><Error><Code>{code}</Code><Message>Said so.</Message></Error></Errors>"
        "<RequestID>req-2</RequestID></Response>"
    )
    return reply(status, body.encode(), *headers)


def instance(number: int) -> str:
    return f"<item><instanceId>i-{number:017x}</instanceId><instanceState><name>running</name></instanceState></item>"


class StrictEC2(Server):
    """Answers every action plainly, except for the first ones, to which it does what it was told.

    Args:
        faults: What to do to the first requests, in order.
    """

    def __init__(self, *faults: Behaviour | bytes) -> None:
        super().__init__(self._answer_to)
        self.requests: list[Parameters] = []
        self._faults = list(faults)

    @property
    def actions(self) -> list[str]:
        return [request["Action"] for request in self.requests]

    def _answer_to(self, exchange: Exchange) -> bytes | None:
        assert (exchange.method, exchange.target) == ("POST", "/")
        assert (exchange.get("authorization") or "").startswith("AWS4-HMAC-SHA256 Credential=key/")
        pairs = parse_qsl(exchange.body().decode("ascii"), keep_blank_values=True, strict_parsing=True)
        parameters = dict(pairs)
        assert len(parameters) == len(pairs)
        assert parameters["Version"] == "2016-11-15"
        self.requests.append(parameters)
        if self._faults:
            fault = self._faults.pop(0)
            return fault if isinstance(fault, bytes) else fault(exchange, parameters)
        return self.plainly(parameters)

    def plainly(self, parameters: Parameters) -> bytes:
        action = parameters["Action"]
        return reply(200, answer_of(action, PLAIN.get(action, "<return>true</return>")))


class Paging(StrictEC2):
    """Lists instances by the page, cutting through reservations, and is difficult about it.

    Args:
        total: How many instances there are.
        size: How many in a page, whatever is asked for.
        repeat: The page whose own token is sent with it, once, in place of the next one.
        empty: The page before which an empty one with a token of its own is sent, once.
    """

    PER_RESERVATION = 7

    def __init__(self, total: int, size: int, *, repeat: int, empty: int) -> None:
        super().__init__()
        self.total = total
        self.size = size
        self._repeat: int | None = repeat
        self._empty: int | None = empty
        self._tokens: dict[str, int] = {}

    def plainly(self, parameters: Parameters) -> bytes:
        assert parameters["Action"] == "DescribeInstances"
        assert 5 <= int(parameters["MaxResults"]) <= 1000
        assert "InstanceId.1" not in parameters, "AWS refuses ids together with MaxResults"
        token = parameters.get("NextToken")
        if token is not None and token not in self._tokens:
            return error(400, "InvalidNextToken")
        page = self._tokens[token] if token is not None else 0
        if page == self._empty:
            self._empty = None
            return self._page([], self._token(page, "after-empty"))
        numbers = range(page * self.size, min((page + 1) * self.size, self.total))
        if page == self._repeat:
            self._repeat = None
            return self._page(list(numbers), token)
        more = numbers.stop < self.total
        return self._page(list(numbers), self._token(page + 1, "page") if more else None)

    def _token(self, page: int, kind: str) -> str:
        token = f"{kind}-{page}/+="
        self._tokens[token] = page
        return token

    def _page(self, numbers: list[int], token: str | None) -> bytes:
        reservations: dict[int, list[int]] = {}
        for number in numbers:
            reservations.setdefault(number // self.PER_RESERVATION, []).append(number)
        items = "".join(
            f"<item><reservationId>r-{reservation}</reservationId>"
            f"<instancesSet>{''.join(map(instance, inside))}</instancesSet></item>"
            for reservation, inside in reservations.items()
        )
        last = f"<nextToken>{token}</nextToken>" if token else "<nextToken/>"
        return reply(200, answer_of("DescribeInstances", f"<reservationSet>{items}</reservationSet>{last}"))
