"""``SwiftDriver``: Swift's calls, resource by resource."""

from __future__ import annotations

from typing import TypeVar

from cumuli.calls.options import ClientOptions, make_caller, make_runtime
from cumuli.errors import ConfigurationError
from cumuli.providers.openstack.identity.clouds_yaml import CloudSettings
from cumuli.providers.openstack.swift.calls import PAGE_SIZE
from cumuli.providers.openstack.swift.identity import V1Settings, client_options, session_of
from cumuli.providers.openstack.swift.settings import Settings
from cumuli.providers.openstack.swift.wire import DIGESTS, TempUrlDigest
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.secret import Secret

__all__ = ["SwiftDriver", "open_driver"]

D = TypeVar("D", bound="SwiftDriver")


class SwiftDriver(Settings):
    """Everything that cumuli calls of Swift."""


def open_driver(
    kind: type[D],
    factory: RuntimeFactory,
    options: ClientOptions,
    settings: V1Settings | CloudSettings,
    *,
    page_size: int,
    temp_url_key: str | Secret | None,
    temp_url_digest: TempUrlDigest | None,
    leave_segments: bool,
) -> D:
    """The driver of a client.

    Raises:
        ConfigurationError: A setting has no meaning.
    """
    if not 1 <= page_size <= PAGE_SIZE:
        raise ConfigurationError(f"page_size is {page_size}; it is between 1 and {PAGE_SIZE}", provider=kind.provider)
    if temp_url_digest is not None and temp_url_digest not in DIGESTS:
        raise ConfigurationError(
            f"temp_url_digest is {temp_url_digest!r}; it is one of {', '.join(DIGESTS)}", provider=kind.provider
        )
    options = client_options(options, settings)
    runtime = make_runtime(factory, options)
    session = session_of(runtime, options, settings, provider=kind.provider)
    return kind(
        make_caller(runtime, options, provider=kind.provider, authorizer=session),
        session,
        page_size=page_size,
        temp_url_key=temp_url_key.reveal() if isinstance(temp_url_key, Secret) else temp_url_key,
        temp_url_digest=temp_url_digest,
        leave_segments=leave_segments,
    )
