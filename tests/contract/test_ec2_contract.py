"""Moto forgives what AWS refuses: every request that EC2's client can send is checked against AWS's own model."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, cast

import pytest

from cumuli.errors import CloudError, InvalidRequest
from cumuli.providers.aws.ec2 import wire
from cumuli.providers.aws.ec2.aio import AsyncEC2
from cumuli.runtime.blocking.drive import run
from cumuli.wire.xml import decode
from tests.contract.aws_model import EC2Model
from tests.contract.ec2_cases import CASES, Case
from tests.contract.recording import RecordingRuntime

# What is no call: the client's own life, and what it says of itself.
# What is asked of another service than EC2: tests/conformance/ec2/test_caller_identity.py.
# Deployments create, list and destroy nodes by the methods that are looked at here.
NO_CALLS = {
    *("aclose", "provider", "capabilities", "ex_get_caller_identity"),
    *("deploy", "deploy_node", "deploy_nodes"),
}

# What chooses among the answers, or is no part of EC2's.
NOT_SENT = {
    ("detach_volume", "node"),
    ("ex_describe_all_addresses", "only_associated"),
    ("list_images", "location"),
    ("wait_until_running", "ssh_interface"),
    ("wait_until_volume_attached", "node"),
    ("wait_until_volume_detached", "node"),
}


@pytest.fixture(scope="module")
def model() -> EC2Model:
    return EC2Model()


@cache
def responses() -> tuple[type[wire.Answer], ...]:
    def below(kind: type[wire.Answer]) -> Iterator[type[wire.Answer]]:
        for each in kind.__subclasses__():
            yield each
            yield from below(each)

    return tuple(kind for kind in below(wire.Answer) if kind.__name__.endswith("Response"))


def made(case: Case, model: EC2Model) -> RecordingRuntime:
    """Make the call and give what it sent."""
    runtime = RecordingRuntime(model, case.faults)

    def make(settings: object) -> Any:
        del settings
        return runtime

    client = AsyncEC2("AKIAEXAMPLE", "example", region="eu-west-1", endpoint="https://ec2.example", _runtime=make)

    async def call() -> None:
        answer = getattr(client, case.method)(*case.arguments, **case.options)
        if case.method.startswith("iterate_"):
            async for _ in answer:
                pass
        else:
            await answer

    if set(case.faults) & {"RunInstances"}:
        with pytest.raises(CloudError):
            run(call())
    else:
        run(call())
    return runtime


@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case.method}" for number, case in enumerate(CASES)])
def test_requests_are_what_aws_documents(case: Case, model: EC2Model) -> None:
    runtime = made(case, model)
    assert runtime.sent or case.method.startswith("wait_until_")
    for request in runtime.sent:
        assert (request.method, request.origin, request.target) == ("POST", "https://ec2.example", "/")
        assert (request.header("content-type") or "").startswith("application/x-www-form-urlencoded")
        assert (request.header("authorization") or "").startswith("AWS4-HMAC-SHA256 ")
        assert isinstance(request.body, bytes)
        assert model.problems_of_request(request.body) == []
    if case.actions is not None:
        assert tuple(runtime.actions) == case.actions


@pytest.mark.parametrize("struct", responses(), ids=lambda struct: struct.__name__)
def test_what_is_read_of_answers_exists(struct: type[wire.Answer], model: EC2Model) -> None:
    assert model.problems_of_answer(struct) == []


def test_everything_that_is_read_is_found_in_a_whole_answer(model: EC2Model) -> None:
    """The parser finds each declared field where the model puts it: nothing is left at its default."""
    for struct in responses():
        action = struct.__name__.removesuffix("Response")
        answer = decode(model.answer(action, next_token=True), struct, root=struct.__name__)
        assert list(left_out(answer)) == [], struct.__name__


def left_out(value: Any, path: str = "") -> Iterator[str]:
    for name in value.__struct_fields__:
        inner = getattr(value, name)
        if not inner:
            yield f"{path}{name}"
        elif isinstance(inner, list):
            first = cast("list[Any]", inner)[0]
            if hasattr(first, "__struct_fields__"):
                yield from left_out(first, f"{path}{name}[].")
        elif hasattr(inner, "__struct_fields__"):
            yield from left_out(inner, f"{path}{name}.")


# The checks of the check


def public_methods() -> dict[str, Any]:
    return {
        name: member
        for name, member in inspect.getmembers(AsyncEC2)
        if not name.startswith("_") and name not in NO_CALLS and callable(member)
    }


def test_every_method_has_a_case() -> None:
    assert set(public_methods()) == {case.method for case in CASES}


def test_every_argument_of_every_method_is_given_in_some_case() -> None:
    missing: list[str] = []
    for name, method in public_methods().items():
        signature = inspect.signature(method)
        given = {
            parameter
            for case in CASES
            if case.method == name
            for parameter in signature.bind(None, *case.arguments, **case.options).arguments
        }
        missing += [f"{name}({parameter})" for parameter in signature.parameters if parameter not in given]
    assert missing == []


def test_every_option_is_sent(model: EC2Model) -> None:
    """Without it another request would go out, in some case at least."""
    idle = {
        (name, parameter.name)
        for name, method in public_methods().items()
        for parameter in inspect.signature(method).parameters.values()
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is not parameter.empty
    }
    for case in CASES:
        wanted = [name for name in case.options if (case.method, name) in idle]
        sent = [request.body for request in made(case, model).sent] if wanted else []
        for name in wanted:
            others = {key: value for key, value in case.options.items() if key != name}
            try:
                without = made(replace(case, options=others), model).sent
            except InvalidRequest:
                # It is the only one that says what to do.
                without = []
            if [request.body for request in without] != sent:
                idle.discard((case.method, name))
    # How long a wait may take is nothing to AWS.
    assert {each for each in idle if each[1] != "timeout"} == NOT_SENT


def test_every_answer_that_is_declared_is_asked_for(model: EC2Model) -> None:
    asked = {action for case in CASES for action in made(case, model).actions}
    assert {struct.__name__.removesuffix("Response") for struct in responses()} <= asked


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("Action=DescribeInstance&Version=2016-11-15", "no operation"),
        ("Action=DescribeInstances&Version=2014-01-01", "version"),
        ("Action=DescribeInstances&Version=2016-11-15&InstanceIds.1=i-1", "no member"),
        ("Action=DescribeInstances&Version=2016-11-15&InstanceId=i-1", "list"),
        ("Action=DescribeInstances&Version=2016-11-15&InstanceId.0=i-1", "numbered"),
        ("Action=DescribeInstances&Version=2016-11-15&MaxResults=many", "whole number"),
        ("Action=DescribeVpcs&Version=2016-11-15&MaxResults=2", "between"),
        ("Action=DescribeVolumesModifications&Version=2016-11-15&MaxResults=501", "above the limit of 500"),
        ("Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=a&Filter.1.Values.1=b", "no member"),
        ("Action=DescribeInstances&Version=2016-11-15&DryRun=True", "true or false"),
        ("Action=AttachVolume&Version=2016-11-15&VolumeId=vol-1&InstanceId=i-1", "required"),
        ("Action=RunInstances&Version=2016-11-15&MinCount=1&MaxCount=1", "ClientToken"),
        ("Action=RunInstances&Version=2016-11-15&MinCount=1&MaxCount=1&ClientToken=a&UserData=%23!", "base64"),
        ("Action=ImportKeyPair&Version=2016-11-15&KeyName=me&PublicKeyMaterial=ssh-rsa+AAAA", "base64"),
        ("Action=AllocateAddress&Version=2016-11-15&Domain=cloud", "none of"),
    ],
)
def test_the_judge_sees_what_is_wrong(body: str, problem: str, model: EC2Model) -> None:
    [found] = model.problems_of_request(body.encode())
    assert problem in found


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, True),
        ({"owner": "self", "name": "golden"}, True),
        ({"state": "inactive"}, True),
        ({"state": ["available", "inactive"]}, True),
        ({"state": "available"}, False),
        ({"ids": ["ami-1"]}, False),
    ],
)
def test_disabled_images_are_asked_for_where_they_are_wanted(
    options: dict[str, Any], sent: bool, model: EC2Model
) -> None:
    requests = made(Case("list_images", options=options), model).sent
    for request in requests:
        assert isinstance(request.body, bytes)
        assert (b"IncludeDisabled=true" in request.body) is sent
        assert model.problems_of_request(request.body) == []
    assert requests


def test_waiting_asks_for_the_nodes_waited_for(model: EC2Model) -> None:
    runtime = made(Case("wait_until_running", (["text"],)), model)
    [request] = runtime.sent
    assert isinstance(request.body, bytes)
    assert model.problems_of_request(request.body) == []
