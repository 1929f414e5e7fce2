"""From the global options to a compute client."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import cast

from cumuli.cli.session import cloud
from cumuli.cli.usage import UsageError
from cumuli.cli.wrong_service import opened
from cumuli.compute.client import Compute

__all__ = ["compute_client"]


@contextmanager
def compute_client() -> Generator[Compute]:
    """The client that the global options ask for, closed afterwards.

    Raises:
        UsageError: They name no cloud, or one without servers.
        ConfigurationError: There is no such one, or its settings are not complete.
    """
    meant = cloud()
    if not meant.name:
        raise UsageError(
            "say which cloud: --provider NAME (`cumuli providers` lists them) or --profile NAME; "
            "CUMULI_PROFILE, or default_profile in the config file, says it once for all"
        )
    client = cast("Compute", opened("compute", meant))
    try:
        yield client
    finally:
        client.close()
