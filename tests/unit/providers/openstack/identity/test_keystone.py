"""Identity requests, tokens, catalogs and versions, by tables."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumuli.errors import ConfigurationError
from cumuli.providers.openstack.catalog import (
    ApiVersion,
    Endpoint,
    Service,
    ServiceEndpoint,
    choose_version,
    find_endpoint,
    parse_versions,
    split_endpoint,
    version_in_path,
)
from cumuli.providers.openstack.identity.keystone import (
    KeystoneCredentials,
    auth_body,
    check_credentials,
    parse_v2_token,
    parse_v3_token,
)
from cumuli.secret import Secret

URL = "https://cloud.example.com/identity/v3"
PASSWORD = Secret("pw")


def who(**fields: Any) -> KeystoneCredentials:
    return KeystoneCredentials(auth_url=URL, **fields)


def sent(version: Any = "v3", **fields: Any) -> Any:
    given = who(**fields)
    check_credentials(given)
    return json.loads(auth_body(given, version))["auth"]


# What is sent


def test_v3_password_in_the_default_domains() -> None:
    assert sent(username="u", password=PASSWORD, project_name="p") == {
        "identity": {
            "methods": ["password"],
            "password": {"user": {"name": "u", "domain": {"id": "default"}, "password": "pw"}},
        },
        "scope": {"project": {"name": "p", "domain": {"id": "default"}}},
    }


def test_v3_password_with_domains_and_ids() -> None:
    auth = sent(username="u", user_domain_name="People", password=PASSWORD, project_name="p")
    assert auth["identity"]["password"]["user"]["domain"] == {"name": "People"}
    assert auth["scope"]["project"]["domain"] == {"name": "People"}, "the project's domain is the user's"
    auth = sent(user_id="42", password=PASSWORD, project_id="7")
    assert auth["identity"]["password"]["user"] == {"id": "42", "password": "pw"}
    assert auth["scope"] == {"project": {"id": "7"}}
    auth = sent(username="u", user_domain_id="d1", password=PASSWORD, project_name="p", project_domain_name="D2")
    assert auth["identity"]["password"]["user"]["domain"] == {"id": "d1"}
    assert auth["scope"]["project"]["domain"] == {"name": "D2"}


@pytest.mark.parametrize(
    ("fields", "scope"),
    [
        ({"domain_id": "d"}, {"domain": {"id": "d"}}),
        ({"domain_name": "D"}, {"domain": {"name": "D"}}),
        ({"system_scope": "all"}, {"system": {"all": True}}),
        ({}, None),
    ],
)
def test_v3_scopes(fields: dict[str, str], scope: Any) -> None:
    assert sent(username="u", password=PASSWORD, **fields).get("scope") == scope


def test_v3_application_credentials_carry_no_scope() -> None:
    by_id = sent(application_credential_id="ac", application_credential_secret=Secret("s"), project_name="p")
    assert by_id == {
        "identity": {
            "methods": ["application_credential"],
            "application_credential": {"secret": "s", "id": "ac"},
        }
    }
    by_name = sent(
        application_credential_name="n", application_credential_secret=Secret("s"), username="u", user_domain_id="d"
    )
    assert by_name["identity"]["application_credential"] == {
        "secret": "s",
        "name": "n",
        "user": {"name": "u", "domain": {"id": "d"}},
    }


def test_v3_token_is_exchanged() -> None:
    assert sent(token=Secret("t"), project_id="p") == {
        "identity": {"methods": ["token"], "token": {"id": "t"}},
        "scope": {"project": {"id": "p"}},
    }


def test_v2() -> None:
    assert sent("v2.0", username="u", password=PASSWORD, project_name="p") == {
        "passwordCredentials": {"username": "u", "password": "pw"},
        "tenantName": "p",
    }
    assert sent("v2.0", username="u", api_key=Secret("k"), project_id="7") == {
        "RAX-KSKEY:apiKeyCredentials": {"username": "u", "apiKey": "k"},
        "tenantId": "7",
    }
    assert sent("v2.0", token=Secret("t")) == {"token": {"id": "t"}}


def test_what_a_version_has_no_words_for() -> None:
    with pytest.raises(ConfigurationError, match=r"/v2\.0"):
        auth_body(who(username="u", api_key=Secret("k")), "v3")
    with pytest.raises(ConfigurationError, match="/v3"):
        auth_body(who(username="u", password=PASSWORD, domain_id="d"), "v2.0")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "no credentials: give"),
        ({"username": "u"}, "no credentials: give"),
        ({"password": PASSWORD}, "user is missing"),
        ({"username": "u", "password": PASSWORD, "api_key": Secret("k")}, "not both"),
        ({"application_credential_id": "a"}, "lacks its application_credential_secret"),
        ({"application_credential_name": "a", "application_credential_secret": Secret("s")}, "needs its user"),
        ({"username": "u", "password": PASSWORD, "project_id": "p", "domain_id": "d"}, "one scope"),
    ],
)
def test_incomplete_credentials(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        check_credentials(who(**fields))


def test_no_identity_service() -> None:
    with pytest.raises(ConfigurationError, match="give auth_url"):
        check_credentials(KeystoneCredentials(username="u", password=PASSWORD))
    check_credentials(KeystoneCredentials(token=Secret("t")))


# What comes back


def test_a_v3_token() -> None:
    body = {
        "token": {
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "expires_at": "2026-01-01T01:00:00.000000Z",
            "user": {"id": "u1", "name": "demo", "domain": {"id": "default"}},
            "project": {"id": "p1", "name": "demo"},
            "roles": [{"id": "r", "name": "member"}],
            "catalog": [
                {
                    "type": "compute",
                    "name": "nova",
                    "endpoints": [
                        {"interface": "public", "region_id": "R", "url": "http://h/v2.1/"},
                        {"interface": "admin", "region": "R", "url": None},
                    ],
                }
            ],
        }
    }
    token = parse_v3_token(json.dumps(body).encode(), "gAAAAAB", now=lambda: 0.0)
    assert token.secret.reveal() == "gAAAAAB"
    assert token.lifetime == 3600
    assert (token.user_id, token.user_name, token.project_id, token.roles) == ("u1", "demo", "p1", ("member",))
    [service] = token.catalog
    assert service.endpoints == (Endpoint(interface="public", region="R", url="http://h/v2.1"),)
    assert "gAAAAAB" not in repr(token)


def test_a_v2_token_of_rackspace() -> None:
    body = {
        "access": {
            "token": {"id": "t", "expires": "2026-01-01T01:00:00.000-05:00", "tenant": {"id": "123", "name": "123"}},
            "user": {"id": "9", "name": "joe", "roles": [{"name": "admin"}], "RAX-AUTH:defaultRegion": "DFW"},
            "serviceCatalog": [
                {
                    "type": "object-store",
                    "name": "cloudFiles",
                    "endpoints": [{"region": "DFW", "publicURL": "https://p/v1/A", "internalURL": "https://i/v1/A"}],
                }
            ],
        }
    }
    now = 1767243600.0  # 2026-01-01T05:00:00Z
    token = parse_v2_token(json.dumps(body).encode(), now=lambda: now)
    assert token.lifetime == 3600
    assert (token.default_region, token.project_id, token.user_name) == ("DFW", "123", "joe")
    assert {endpoint.interface: endpoint.url for endpoint in token.catalog[0].endpoints} == {
        "public": "https://p/v1/A",
        "internal": "https://i/v1/A",
    }


@pytest.mark.parametrize(
    ("expires", "issued", "lifetime"),
    [
        ("2026-01-01T01:00:00Z", "2026-01-01T00:00:00Z", 3600.0),
        ("2026-01-01T01:00:00", "2026-01-01T00:00:00.5", 3599.5),
        ("2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z", 0.0),
        (None, "2026-01-01T01:00:00Z", None),
        ("soon", "2026-01-01T01:00:00Z", None),
    ],
)
def test_lifetimes(expires: Any, issued: Any, lifetime: float | None) -> None:
    body = json.dumps({"token": {"expires_at": expires, "issued_at": issued}}).encode()
    assert parse_v3_token(body, "t", now=lambda: 0.0).lifetime == lifetime


# The catalog


def endpoint(interface: str, region: str | None, url: str) -> Endpoint:
    return Endpoint(interface=interface, region=region, url=url)


CATALOG = [
    Service(
        type="compute",
        name="cloudServers",
        endpoints=(endpoint("public", None, "https://old/v1.0"),),
    ),
    Service(
        type="compute",
        name="nova",
        endpoints=(
            endpoint("public", "A", "https://a/v2.1"),
            endpoint("internal", "A", "https://a-in/v2.1"),
            endpoint("public", "B", "https://b/v2.1"),
        ),
    ),
    Service(type="volumev2", name="", endpoints=(endpoint("public", "A", "https://v2"),)),
    Service(type="volumev3", name="", endpoints=(endpoint("public", "A", "https://v3"),)),
    Service(type="dns", name="", endpoints=(endpoint("public", None, "https://dns"),)),
]


@pytest.mark.parametrize(
    ("kind", "interface", "region", "name", "url"),
    [
        ("compute", "public", "A", None, "https://a/v2.1"),
        ("compute", "publicURL", "B", None, "https://b/v2.1"),
        ("compute", "internal", "A", None, "https://a-in/v2.1"),
        ("compute", "internal", None, None, "https://a-in/v2.1"),
        ("compute", "public", "A", "cloudServers", "https://old/v1.0"),
        ("block-storage", "public", "A", None, "https://v3"),
        ("block-storage", "public", None, None, "https://v3"),
        ("dns", "public", "B", None, "https://dns"),
    ],
)
def test_endpoints_are_found(kind: str, interface: str, region: str | None, name: str | None, url: str) -> None:
    assert find_endpoint(CATALOG, kind, interface=interface, region=region, name=name).url == url


@pytest.mark.parametrize(
    ("kind", "interface", "region", "message"),
    [
        ("compute", "public", None, "several regions; give region, one of A, B"),
        ("compute", "internal", "B", "not in the region 'B'; its regions are A"),
        ("compute", "admin", "A", "no admin endpoint; it has internal, public"),
        ("image", "public", "A", "no image service; it has compute, dns, volumev2, volumev3"),
    ],
)
def test_endpoints_that_are_not_there(kind: str, interface: str, region: str | None, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        find_endpoint(CATALOG, kind, interface=interface, region=region)


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("https://Cloud.example.com/v3/", "https://cloud.example.com", "/v3"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000", ""),
        ("http://[::1]:5000/identity/v3", "http://[::1]:5000", "/identity/v3"),
    ],
)
def test_addresses_are_taken_apart(url: str, origin: str, path: str) -> None:
    assert split_endpoint(url) == ServiceEndpoint(origin, path)


@pytest.mark.parametrize(
    "url",
    [
        "cloud",
        "",
        "ftp://h/",
        "http://",
        "http://u:pw@h/",
        "http://h/?q",
        "http://h:x/",
        "http://[::1/",
        "u:pw@h:1/v3",
        "http://u:pw@h:x/",
        "http://u:x/pw@h/",
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        split_endpoint(url)
    assert "pw" not in str(caught.value)


@given(st.text())
def test_any_text_is_an_address_or_an_error_of_ours(text: str) -> None:
    with suppress(ConfigurationError):
        split_endpoint(text)


# Versions


def test_versions_in_paths() -> None:
    assert version_in_path("/compute/v2.1/project") == ("/compute/v2.1", "v2.1")
    assert version_in_path("/v3") == ("/v3", "v3")
    assert version_in_path("/identity") is None
    assert version_in_path("/vault/video") is None


def test_discovery_documents() -> None:
    keystone = (
        b'{"versions": {"values": [{"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": "h"}]}]}}'
    )
    nova = (
        b'{"versions": [{"id": "v2.0", "status": "SUPPORTED"}, {"id": "v2.1", "status": "CURRENT", "version": "2.96"}]}'
    )
    one = b'{"version": {"id": "v2.1", "version": "2.96", "min_version": "2.1"}}'
    assert parse_versions(keystone)[0].href == "h"
    assert [version.id for version in parse_versions(nova)] == ["v2.0", "v2.1"]
    assert parse_versions(one)[0].version == "2.96"
    assert parse_versions(b"{}") == []


def test_the_newest_version_of_a_major_one() -> None:
    versions = [
        ApiVersion(id="v2.0", status="SUPPORTED"),
        ApiVersion(id="v2.10", status="CURRENT"),
        ApiVersion(id="v2.9", status="SUPPORTED"),
        ApiVersion(id="v2.99", status="EXPERIMENTAL"),
        ApiVersion(id="v3.0", status="CURRENT"),
    ]
    chosen = choose_version(versions, 2)
    assert chosen is not None
    assert chosen.id == "v2.10"
    assert choose_version(versions, 4) is None
