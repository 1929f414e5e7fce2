"""Answers that are none: each one is a clear error, never an empty list."""

from __future__ import annotations

import pytest

from cumuli.errors import (
    AuthenticationError,
    CloudError,
    ConfigurationError,
    ConnectionFailed,
    MalformedResponse,
    ProviderUnavailable,
)
from tests.faults.ec2.conftest import MakeClient
from tests.faults.ec2.strict import StrictEC2, answer_of, error
from tests.faults.keepalive import reply

WHOLE = answer_of("DescribeInstances", "<reservationSet><item><instancesSet/></item></reservationSet>")
PAGE = b"<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>&nbsp;<br></body></html>"
BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><DescribeInstancesResponse>&b;</DescribeInstancesResponse>'
)

WRONG: dict[str, tuple[bytes, str]] = {
    "an HTML page": (reply(200, PAGE), "HTML page; check the endpoint"),
    "an HTML page without a document type": (reply(200, PAGE.partition(b"\n")[2]), "HTML page; check the endpoint"),
    "nothing": (reply(200, b""), "empty"),
    "white space": (reply(200, b" \n "), "empty"),
    "JSON": (reply(200, b'{"reservationSet": []}'), "the answer is not XML"),
    "half a document": (reply(200, WHOLE[: len(WHOLE) // 2]), "cut short"),
    "all but the last byte": (reply(200, WHOLE[:-1]), "cut short"),
    "something behind it": (reply(200, WHOLE + b"<more/>"), "broken"),
    "another root": (reply(200, answer_of("DescribeVolumes", "")), "<DescribeInstancesResponse> was due"),
    "entities": (reply(200, BOMB), "document type"),
    "another encoding": (reply(200, WHOLE.replace(b"UTF-8", b"none-such")), "encoding"),
    "bytes that are no UTF-8": (reply(200, WHOLE.replace(b"req-1", b"req-\xff")), "broken"),
    "a very deep document": (reply(200, WHOLE.replace(b"req-1", b"<a>" * 200_000)), "nested"),
    "a redirect": (reply(302, b"", ("Location", "https://login.example/?next=/")), "redirects to login.example"),
    "an HTML page as 404": (reply(404, PAGE), "HTTP 404 with an HTML page; check the endpoint"),
    "an HTML page as 403": (reply(403, PAGE), "HTTP 403 with an HTML page; check the endpoint"),
    "somebody else's error": (reply(400, b'{"error": "no such route"}'), "check the endpoint"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
async def test_an_answer_that_is_none(client: MakeClient, what: str) -> None:
    answer, message = WRONG[what]
    with StrictEC2(answer) as server:
        with pytest.raises(MalformedResponse) as caught:
            await client(server.origin).list_nodes()
        assert message in str(caught.value)
        assert (caught.value.provider, caught.value.operation) == ("ec2", "DescribeInstances")
        assert len(server.requests) == 1


async def test_a_call_of_which_nothing_is_read_still_needs_its_answer(client: MakeClient) -> None:
    with StrictEC2(reply(200, PAGE), reply(200, b"")) as server:
        ec2 = client(server.origin)
        with pytest.raises(MalformedResponse):
            await ec2.destroy_node("i-1")
        with pytest.raises(MalformedResponse):
            await ec2.ex_call("DescribeRegions")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(error(401, "AuthFailure"), AuthenticationError), (reply(504, PAGE), ProviderUnavailable)],
)
async def test_errors_keep_what_the_answer_says(client: MakeClient, answer: bytes, kind: type[CloudError]) -> None:
    with StrictEC2(answer) as server:
        with pytest.raises(kind) as caught:
            await client(server.origin, retry=False).list_nodes()
        assert caught.value.status in {401, 504}


async def test_an_empty_listing_is_empty(client: MakeClient) -> None:
    with StrictEC2(reply(200, answer_of("DescribeInstances", "<reservationSet/>"))) as server:
        assert await client(server.origin).list_nodes() == []


async def test_a_creation_that_gives_nothing_names_its_token(client: MakeClient) -> None:
    with StrictEC2(reply(200, answer_of("RunInstances", "<instancesSet/>"))) as server:
        with pytest.raises(MalformedResponse, match="client token mine") as caught:
            await client(server.origin).create_node("web", "t3.micro", "ami-1", ex_clienttoken="mine")
        assert caught.value.operation == "RunInstances"


async def test_console_output_that_is_no_base64(client: MakeClient) -> None:
    with (
        StrictEC2(reply(200, answer_of("GetConsoleOutput", "<output>a</output>"))) as server,
        pytest.raises(MalformedResponse, match="base64"),
    ):
        await client(server.origin).ex_get_console_output("i-1")


async def test_an_endpoint_that_cannot_be_reached_is_named(client: MakeClient) -> None:
    with pytest.raises(ConnectionFailed) as caught:
        await client("http://127.0.0.1:1", retry=False).list_nodes()
    assert "check the endpoint, the region and the network (the region is eu-west-1)" in str(caught.value)


async def test_a_region_that_is_none_is_said_before_any_request(client: MakeClient) -> None:
    with pytest.raises(ConfigurationError, match="is no AWS region"):
        await client(None, region="eu-wset-1").list_nodes()
