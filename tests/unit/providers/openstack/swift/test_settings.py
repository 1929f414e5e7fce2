"""What Swift's clients make of their arguments and of the environment."""

from __future__ import annotations

from typing import Any

import pytest

from cumuli.errors import ConfigurationError, InvalidRequest
from cumuli.providers.openstack.identity.clouds_yaml import CloudSettings
from cumuli.providers.openstack.identity.keystone import KeystoneCredentials
from cumuli.providers.openstack.swift.arguments import access_headers, changed_meta_data, checked_key, with_public
from cumuli.providers.openstack.swift.auth_v1 import is_v1, parse_auth
from cumuli.providers.openstack.swift.driver import SwiftDriver
from cumuli.providers.openstack.swift.identity import V1Settings, swift_settings
from cumuli.providers.rackspace.cloudfiles.driver import CloudFilesDriver
from cumuli.providers.rackspace.cloudfiles.identity import cloudfiles_settings
from cumuli.runtime.messages import Headers, Response
from cumuli.storage.capabilities import StorageCapability
from tests.secrets_used import ACCOUNT_PASSWORD, API_KEY

UNCONDITIONAL = {StorageCapability.PUT_IF_MATCH, StorageCapability.DELETE_IF_MATCH}
V1 = "http://127.0.0.1:8080/auth/v1.0"
V3 = "http://127.0.0.1:5000/v3"


def settings_of(environ: dict[str, str] | None = None, **given: Any) -> V1Settings | CloudSettings:
    names = {"cloud": None, "region": None, "interface": None, "key": None, "endpoints": {}}
    others = {name: given.pop(name, default) for name, default in names.items()}
    return swift_settings(KeystoneCredentials(**given), environ=environ or {}, **others)


def test_the_kind_of_url_says_how_tokens_are_got() -> None:
    found = settings_of(auth_url=V1, username="a:b", key=API_KEY)
    assert isinstance(found, V1Settings)
    assert (found.auth_url, found.username, found.key.reveal()) == (V1, "a:b", API_KEY)
    assert API_KEY not in repr(found)
    other = settings_of(auth_url=V3, username="a", password=None)
    assert isinstance(other, CloudSettings)
    for url, expected in (
        (V1, True),
        (V3, False),
        ("https://h/v1", True),
        ("https://h/v2.0", False),
        ("https://h", False),
    ):
        assert is_v1(url) == expected


def test_variables() -> None:
    swift = {"ST_AUTH": V1, "ST_USER": "a:b", "ST_KEY": API_KEY}
    found = settings_of(swift)
    assert isinstance(found, V1Settings)
    assert (found.auth_url, found.username) == (V1, "a:b")
    assert isinstance(settings_of(swift, auth_url=V3, username="a"), CloudSettings)
    for name in ("OS_CLOUD", "OS_AUTH_URL"):
        # What is named there does not exist: it is asked for, which is what counts.
        with pytest.raises(ConfigurationError):
            settings_of({**swift, name: ""} | {name: "nothing"})
    # As the openstack command is told of Swift's own way in.
    assert settings_of({**swift, "OS_AUTH_TYPE": "v1password", "OS_AUTH_URL": V1}) == found
    with pytest.raises(ConfigurationError):
        settings_of({**swift, "OS_AUTH_TYPE": "v1password", "OS_CLOUD": "nothing"})


@pytest.mark.parametrize(
    "given",
    [{"auth_url": V1}, {"auth_url": V1, "username": "a"}, {"auth_url": V3, "username": "a", "key": "k"}],
    ids=str,
)
def test_what_is_missing(given: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings_of(**given)
    assert caught.value.provider == "swift"


def test_cloud_files_speaks_both() -> None:
    empty: dict[str, Any] = dict.fromkeys(("password", "token", "project_id", "region"))
    common = {**empty, "interface": "public", "endpoints": {}}
    assert isinstance(cloudfiles_settings("u", API_KEY, auth_url=V1, **common), V1Settings)
    found = cloudfiles_settings("u", API_KEY, auth_url=None, **common)
    assert isinstance(found, CloudSettings)
    assert found.credentials.auth_url == "https://identity.api.rackspacecloud.com/v2.0"


def test_capabilities() -> None:
    cdn = {
        StorageCapability.GET_CONTAINER_CDN_URL,
        StorageCapability.ENABLE_CONTAINER_CDN,
        StorageCapability.GET_OBJECT_CDN_URL,
    }
    everything = set(StorageCapability) - UNCONDITIONAL
    assert CloudFilesDriver.capabilities.supported == everything
    assert SwiftDriver.capabilities.supported == everything - cdn
    assert set(SwiftDriver.capabilities.alternatives) == cdn | UNCONDITIONAL


def answer_with(*fields: tuple[str, str]) -> Response:
    return Response(status=200, headers=Headers(fields), body=b"")


def test_the_answer_with_a_token() -> None:
    token = parse_auth(
        answer_with(
            ("x-storage-token", ACCOUNT_PASSWORD),
            ("x-storage-url", "https://s.example/v1/AUTH_a/"),
            ("x-cdn-management-url", "https://cdn.example/v1/AUTH_a"),
            ("x-auth-token-expires", "60"),
        )
    )
    assert token.secret.reveal() == ACCOUNT_PASSWORD
    assert token.storage.url == "https://s.example/v1/AUTH_a"
    assert token.cdn is not None
    assert (token.cdn.path, token.lifetime) == ("/v1/AUTH_a", 60.0)
    assert ACCOUNT_PASSWORD not in repr(token)


def test_access_lists() -> None:
    assert with_public(None) == ".r:*,.rlistings"
    assert with_public("p:u, .r:*") == "p:u,.r:*,.rlistings"
    assert with_public(".rlistings,.r:*") == ".rlistings,.r:*"
    assert access_headers("", None) == [("X-Container-Read", "")]
    for read, write in ((None, None), ("ü", None), (None, "a\nb")):
        with pytest.raises(InvalidRequest):
            access_headers(read, write)


def test_changes_of_metadata() -> None:
    assert changed_meta_data("x-", {"a_b": "ü", "C": None}) == [("x-a%5Fb", "%C3%BC"), ("x-c", "")]
    wrong: tuple[dict[str, str | None], ...] = ({}, {"a": ""}, {"a b": "c"}, {"a": "b", "A": "c"})
    for meta_data in wrong:
        with pytest.raises(InvalidRequest):
            changed_meta_data("x-", meta_data)


def test_keys_of_temporary_urls() -> None:
    assert checked_key(API_KEY) == API_KEY
    for wrong in ("", "ü", "a%b", " a", "a\n"):
        with pytest.raises(InvalidRequest):
            checked_key(wrong)
