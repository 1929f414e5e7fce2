"""``ProviderClock``: the time that signatures are made with, which is the provider's."""

from __future__ import annotations

import logging

from cumuli.errors import CloudError
from cumuli.runtime.protocol import Runtime

__all__ = ["ProviderClock"]

log = logging.getLogger("cumuli.credentials")

# Seconds that two clocks may be apart. Providers take minutes: AWS 5, S3 15, GoGrid 10.
TOLERANCE = 60
# Refusals that a wrong clock is among the reasons of. None: answers to HEAD do not say why.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
SUSPECT = frozenset(
    {
        None,
        "AuthFailure",
        "InvalidSignatureException",
        "RequestExpired",
        "RequestInTheFuture",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)


class ProviderClock:
    """This machine's clock, set right by what the provider's answers say. One per client, shared by its threads.

    Args:
        runtime: For this machine's clock.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._offset = 0.0
        self._warned = False

    def now(self) -> float:
        """Seconds since 1970."""
        return self._runtime.now() + self._offset

    def correct(self, refusal: CloudError, *, token: bool = False) -> bool:
        """Compare the clock with the date of an answer that does not accept a signature.

        Args:
            refusal: The answer. Where it says that a request has expired and the clock is right, its message
                is put right as well.
            token: Whether a session token was sent.

        Returns:
            Whether to sign again: the machine's clock is wrong, and ``now`` is right from here on. A second
            refusal has another reason.
        """
        if refusal.date is None or refusal.code not in SUSPECT:
            return False
        # From the machine's clock and not from this one, which another thread may have set in the meantime.
        offset = refusal.date - self._runtime.now()
        wrong = abs(offset) > TOLERANCE
        changed = abs(offset - self._offset) > TOLERANCE
        if changed:
            self._offset = offset if wrong else 0.0
        if wrong and not self._warned:
            self._warned = True
            log.warning(
                "this machine's clock is %.0f minutes %s that of %s, which refuses its signatures: requests are signed "
                "by the provider's time from now on; set the clock",
                abs(offset) / 60,
                "behind" if offset > 0 else "ahead of",
                refusal.provider or "the provider",
            )
        if not (wrong or changed) and refusal.code == "RequestExpired":
            what = "the session token has ended: log in again" if token else "it was too long on its way: try again"
            refusal.message = f"the request has expired; this machine's clock is right, so {what}"
        return wrong or changed
