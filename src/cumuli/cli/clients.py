"""From the global options to a client."""

from __future__ import annotations

from typing import cast

from cumuli import registry
from cumuli.cli.failures import UsageError
from cumuli.cli.services import serves_only
from cumuli.compute.client import Compute
from cumuli.errors import ConfigurationError

__all__ = ["open_compute"]


def open_compute(
    *, provider: str | None, profile: str | None, region: str | None, endpoint: str | None, dry_run: bool
) -> Compute:
    """The compute client that the global options ask for.

    Raises:
        UsageError: They name neither a provider nor a profile.
        ConfigurationError: There is no such one, or its settings are not complete.
    """
    if provider is None and profile is None:
        raise UsageError("say which cloud: --provider NAME (`cumuli providers` lists them) or --profile NAME")
    settings: dict[str, object] = {"region": region, "endpoint": endpoint}
    if dry_run:
        from cumuli.cli.dryruntime import DryRunRuntime

        settings["_runtime"] = DryRunRuntime
    try:
        return cast("Compute", registry.open_client("compute", provider=provider, profile=profile, settings=settings))
    except ConfigurationError:
        name = profile or provider or ""
        if serves_only("storage", name):
            raise UsageError(f"{name!r} keeps objects and has no servers; try: cumuli ls {name}:") from None
        raise
