"""Who one is comes from one place, for every way of saying it."""

import inspect
import json
from collections.abc import Callable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import cumuli
from cumuli import registry
from cumuli.credential_arguments import CredentialArguments
from cumuli.errors import ConfigurationError
from cumuli.providers.aws.identity.credentials import AWSCredentials
from cumuli.providers.openstack.identity.keystone import KeystoneCredentials
from cumuli.registry import ProviderInfo
from cumuli.secret import Secret

KEYS = AWSCredentials(access_key="AKIAGIVEN", secret=Secret("given"))
PLACE = {"auth_url": "http://127.0.0.1:9/v3"}
# What a class cannot be made without, whoever one is.
NEEDED: Mapping[str, Mapping[str, object]] = {
    "b2": {"region": "us-west-004"},
    "ceph": {"endpoint": "http://127.0.0.1:9"},
    "r2": {"account_id": "a" * 32},
    "spaces": {"region": "nyc3"},
    "hetzner": {"region": "fsn1"},
    "e2": {"endpoint": "http://127.0.0.1:9"},
    "minio": {"endpoint": "http://127.0.0.1:9"},
    "ovh": {"region": "gra"},
    "scaleway": {"region": "fr-par"},
    "wasabi": {"region": "eu-central-1"},
    "openstack": PLACE,
    "swift": PLACE,
}
VALUES: Mapping[str, object] = {"credentials": KEYS, "cloud": "mine", "anonymous": True}

both_flavours = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CUMULI_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "OS_CLOUD", "OS_AUTH_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        "[prod]\naws_access_key_id = AKIAPROD\naws_secret_access_key = prodsecret\n"
    )
    (tmp_path / "clouds.yaml").write_text(
        "clouds: {prod: {auth: {auth_url: 'http://prod/v3', username: robot, password: robots, project_name: prod}}}"
    )
    return tmp_path


@pytest.fixture
def profile(home: Path) -> Callable[[str], None]:
    def write(text: str) -> None:
        (home / "config.toml").write_text(f"[profiles.work]\n{text}")
        (home / "config.toml").chmod(0o600)

    return write


def made(service: registry.Service, asynchronous: bool, **settings: object) -> Any:
    return registry.open_client(service, profile="work", settings=settings, asynchronous=asynchronous)


def inner(client: Any) -> Any:
    """The async client of either flavour, with its driver."""
    for name in ("_ec2", "_s3", "_open_stack", "_nova", "_rackspace", "_swift", "_cloud_files", "_files"):
        found = client.__dict__.get(name)
        if found is not None:
            return inner(found) if "_services" not in dir(found) and hasattr(found, "aclose") else found
    raise AssertionError(client)


def signer(client: Any) -> AWSCredentials:
    from cumuli.runtime.blocking.drive import run

    found: AWSCredentials = run(inner(client).caller.authorizer._credentials.get())
    return found


def identity(client: Any) -> KeystoneCredentials:
    found: KeystoneCredentials = inner(client).caller.authorizer._credentials
    return found


# One way, out of what is stored and what is given


@both_flavours
@pytest.mark.parametrize(("service", "provider"), [("compute", "ec2"), ("storage", "s3")])
def test_an_aws_account_given_outright_replaces_the_stored_one_whole(
    profile: Callable[[str], None], service: registry.Service, provider: str, asynchronous: bool
) -> None:
    profile(f'provider = "{provider}"\nregion = "eu-west-1"\nkey = "AKIAWORK"\nsecret = "worksecret"\ntoken = "t"\n')
    if not asynchronous:  # the search in the files is offloaded: not before there is a loop
        assert signer(made(service, asynchronous, profile="prod")).access_key == "AKIAPROD"
        assert signer(made(service, asynchronous)).access_key == "AKIAWORK"
    assert signer(made(service, asynchronous, credentials=KEYS)) == KEYS
    found = signer(made(service, asynchronous, key="AKIAGIVEN", secret="given"))
    assert (found.access_key, found.token) == ("AKIAGIVEN", None)
    # Proofs name nobody.
    found = signer(made(service, asynchronous, secret="new"))
    assert (found.access_key, found.secret.reveal()) == ("AKIAWORK", "new")
    profile(f'provider = "{provider}"\nregion = "eu-west-1"\nprofile = "prod"\n')
    assert signer(made(service, asynchronous, key="AKIAGIVEN", secret="given")).access_key == "AKIAGIVEN"


@both_flavours
@pytest.mark.parametrize(("service", "provider"), [("compute", "openstack"), ("storage", "swift")])
def test_an_openstack_account_given_outright_replaces_the_stored_one_whole(
    profile: Callable[[str], None], service: registry.Service, provider: str, asynchronous: bool
) -> None:
    stored = 'auth_url = "http://work/v3"\nusername = "me"\npassword = "mine"\nuser_domain_id = "d"\nproject_id = "p"\n'
    profile(f'provider = "{provider}"\n{stored}')
    found = identity(made(service, asynchronous, cloud="prod"))
    assert (found.auth_url, found.username, found.project_id, found.project_name, found.user_domain_id) == (
        "http://prod/v3", "robot", None, "prod", None,
    )  # fmt: skip
    whole = KeystoneCredentials(auth_url="http://other/v3", token=Secret("t"))
    assert identity(made(service, asynchronous, credentials=whole)) == whole
    found = identity(made(service, asynchronous, token="t"))
    assert (found.auth_url, found.username, found.password, found.project_id) == ("http://work/v3", None, None, "p")
    found = identity(made(service, asynchronous, user_id="u", password="theirs"))
    assert (found.username, found.user_id, found.user_domain_id) == (None, "u", None)
    # What for is said in one way, too: an id goes before a name, so it must not stay from another place.
    found = identity(made(service, asynchronous, project_name="other"))
    assert (found.username, found.project_id, found.project_name) == ("me", None, "other")
    found = identity(made(service, asynchronous, user_domain_name="People"))
    assert (found.username, found.user_domain_id, found.user_domain_name) == ("me", None, "People")
    with pytest.raises(ConfigurationError, match="no credentials: give"):
        made(service, asynchronous, username="somebody")


@both_flavours
@pytest.mark.parametrize(
    ("service", "provider"), [("compute", "rackspace"), ("storage", "cloudfiles")]
)  # fmt: skip
def test_a_rackspace_account_given_outright_replaces_the_stored_one_whole(
    profile: Callable[[str], None], service: registry.Service, provider: str, asynchronous: bool
) -> None:
    profile(f'provider = "{provider}"\nregion = "DFW"\nusername = "me"\napi_key = "mine"\n')
    found = identity(made(service, asynchronous, token="t"))
    assert (found.username, found.api_key, found.token) == (None, None, Secret("t"))
    found = identity(made(service, asynchronous, password="word"))
    assert (found.username, found.api_key, found.password) == ("me", None, Secret("word"))
    with pytest.raises(ConfigurationError, match="user name and an API key"):
        made(service, asynchronous, username="somebody")


# Two ways at once


def contradictions(ways: CredentialArguments) -> list[tuple[str, str]]:
    names = sorted({name for way in ways.ways for name in way})
    return [
        (one, other)
        for one, other in combinations(names, 2)
        if not any({one, other} <= way for way in ways.ways)
    ]  # fmt: skip


CASES = [
    pytest.param(info, asynchronous, pair, id=f"{info.name}-{'async' if asynchronous else 'sync'}-{'-'.join(pair)}")
    for info in registry.BUILT_IN
    for asynchronous in (False, True)
    for pair in contradictions(
        getattr(info.load(asynchronous=asynchronous), "credential_arguments", registry.CONVENTIONAL)
    )
    if set(pair) <= set(inspect.signature(info.load(asynchronous=asynchronous)).parameters)
]


def test_every_class_that_takes_credentials_says_how() -> None:
    infos = [case.values[0] for case in CASES]
    known = {info.name for info in infos if isinstance(info, ProviderInfo)}
    presets = {"b2", "ceph", "e2", "hetzner", "minio", "ovh", "r2", "scaleway", "spaces", "wasabi"}
    assert known == {"ec2", "s3", "openstack", "swift", "rackspace", "cloudfiles"} | presets
    for info in registry.BUILT_IN:
        for asynchronous in (False, True):
            cls = info.load(asynchronous=asynchronous)
            ways: CredentialArguments = getattr(cls, "credential_arguments", registry.CONVENTIONAL)
            said = {name for way in ways.ways for name in way}
            looks = {"credentials", "key", "secret", "token", "username", "password", "api_key", "profile", "cloud"}
            taken = set(inspect.signature(cls).parameters)
            assert looks & taken <= said, info.name


@pytest.mark.parametrize(("info", "asynchronous", "pair"), CASES)
def test_two_ways_at_once_are_an_error_that_names_both(
    profile: Callable[[str], None], info: ProviderInfo, asynchronous: bool, pair: tuple[str, str]
) -> None:
    """In a call, in a profile, and by name."""
    given: dict[str, Any] = {name: VALUES.get(name, "x") for name in pair}
    needed: dict[str, Any] = dict(NEEDED.get(info.name, {}))
    if "credentials" in given and info.name in {"openstack", "swift"}:
        given["credentials"] = KeystoneCredentials(auth_url="http://127.0.0.1:9/v3", token=Secret("t"))
        needed.pop("auth_url", None)
    named = f"({pair[0]} and {pair[1]}|{pair[1]} and {pair[0]}) are two ways to authenticate"
    cls: Any = info.load(asynchronous=asynchronous)
    with pytest.raises(ConfigurationError, match=named):
        cls(**needed, **given)
    opened = getattr(cumuli, f"{'async_' if asynchronous else ''}{info.service}")
    with pytest.raises(ConfigurationError, match=named):
        opened(info.name, **needed, **given)
    if "credentials" in given:
        return
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in {**needed, **given}.items())
    profile(f'provider = "{info.name}"\n{lines}')
    with pytest.raises(ConfigurationError, match=rf"the profile 'work' in .*config\.toml: {named}"):
        opened("work")


@both_flavours
def test_what_stands_beside_an_object_that_holds_it_all_is_not_passed_over(asynchronous: bool) -> None:
    whole = KeystoneCredentials(auth_url="http://127.0.0.1:9/v3", token=Secret("t"))
    for kind in ("openstack", "swift"):
        cls: Any = registry.provider_infos()[[info.name for info in registry.provider_infos()].index(kind)].load(
            asynchronous=asynchronous
        )
        with pytest.raises(ConfigurationError, match="credentials and project_name are given; credentials holds all"):
            cls(credentials=whole, project_name="p")
        with pytest.raises(ConfigurationError, match="a password and a token are two ways to authenticate"):
            cls(credentials=KeystoneCredentials(auth_url="http://a", password=Secret("p"), token=Secret("t")))


@both_flavours
def test_what_swifts_own_way_in_does_not_know_is_not_passed_over(asynchronous: bool) -> None:
    swift: Any = cumuli.AsyncSwift if asynchronous else cumuli.Swift
    files: Any = cumuli.AsyncCloudFiles if asynchronous else cumuli.CloudFiles
    with pytest.raises(ConfigurationError, match="takes a username and a key, and not project_name"):
        swift(auth_url="http://127.0.0.1:9/auth/v1.0", username="u", key="k", project_name="p")
    with pytest.raises(ConfigurationError, match="takes a username and a key, and not project_id"):
        files("u", "k", auth_url="http://127.0.0.1:9/v1.0", project_id="7")
