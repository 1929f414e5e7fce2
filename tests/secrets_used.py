"""Every secret that a test gives to the library, so that one search can find any that shows up anywhere.

A test that needs a key, a password or a token takes it from here, or adds its own, with a text that
nobody would write by accident. ``ALL_SECRETS`` is what ``tests.support.secrecy`` searches for.
"""

from __future__ import annotations

from cumuli.testing.suites import compute_suite

AWS_KEY = "AKIACUMULITESTS01"
"""Not a secret: a key's public half, which may be shown."""

AWS_SECRET = "sEcReT+aws/CumuliTestsOnlyNeverShown01"
AWS_TOKEN = "sEcReT+token/CumuliTestsOnlyNeverShown02"
API_SECRET = "sEcReT-api-CumuliTestsOnlyNeverShown03"
API_KEY = "sEcReT-key-CumuliTestsOnlyNeverShown04"
ACCOUNT_PASSWORD = "sEcReT-account-CumuliTestsOnlyNeverShown05"
NODE_PASSWORD = compute_suite.NODE_PASSWORD
PROXY_PASSWORD = "sEcReT-proxy-CumuliTestsOnlyNeverShown07"
PRIVATE_KEY_LINE = "sEcReT-private-CumuliTestsOnlyNeverShown08"

ALL_SECRETS = frozenset(
    value for name, value in globals().items() if name.isupper() and isinstance(value, str) and "NeverShown" in value
)
