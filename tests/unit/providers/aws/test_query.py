"""The Query protocol: parameters out, errors in."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qsl

import pytest

from cumuli.errors import InvalidRequest
from cumuli.providers.aws.query import QueryError, filters, flattened, parse_error, query_request

ERROR = "<Error><Type>Sender</Type><Code>C</Code><Message>M</Message></Error>"


def test_parameters_are_flattened() -> None:
    assert flattened(
        {
            "Text": "a b&c",
            "Empty": "",
            "Number": 5,
            "Ratio": 0.5,
            "Yes": True,
            "No": False,
            "Data": b"\x00\xff",
            "When": dt.datetime(2024, 2, 29, 2, 2, 3, tzinfo=dt.timezone(dt.timedelta(hours=1))),
            "Nothing": None,
            "List": ["x", None, {}, "y"],
            "EmptyList": [],
            "Struct": {"A": 1, "B": None, "C": {"D": ["z"]}},
            "EmptyStruct": {},
            "Structs": [{"K": "k1"}, {"K": "k2", "V": ["1", "2"]}],
        }
    ) == [
        ("Text", "a b&c"),
        ("Empty", ""),
        ("Number", "5"),
        ("Ratio", "0.5"),
        ("Yes", "true"),
        ("No", "false"),
        ("Data", "AP8="),
        ("When", "2024-02-29T01:02:03Z"),
        ("List.1", "x"),
        ("List.2", "y"),
        ("Struct.A", "1"),
        ("Struct.C.D.1", "z"),
        ("Structs.1.K", "k1"),
        ("Structs.2.K", "k2"),
        ("Structs.2.V.1", "1"),
        ("Structs.2.V.2", "2"),
    ]


@pytest.mark.parametrize("wrong", [object(), {1, 2}, dt.datetime(2024, 1, 1), [object()]])  # noqa: DTZ001 - that is wrong
def test_what_no_parameter_can_be(wrong: object) -> None:
    with pytest.raises(InvalidRequest, match="Odd"):
        flattened({"Odd": wrong})


def test_filters() -> None:
    assert filters({"vpc-id": "vpc-1", "state": ["a", "b"], "not": None}) == [
        {"Name": "vpc-id", "Value": ["vpc-1"]},
        {"Name": "state", "Value": ["a", "b"]},
    ]


def test_a_request() -> None:
    request = query_request(
        "https://ec2.example",
        "/services/Cloud",
        action="CreateTags",
        version="2016-11-15",
        parameters={"T": "ü ~+&=\n"},
    )
    assert (request.method, request.origin, request.target) == ("POST", "https://ec2.example", "/services/Cloud")
    assert request.operation == "CreateTags"
    assert isinstance(request.body, bytes)
    assert parse_qsl(request.body.decode("ascii")) == [
        ("Action", "CreateTags"),
        ("Version", "2016-11-15"),
        ("T", "ü ~+&=\n"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        f"<Response><Errors>{ERROR}</Errors><RequestID>1</RequestID></Response>",
        f"<Response><Errors>{ERROR}<Error><Code>D</Code></Error></Errors><RequestID>1</RequestID></Response>",
        f'<ErrorResponse xmlns="x">{ERROR}<RequestId>1</RequestId></ErrorResponse>',
    ],
)
def test_both_shapes_of_errors(body: str) -> None:
    assert parse_error(body.encode()) == QueryError(code="C", message="M", request_id="1")


@pytest.mark.parametrize(
    "body",
    ["", "<html/>", "{}", "<Response/>", "<Response><Errors/></Response>", "<Response><Errors><Error/></Errors>"],
)
def test_what_is_no_error_of_the_service(body: str) -> None:
    assert parse_error(body.encode()) is None
