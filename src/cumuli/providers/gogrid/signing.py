"""How GoGrid knows who calls: a signature that is good for some minutes."""

from __future__ import annotations

import hashlib
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import msgspec

from cumuli.runtime.messages import Request
from cumuli.runtime.protocol import Runtime
from cumuli.secret import Secret

__all__ = ["GoGridSigner", "refusal"]

VERSION = "1.7"
# How far the provider's clock and ours may be apart, in seconds, before signatures are refused.
CLOCK_TOLERANCE = 600


class GoGridSigner:
    """Adds the key, the version and a signature of this moment to each attempt's query."""

    def __init__(self, runtime: Runtime, api_key: str, secret: Secret) -> None:
        self._runtime = runtime
        self._api_key = api_key
        self._secret = secret

    async def authorize(self, request: Request) -> Request:
        now = int(self._runtime.now())
        text = f"{self._api_key}{self._secret.reveal()}{now}"
        # MD5 is what the API prescribes; it protects nothing else here.
        signature = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        query = urlencode({"api_key": self._api_key, "v": VERSION, "format": "json", "sig": signature})
        separator = "&" if "?" in request.target else "?"
        return msgspec.structs.replace(request, target=f"{request.target}{separator}{query}")

    async def renew(self, rejected: Request) -> bool:
        return False


def refusal(said: str, *, date: str | None, now: float) -> str:
    """Why a signature was refused: most often the clock, which the date of the answer gives away.

    Args:
        said: What the server said.
        date: The answer's ``Date`` header.
        now: This machine's time, in seconds since 1970.
    """
    try:
        behind = parsedate_to_datetime(date or "").timestamp() - now
    except ValueError:
        behind = 0.0
    if abs(behind) <= CLOCK_TOLERANCE:
        return f"{said}; check the API key and its secret"
    direction = "behind" if behind > 0 else "ahead of"
    return (
        f"{said}; this machine's clock is {abs(behind) / 60:.0f} minutes {direction} GoGrid's, "
        f"which accepts {CLOCK_TOLERANCE / 60:.0f}: set the clock"
    )
