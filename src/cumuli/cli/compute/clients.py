"""From the global options to a compute client."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import cast

from cumuli import registry
from cumuli.cli.failures import UsageError
from cumuli.cli.session import options
from cumuli.cli.wrong_service import without
from cumuli.compute.client import Compute
from cumuli.errors import ConfigurationError

__all__ = ["compute_client"]


@contextmanager
def compute_client() -> Generator[Compute]:
    """The client that the global options ask for, closed afterwards.

    Raises:
        UsageError: They name no cloud, or one without servers.
        ConfigurationError: There is no such one, or its settings are not complete.
    """
    given = options()
    if given.provider is None and given.profile is None:
        raise UsageError("say which cloud: --provider NAME (`cumuli providers` lists them) or --profile NAME")
    settings: dict[str, object] = {"region": given.region, "endpoint": given.endpoint}
    if given.dry_run:
        from cumuli.cli.dry_run_runtime import DryRunRuntime

        settings["_runtime"] = DryRunRuntime
    try:
        client = cast(
            "Compute",
            registry.open_client("compute", provider=given.provider, profile=given.profile, settings=settings),
        )
    except ConfigurationError:
        if error := without("compute", given.profile or given.provider or ""):
            raise error from None
        raise
    try:
        yield client
    finally:
        client.close()
