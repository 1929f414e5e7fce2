"""``cumuli providers``."""

from __future__ import annotations

from cyclopts import App

from cumuli import registry
from cumuli.cli.output import Column
from cumuli.cli.session import output
from cumuli.registry import ProviderInfo

__all__ = ["app"]

app = App(name="providers", help="The providers that --provider takes.")

COLUMNS: list[Column[ProviderInfo]] = [
    ("NAME", lambda provider: provider.name),
    ("SERVICE", lambda provider: provider.service),
    ("WHAT", lambda provider: provider.title),
]


@app.default
def list_() -> None:
    """List the providers that --provider takes.

    Example: cumuli providers --filter service=storage
    """
    output().items(registry.provider_infos(), COLUMNS, none="no providers")
