"""The errors that a network's failures become, in the words of both runtimes. Pure."""

from __future__ import annotations

from polycloud.errors import CloudError, ConfigurationError, ConnectionFailed, MalformedResponse, Timeout

__all__ = [
    "broken",
    "closed_early",
    "no_connection_in_time",
    "no_tunnel",
    "not_connected",
    "out_of_time",
    "reason",
    "too_long",
]


def no_connection_in_time(where: str) -> Timeout:
    """Connecting took too long."""
    return Timeout(f"no connection to {where} in the time allowed for connecting", sent=False)


def not_connected(error: OSError, where: str) -> ConnectionFailed:
    """Resolving, connecting or TLS failed."""
    # Compared by name, so that a plain connection does not import ssl for its errors.
    if type(error).__name__ == "SSLCertVerificationError":
        why = getattr(error, "verify_message", "") or reason(error)
        return ConnectionFailed(
            f"the certificate of {where} is not trusted: {why}; for a private CA, give verify= the path of its bundle",
            sent=False,
            retryable=False,
        )
    return ConnectionFailed(
        f"cannot connect to {where}: {reason(error)}; check the endpoint, the region and the network", sent=False
    )


def no_tunnel(proxy: str, authority: str, status: int) -> CloudError:
    """A proxy answered CONNECT with something else than 200."""
    if status == 407:
        # Not an AuthenticationError: that one makes a client renew its credentials at the provider.
        return ConfigurationError(f"the proxy {proxy} asks for a user and password; put them in the proxy's URL")
    return ConnectionFailed(f"the proxy {proxy} does not connect to {authority} (it answers {status})", sent=False)


def out_of_time(where: str, *, sent: bool) -> Timeout:
    """The time for an attempt, or for a piece of a body, is up."""
    return Timeout(f"{where} did not answer in the time allowed", sent=sent)


def closed_early(where: str, *, sent: bool) -> ConnectionFailed:
    """The peer ended the connection before its answer did."""
    return ConnectionFailed(f"{where} closed the connection before its answer was whole", sent=sent)


def broken(error: OSError, where: str, *, sent: bool) -> ConnectionFailed:
    """The connection failed under a request."""
    return ConnectionFailed(f"the connection to {where} broke: {reason(error)}", sent=sent)


def too_long(limit: int, status: int) -> MalformedResponse:
    """A body is beyond what is read into memory."""
    return MalformedResponse(f"the answer is longer than {limit} bytes", status=status)


def reason(error: OSError) -> str:
    """What an OSError says, without its number."""
    return error.strerror or str(error) or type(error).__name__
