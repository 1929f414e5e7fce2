"""The settings that every client takes, whatever its provider."""

from __future__ import annotations

from typing import TypedDict

from cumuli.calls.caller import Authorizer, Caller, Timeouts
from cumuli.calls.retry import NO_RETRY, RetryPolicy
from cumuli.errors import ConfigurationError
from cumuli.runtime.protocol import Runtime, RuntimeFactory, TransportSettings
from cumuli.runtime.wrapping import wrapped

__all__ = ["ClientOptions", "make_caller", "make_runtime"]


class ClientOptions(TypedDict, total=False):
    """Keyword arguments of every client.

    Keys:
        timeout: Seconds for one logical call, retries included, or a ``Timeouts``. Default
            ``Timeouts()``.
        retry: A ``RetryPolicy``, or False for no retries. Default ``RetryPolicy()``.
        proxy: Proxy URL of the scheme ``http``, ``https``, ``socks5`` (names are resolved here) or ``socks5h``
            (by the proxy), the last two with the extra ``cumuli[socks]``; ``""`` for none. Default:
            ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, ``NO_PROXY``.
        verify: True (default), a path to a CA bundle, or False, which warns. True means the bundle that the
            environment names, of ``AWS_CA_BUNDLE`` (EC2 and S3 only), ``REQUESTS_CA_BUNDLE`` and
            ``CURL_CA_BUNDLE`` the first that is set, or else the system's CAs.
        cert: Client certificate: a PEM path, or (certificate path, key path).
        max_connections: Most connections open at one time (default 32).
        user_agent: Put before cumuli's own ``User-Agent``.
    """

    timeout: float | Timeouts
    retry: RetryPolicy | bool
    proxy: str | None
    verify: bool | str
    cert: str | tuple[str, str] | None
    max_connections: int
    user_agent: str


def timeouts_of(options: ClientOptions) -> Timeouts:
    """The timeouts that the options ask for.

    Raises:
        ConfigurationError: A timeout is not a positive number.
    """
    given = options.get("timeout", Timeouts())
    if isinstance(given, Timeouts):
        return given
    if not given > 0:
        raise ConfigurationError(f"timeout is {given!r}; give a positive number of seconds, or a Timeouts")
    default = Timeouts()
    return Timeouts(
        connect=min(default.connect, given),
        attempt=min(default.attempt, given),
        operation=given,
        stall=default.stall,
    )


def transport_settings(options: ClientOptions, *, aws: bool = False) -> TransportSettings:
    """What the runtime needs to know of the options, and whether the provider is AWS."""
    timeouts = timeouts_of(options)
    default = TransportSettings()
    return TransportSettings(
        connect_timeout=timeouts.connect,
        stall_timeout=timeouts.stall,
        proxy=options.get("proxy"),
        verify=options.get("verify", True),
        # In the order of botocore, whose own variable comes first.
        ca_variables=("AWS_CA_BUNDLE", *default.ca_variables) if aws else default.ca_variables,
        cert=options.get("cert"),
        max_connections=options.get("max_connections", default.max_connections),
        user_agent=options.get("user_agent", ""),
    )


def retry_of(options: ClientOptions) -> RetryPolicy:
    """The retry policy that the options ask for."""
    given = options.get("retry", True)
    if isinstance(given, RetryPolicy):
        return given
    return RetryPolicy() if given else NO_RETRY


def make_caller(
    runtime: Runtime,
    options: ClientOptions,
    *,
    provider: str,
    authorizer: Authorizer | None = None,
    redirects: bool = True,
) -> Caller:
    """The call loop of a client, set up by its options."""
    return Caller(
        runtime,
        provider=provider,
        retry=retry_of(options),
        timeouts=timeouts_of(options),
        authorizer=authorizer,
        redirects=redirects,
    )


def make_runtime(factory: RuntimeFactory, options: ClientOptions, *, aws: bool = False) -> Runtime:
    """The runtime of a client, set up by its options.

    Args:
        factory: Makes it.
        options: The client's.
        aws: Whether the provider is AWS, whose own settings count then.

    Raises:
        ConfigurationError: There is no such option, or one is no such thing.
    """
    unknown = sorted(options.keys() - ClientOptions.__annotations__.keys())
    if unknown:
        raise ConfigurationError(
            f"there is no argument {', '.join(unknown)}; besides its own a client takes "
            f"{', '.join(sorted(ClientOptions.__annotations__))}"
        )
    return wrapped(factory(transport_settings(options, aws=aws)))
