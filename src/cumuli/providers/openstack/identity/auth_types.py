"""What the OpenStack tools call the ways to authenticate: those that work here, and what to do about others."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["AUTH_TYPES", "instead_of"]

AUTH_TYPES = frozenset(
    {
        "password", "v2password", "v3password", "token", "v2token", "v3token", "v3applicationcredential",
        "admin_token", "token_endpoint", "rackspace_apikey",
    }
)  # fmt: skip
LOG_IN = (
    "which takes a person or another program to log in; get a token by the OpenStack tools (openstack token issue) and "
    "give that: auth_type token, with token and auth_url; or make an application credential"
)
WITHOUT_KEYSTONE = (
    "which is for services that run without an identity service; compute and storage want a token: "
    "give auth_type password, token or v3applicationcredential, with auth_url"
)
# By how their names begin.
OTHER_AUTH_TYPES: Mapping[str, str] = {
    "v3oidc": LOG_IN,
    "v3oauth": LOG_IN,
    "v3saml": LOG_IN,
    "v3adfs": LOG_IN,
    "v3kerberos": LOG_IN,
    "v3fedkerb": LOG_IN,
    "v3websso": LOG_IN,
    "v3totp": LOG_IN,
    "v3multifactor": LOG_IN,
    "v3tokenless": "which wants a certificate in place of a token; give auth_type password or v3applicationcredential",
    "v1": "which is Swift's own way in: make the client with Swift(auth_url=…, username=…, key=…), "
    "or set ST_AUTH, ST_USER and ST_KEY",
    "none": WITHOUT_KEYSTONE,
    "noauth": WITHOUT_KEYSTONE,
    "http_basic": WITHOUT_KEYSTONE,
}


def instead_of(kind: str) -> str:
    """Why a way to authenticate does not work here, and what does."""
    for beginning, reason in OTHER_AUTH_TYPES.items():
        if kind.lower().startswith(beginning):
            return reason
    return f"which is not known; these are: {', '.join(sorted(AUTH_TYPES))}"
