"""The compute suite over a bad link, sixteen tests at a time on four connections."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cumuli import sandbox
from cumuli.providers.aws.ec2.aio import AsyncEC2
from cumuli.providers.aws.ec2.client import EC2
from cumuli.providers.gogrid.aio import AsyncGoGrid
from cumuli.providers.gogrid.client import GoGrid
from cumuli.providers.rackspace.compute.aio import AsyncRackspace
from cumuli.providers.rackspace.compute.client import Rackspace
from cumuli.testing.flavours import Flavour
from cumuli.testing.gaps import gap
from cumuli.testing.suites.compute_target import ComputeTarget
from tests.conformance.ec2.conftest import REGION, boto, moto
from tests.conformance.ec2.test_ec2_compute import TestEC2 as EC2Suite
from tests.conformance.ec2.test_ec2_compute import ec2_target
from tests.conformance.gogrid.conftest import process
from tests.conformance.gogrid.test_gogrid_compute import TestGoGrid as GoGridSuite
from tests.conformance.gogrid.test_gogrid_compute import gogrid_target
from tests.conformance.rackspace.conftest import REGION as ORD
from tests.conformance.rackspace.conftest import account, identity
from tests.conformance.rackspace.test_rackspace_compute import USERNAME, mimic_target
from tests.conformance.rackspace.test_rackspace_compute import TestRackspaceByMimic as RackspaceSuite
from tests.field.concurrent_suite import CONNECTIONS, OwnRequests, cases, run_at_once
from tests.field.link import TROUBLES, Asked, Link, Trouble, field_link
from tests.field.shared_clients import SharedCompute
from tests.secrets_used import API_KEY, AWS_KEY, AWS_SECRET
from tests.support.mimic import VENV, Account
from tests.support.tiers import skip_without

__all__ = ["boto", "identity", "moto", "process"]

SEED = 20261129
# These suites send some 200 requests, of which a third may suffer faults: more of them than one in fifty.
FEW = 12
NOTHING: frozenset[Trouble] = frozenset()
EVERYTHING = frozenset({Trouble.BUSY, Trouble.SILENCE, Trouble.LOST, Trouble.CUT})


def reads_of_ec2(asked: Asked) -> frozenset[Trouble]:
    action = parse_qs(asked.body.decode() or asked.target.partition("?")[2]).get("Action", [""])[0]
    return EVERYTHING if action.startswith("Describe") else NOTHING


def reads_of_gogrid(asked: Asked) -> frozenset[Trouble]:
    path = asked.target.partition("?")[0]
    return EVERYTHING if asked.method == "GET" and path.endswith(("/list", "/get")) else NOTHING


def reads(asked: Asked) -> frozenset[Trouble]:
    return EVERYTHING if asked.method in {"GET", "HEAD"} else NOTHING


def prepared(target: ComputeTarget, flavour: Flavour, cloud: Any, counter: OwnRequests, request: Any) -> SharedCompute:
    """The bench of one test; what the target lacks is skipped, as in the suite's own fixture."""
    name = request.function.__name__.removeprefix("test_")
    if name in target.gaps:
        gap(request, target.name, name, target.gaps[name])
    for capability in getattr(request.function, "needs", ()):
        if capability not in cloud.capabilities and capability in target.gaps:
            gap(request, target.name, capability, target.gaps[capability])
    return SharedCompute(target, flavour, cloud, counter, request.node)


def run(suite: type, near: ComputeTarget, clients: tuple[Any, Any], flavour: Flavour, link: Link) -> None:
    sync_client, async_client = (partial(make, max_connections=CONNECTIONS) for make in clients)
    target = replace(near, sync_client=sync_client, async_client=async_client)
    client = flavour.shape((async_client if flavour.name == "async" else sync_client)())
    chosen = cases(suite)
    try:
        failures = run_at_once(suite, chosen, flavour, partial(prepared, target, flavour), client)
    finally:
        flavour.run(client.aclose())
    report = f"{len(failures)} of {len(chosen)} failed; {link.requests} requests, {link.told()}"
    assert not failures, "\n\n".join([report, *failures])
    assert set(link.seen) == TROUBLES, report


def test_ec2(moto: str, boto: Any, flavour: Flavour) -> None:
    with field_link(_port(moto), seed=SEED, may=reads_of_ec2, one_in=FEW) as link:
        settings = {"region": REGION, "endpoint": link.endpoint, "proxy": ""}
        clients = (partial(EC2, AWS_KEY, AWS_SECRET, **settings), partial(AsyncEC2, AWS_KEY, AWS_SECRET, **settings))
        run(EC2Suite, ec2_target(moto, boto), clients, flavour, link)


def test_gogrid(process: sandbox.SandboxServer, flavour: Flavour) -> None:
    profile = process.profiles["sandbox-gogrid"]
    with field_link(_port(profile["endpoint"]), seed=SEED, may=reads_of_gogrid, one_in=FEW) as link:
        endpoint = profile["endpoint"].replace(_near(profile["endpoint"]), link.endpoint)
        settings = {"api_key": profile["api_key"], "secret": profile["secret"], "endpoint": endpoint, "proxy": ""}
        clients = (partial(GoGrid, **settings), partial(AsyncGoGrid, **settings))
        run(GoGridSuite, gogrid_target(process), clients, flavour, link)


@skip_without("mimic", "make test-field") if not (VENV / ".ready").exists() else lambda test: test
def test_rackspace(identity: str, flavour: Flavour) -> None:
    with field_link(_port(identity), seed=SEED, may=reads, one_in=FEW) as link:
        far = identity.replace(_near(identity), link.endpoint)
        target = mimic_target(identity)
        compute = Account(identity, USERNAME, API_KEY, ORD).compute
        settings = account(far, USERNAME, endpoint=compute.replace(_near(compute), link.endpoint))
        clients = (partial(Rackspace, **settings), partial(AsyncRackspace, **settings))
        run(RackspaceSuite, target, clients, flavour, link)


def _near(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port
