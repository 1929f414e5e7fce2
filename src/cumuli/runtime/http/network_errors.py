"""The errors that a network's failures become, in the words of both runtimes. Pure."""

from __future__ import annotations

from collections.abc import Callable

from cumuli.errors import (
    CloudError,
    ConfigurationError,
    ConnectionFailed,
    InvalidRequest,
    MalformedResponse,
    Timeout,
)

__all__ = [
    "PeerClosed",
    "PeerFinished",
    "cause",
    "cut_before",
    "explained",
    "length_left",
    "no_tunnel",
    "not_connected",
    "read_twice",
    "too_long",
]


class PeerClosed(ConnectionError):
    """The connection ended before the answer was whole."""


class PeerFinished(PeerClosed):
    """The peer itself said that nothing more will come, and neither somebody on the way nor this program."""


def not_connected(error: OSError, where: str, advice: Callable[[], str]) -> ConnectionFailed:
    """Resolving, connecting or TLS failed.

    Args:
        error: How.
        where: What was to be reached.
        advice: What to do about a certificate that is not trusted.
    """
    # Compared by name, so that a plain connection does not import ssl for its errors.
    if type(error).__name__ == "SSLCertVerificationError":
        why = getattr(error, "verify_message", "") or reason(error)
        return ConnectionFailed(
            f"the certificate of {where} is not trusted: {why}; {advice()}",
            sent=False,
            retryable=False,
        )
    return ConnectionFailed(
        f"cannot connect to {where}: {reason(error)}; check the endpoint, the region and the network", sent=False
    )


def no_tunnel(proxy: str, authority: str, status: int | str) -> CloudError:
    """A proxy answered CONNECT with something else than success, or what SOCKS has in its place."""
    if status == 407:
        # Not an AuthenticationError: that one makes a client renew its credentials at the provider.
        return ConfigurationError(f"the proxy {proxy} asks for a user and password; put them in the proxy's URL")
    return ConnectionFailed(f"the proxy {proxy} does not connect to {authority} (it answers {status})", sent=False)


def explained(error: OSError, where: str, *, sent: bool) -> CloudError:
    """The connection failed under a request."""
    if isinstance(error, TimeoutError):
        return Timeout(f"{where} did not answer, and the system gave the connection up", sent=sent)
    if isinstance(error, PeerClosed):
        return ConnectionFailed(f"{where} closed the connection before its answer was whole", sent=sent)
    return ConnectionFailed(f"the connection to {where} broke: {reason(error)}", sent=sent)


def cause(error: OSError) -> OSError | None:
    """What a reader of the traceback learns something from."""
    return None if isinstance(error, PeerClosed) else error


def cut_before() -> ConnectionFailed:
    """A stream is read on after it was closed or failed: its end would be taken for the content's."""
    return ConnectionFailed("this stream was cut before its end; open it again", retryable=False)


def read_twice(who: str) -> ConfigurationError:
    """Two threads or tasks read one stream at the same time."""
    return ConfigurationError(f"this stream is being read by another {who}; read it in one at a time")


def length_left(left: int, piece: bytes, length: int) -> int:
    """How much of an upload of a declared length is due after another piece.

    Raises:
        InvalidRequest: It is longer than declared, or ended before.
    """
    left -= len(piece)
    if left < 0:
        raise InvalidRequest(f"the upload is longer than the {length} bytes it was declared to be")
    if left and not piece:
        raise InvalidRequest(f"the upload ended {left} bytes short of its declared {length} bytes")
    return left


def too_long(limit: int, status: int) -> MalformedResponse:
    """A body is beyond what is read into memory."""
    return MalformedResponse(f"the answer is longer than {limit} bytes", status=status)


def reason(error: OSError) -> str:
    """What an OSError says, without its number."""
    return error.strerror or str(error) or type(error).__name__
