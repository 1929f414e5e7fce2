"""``cumuli providers``."""

from __future__ import annotations

from importlib import import_module

import msgspec
from cyclopts import App

from cumuli import registry
from cumuli.capabilities import Capabilities, Capability
from cumuli.cli.confirmation import Switch
from cumuli.cli.output import Column
from cumuli.cli.session import output
from cumuli.registry import ProviderInfo
from cumuli.table import SERVICES

__all__ = ["app"]

app = App(name="providers", help="The providers that --provider takes.")

COLUMNS: list[Column[ProviderInfo]] = [
    ("NAME", lambda provider: provider.name),
    ("SERVICE", lambda provider: provider.service),
    ("WHAT", lambda provider: provider.title),
]


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A capability of a provider, and what was seen of it.

    Attributes:
        name: The provider's name.
        service: The service's name.
        capability: What it may be able to do.
        evidence: ``pass``, ``fail``, ``unsupported``, ``untried``, or ``no evidence``.
        endpoint: What was tried.
        server: Who answered.
        date: When.
    """

    name: str
    service: str
    capability: str
    evidence: str
    endpoint: str | None = None
    server: str | None = None
    date: str | None = None


CLAIMS: list[Column[Claim]] = [
    ("NAME", lambda claim: claim.name),
    ("SERVICE", lambda claim: claim.service),
    ("CAPABILITY", lambda claim: claim.capability),
    ("EVIDENCE", lambda claim: claim.evidence),
    ("ENDPOINT", lambda claim: claim.endpoint),
    ("SERVER", lambda claim: claim.server),
    ("DATE", lambda claim: claim.date),
]


@app.default
def list_(*, capabilities: Switch = False) -> None:
    """List the providers that --provider takes.

    Examples: cumuli providers --filter service=storage · cumuli providers --capabilities --filter name=swift

    Args:
        capabilities: List what each can do, and what was seen of it when it was certified, against whom and when.
    """
    if capabilities:
        output().items(_claims(), CLAIMS, none="no providers")
        return
    output().items(registry.provider_infos(), COLUMNS, none="no providers")


def _claims() -> list[Claim]:
    found: list[Claim] = []
    for service in SERVICES:
        enumeration: type[Capability] = getattr(
            import_module(f"cumuli.{service.name}.capabilities"), service.capability
        )
        for info in registry.provider_infos():
            if info.service == service.name:
                found += [_claim(info, capability) for capability in enumeration]
    return found


def _claim(info: ProviderInfo, capability: Capability) -> Claim:
    seen = Capabilities(frozenset(), provider=info.name).evidence(capability)
    return Claim(
        name=info.name,
        service=info.service,
        capability=capability.value,
        evidence="no evidence" if seen is None else seen.outcome,
        endpoint=None if seen is None else seen.endpoint,
        server=None if seen is None else seen.server or None,
        date=None if seen is None else seen.date,
    )
