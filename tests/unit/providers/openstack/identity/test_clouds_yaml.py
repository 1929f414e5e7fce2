"""clouds.yaml and its kin, read as openstacksdk reads them: its own loader is the judge."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from keystoneauth1 import loading
from openstack.config import vendors
from openstack.config.loader import OpenStackConfig

from cumuli import OpenStack
from cumuli.errors import ConfigurationError
from cumuli.providers.openstack.identity.auth_types import AUTH_TYPES, instead_of
from cumuli.providers.openstack.identity.clouds_yaml import CloudSettings, load_cloud
from cumuli.providers.openstack.identity.vendors import VENDORS
from tests.secrets_used import ACCOUNT_PASSWORD, API_KEY, API_SECRET


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home and current folder, and an environment without OpenStack's variables."""
    import os

    for name in list(os.environ):
        if name.startswith(("OS_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return tmp_path


@pytest.fixture
def write(home: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    return write


Write = Callable[[str, str], Path]

# openstacksdk warns of a part of its own that nobody has asked for.
pytestmark = pytest.mark.filterwarnings("ignore:Support for InfluxDB")

CLOUDS = f"""
    clouds:
      devstack:
        auth:
          auth_url: http://10.0.0.1/identity
          username: demo
          password: {ACCOUNT_PASSWORD}
          project_name: demo
          user_domain_id: default
          project_domain_id: default
        region_name: RegionOne
      other:
        profile: vendor
        auth: {{username: joe, project_id: 7}}
        regions:
          - name: North
            values: {{auth: {{project_id: 8}}, interface: internal}}
          - South
        compute_endpoint_override: https://nova.example.com/v2.1
        cacert: /etc/ca.pem
        api_timeout: 30
"""
SECURE = f"clouds: {{other: {{auth: {{password: {API_SECRET}}}}}}}"
PUBLIC = """
    public-clouds:
      vendor:
        auth: {auth_url: 'https://identity.{region_name}.example.com/v3', user_domain_name: People}
        interface: admin
"""


def as_openstack_tools_do(folder: Path, cloud: str | None = None, region: str | None = None) -> dict[str, Any]:
    """What openstacksdk makes of the same files; its lists of them are made when it is imported."""
    folders = [folder / "work", folder / ".config/openstack", folder / "etc"]

    def files(stem: str) -> list[str]:
        return [str(place / (stem + suffix)) for place in folders for suffix in (".yaml", ".yml", ".json")]

    loader = OpenStackConfig(files("clouds"), files("clouds-public"), secure_files=files("secure"))
    more = {"region_name": region} if region else {}
    return dict(loader.get_one(cloud, validate=False, **more).config)


def same(ours: CloudSettings, theirs: dict[str, Any]) -> None:
    """Both read the same."""
    auth = dict(theirs["auth"])
    found = ours.credentials
    for name in (
        "auth_url username user_id user_domain_id user_domain_name project_id project_name "
        "project_domain_id project_domain_name domain_id domain_name system_scope application_credential_id"
    ).split():
        assert getattr(found, name) == (auth.get(name) or theirs.get(name) or None), name
    for name in ("password", "application_credential_secret", "token"):
        secret = getattr(found, name)
        assert (secret.reveal() if secret else None) == (auth.get(name) or theirs.get(name) or None), name
    assert ours.region == (theirs["region_name"] or None)
    assert ours.interface == theirs["interface"]


def test_a_cloud_by_name(home: Path, write: Write) -> None:
    write("work/clouds.yaml", CLOUDS)
    found = load_cloud("devstack")
    assert found.credentials.auth_url == "http://10.0.0.1/identity"
    assert found.region == "RegionOne"
    same(found, as_openstack_tools_do(home, "devstack"))


@pytest.mark.parametrize("region", [None, "North", "South"])
def test_profiles_secrets_and_regions_are_laid_over_each_other(home: Path, write: Write, region: str | None) -> None:
    write(".config/openstack/clouds.yaml", CLOUDS)
    write(".config/openstack/secure.yaml", SECURE)
    write(".config/openstack/clouds-public.yaml", PUBLIC)
    found = load_cloud("other", region=region)
    assert found.credentials.auth_url == f"https://identity.{region or 'North'}.example.com/v3"
    assert found.credentials.password is not None
    assert found.credentials.password.reveal() == API_SECRET
    assert found.credentials.project_id == ("7" if region == "South" else "8")
    assert found.interface == ("admin" if region == "South" else "internal")
    assert found.endpoints == {"compute": "https://nova.example.com/v2.1"}
    assert (found.verify, found.timeout) == ("/etc/ca.pem", 30.0)
    same(found, as_openstack_tools_do(home, "other", region))


def test_the_first_file_there_is_counts_alone(home: Path, write: Write) -> None:
    write(".config/openstack/clouds.yaml", CLOUDS)
    write("work/clouds.yml", "clouds: {near: {auth: {auth_url: 'http://near/v3', username: n, password: p}}}")
    same(load_cloud("near"), as_openstack_tools_do(home, "near"))
    with pytest.raises(ConfigurationError, match=r"clouds\.yml has near"):
        load_cloud("devstack")


def test_a_json_file(home: Path, write: Write) -> None:
    clouds = {"clouds": {"j": {"auth": {"auth_url": "http://j/v3", "username": "u", "password": "p"}}}}
    write("work/clouds.json", json.dumps(clouds))
    same(load_cloud("j"), as_openstack_tools_do(home, "j"))
    write("work/clouds.json", '{"clouds": \n{,}}')
    with pytest.raises(ConfigurationError, match=r"clouds\.json, line 2"):
        load_cloud("j")


ENVIRONMENTS: list[dict[str, str]] = [
    {"OS_AUTH_URL": "http://e/v3", "OS_USERNAME": "u", "OS_PASSWORD": ACCOUNT_PASSWORD, "OS_PROJECT_NAME": "p"},
    {"OS_AUTH_URL": "http://e/v3", "OS_USERNAME": "u", "OS_PASSWORD": API_SECRET, "OS_TENANT_NAME": "old",
     "OS_REGION_NAME": "R", "OS_INTERFACE": "internal", "OS_USER_DOMAIN_NAME": "D"},
    {"OS_AUTH_URL": "http://e/v3", "OS_USERNAME": "u", "OS_PASSWORD": API_SECRET, "OS_DOMAIN_NAME": "D"},
    {"OS_AUTH_URL": "http://e/v3", "OS_USERNAME": "u", "OS_PASSWORD": API_SECRET, "OS_PROJECT_ID": "7",
     "OS_DOMAIN_ID": "both", "OS_ENDPOINT_TYPE": "adminURL"},
    {"OS_AUTH_URL": "http://e/v3", "OS_AUTH_TYPE": "v3applicationcredential",
     "OS_APPLICATION_CREDENTIAL_ID": "ac", "OS_APPLICATION_CREDENTIAL_SECRET": API_SECRET},
    {"OS_AUTH_URL": "http://e/v3", "OS_AUTH_TYPE": "token", "OS_TOKEN": API_KEY, "OS_PROJECT_ID": "7"},
    {"OS_AUTH_URL": "http://e/v3", "OS_USERNAME": "u", "OS_PASSWORD": API_SECRET, "OS_SYSTEM_SCOPE": "all"},
]  # fmt: skip


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_environment_alone(home: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    same(load_cloud(), as_openstack_tools_do(home))


def test_which_cloud_is_meant(home: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("work/clouds.yaml", CLOUDS)
    write("work/clouds-public.yaml", PUBLIC)
    with pytest.raises(ConfigurationError, match=r"which cloud\? .* has devstack, other"):
        load_cloud()
    monkeypatch.setenv("OS_CLOUD", "devstack")
    same(load_cloud(), as_openstack_tools_do(home))
    assert load_cloud().name == "devstack"
    assert load_cloud("other").name == "other"
    for name, value in ENVIRONMENTS[0].items():
        monkeypatch.setenv(name, value)
    assert load_cloud().name == "devstack", "OS_CLOUD goes before the other variables"
    monkeypatch.delenv("OS_CLOUD")
    assert load_cloud().name == "envvars"
    same(load_cloud(), as_openstack_tools_do(home))
    monkeypatch.setenv("OS_CLOUD_NAME", "other")
    with pytest.raises(ConfigurationError, match="rename it"):
        load_cloud()


def test_the_only_cloud_needs_no_name(home: Path, write: Write) -> None:
    write("work/clouds.yaml", "clouds: {one: {auth: {auth_url: 'http://1/v3', username: u, password: p}}}")
    assert load_cloud().name == "one"
    same(load_cloud(), as_openstack_tools_do(home))


def test_files_named_by_the_environment(home: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("work/clouds.yaml", "clouds: {near: {}}")
    write("work/clouds-public.yaml", PUBLIC)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(write("elsewhere/my.yaml", CLOUDS)))
    monkeypatch.setenv("OS_CLIENT_SECURE_FILE", str(write("elsewhere/mine.yaml", SECURE)))
    found = load_cloud("other")
    assert found.credentials.password is not None
    assert found.credentials.password.reveal() == API_SECRET


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("clouds:\n  a:\n    auth: {password: '" + ACCOUNT_PASSWORD + "\n  b: [", "line 4: found unexpected end"),
        ("clouds:\n\t- a", r"line 2: found character '\\t'"),
        ("clouds: [a, b]", "clouds in .* is not a mapping"),
        ("- a\n- b", "clouds.yaml is not a mapping"),
        ("clouds: {a: 7}", "the cloud 'a' in .* is not a mapping"),
        ("clouds: {a: {auth: text}}", "auth of the cloud 'a'"),
        ("clouds: {a: {profile: nobody}}", "profile 'nobody', which is in no clouds-public.yaml"),
        ("clouds: {a: {api_timeout: soon, auth: {auth_url: 'http://a'}}}", "api_timeout of the cloud 'a' is 'soon'"),
        ("clouds: !!python/object/apply:os.getcwd []", "line 1: could not determine a constructor"),
        ("clouds: {a: \0}", "clouds.yaml is no YAML: it is no text in UTF-8, or has control characters"),
        ("clouds: {a: }", "the cloud 'a' has no auth_url; give it the address of the identity service"),
        ("clouds: {a: {auth: {auth_url: 'http://a'}}}", "the cloud 'a': no credentials: give username and password"),
        ("", r"no cloud 'a': /.*clouds\.yaml has no clouds"),
    ],
)  # fmt: skip
def test_a_file_with_an_error(home: Path, write: Write, text: str, message: str) -> None:
    (home / "work/clouds.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match=message) as caught:
        OpenStack(cloud="a")
    assert ACCOUNT_PASSWORD not in str(caught.value)
    assert caught.value.__cause__ is None


def test_what_is_not_there(home: Path, write: Write) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no clouds.yaml \(looked in .*etc/openstack\); give cloud="):
        OpenStack()
    with pytest.raises(
        ConfigurationError, match=r"no cloud 'nowhere': there is no clouds.yaml \(looked in .*etc/openst"
    ):
        OpenStack(cloud="nowhere")
    write("work/clouds.yaml", CLOUDS)
    with pytest.raises(ConfigurationError, match="no region 'West'; its regions are North, South"):
        OpenStack(cloud="other", region="West")


def test_an_unreadable_file_is_passed_over_as_the_tools_do(home: Path, write: Write) -> None:
    import os

    if os.geteuid() == 0:
        pytest.skip("root can read every file")
    write("work/clouds.yaml", CLOUDS).chmod(0)
    write(".config/openstack/clouds.yaml", "clouds: {far: {auth: {auth_url: 'http://f', username: u, password: p}}}")
    assert load_cloud().name == "far"


def test_what_is_given_goes_before_what_is_found(home: Path, write: Write) -> None:
    write("work/clouds.yaml", CLOUDS)
    for settings in (
        {"password": API_SECRET},
        {"token": API_SECRET},
        {"application_credential_id": "a", "application_credential_secret": API_SECRET},
    ):
        with OpenStack(cloud="devstack", **settings) as client:  # type: ignore[arg-type]  # text by text
            session = client._nova._nova.services.session  # type: ignore[attr-defined]  # what it will send
            given = session._credentials
            ways = [given.password, given.token, given.application_credential_secret]
            assert [way.reveal() for way in ways if way] == [API_SECRET]
            assert given.auth_url == "http://10.0.0.1/identity"


def test_the_cloud_of_the_variables_is_not_said_to_be_in_a_file(home: Path) -> None:
    environ = {"HOME": str(home), "OS_AUTH_URL": "http://cloud/v3", "OS_CLOUD": "mine"}
    with pytest.raises(ConfigurationError, match=r"no cloud 'mine': there is no clouds\.yaml"):
        load_cloud(environ=environ)


def test_the_cloud_of_the_variables_is_called_what_it_is(home: Path) -> None:
    for variables, message in (
        ({"OS_AUTH_TYPE": "v3oidc"}, r"the cloud of the OS_\* variables has auth_type 'v3oidc'"),
        ({"OS_NOVA_TIMEOUT": "soon"}, r"api_timeout of the cloud of the OS_\* variables is 'soon'"),
    ):
        with pytest.raises(ConfigurationError, match=message):
            load_cloud(environ={"HOME": str(home), "OS_AUTH_URL": "http://cloud/v3", **variables})


def test_where_a_named_file_was_looked_for_is_told(home: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no clouds\.yaml \(looked in /gone/my\.yaml, /"):
        load_cloud(environ={"HOME": str(home), "OS_CLIENT_CONFIG_FILE": "/gone/my.yaml"})


def test_who_gives_nothing_is_told_what_to_give(home: Path) -> None:
    with pytest.raises(ConfigurationError, match="OS_AUTH_URL, OS_USERNAME, OS_PASSWORD and OS_PROJECT_NAME"):
        load_cloud(environ={"HOME": str(home)})


def entry(settings: str) -> str:
    return f"clouds: {{a: {{{settings}, auth: {{username: u, password: {ACCOUNT_PASSWORD}, project_name: p}}}}}}"


CARRIED = [name for name, vendor in VENDORS.items() if vendor.auth_url]


def test_every_profile_of_the_openstack_tools_is_known() -> None:
    assert set(VENDORS) == set(vendors.profiles())
    for name, vendor in VENDORS.items():
        theirs = vendors._get_vendor_defaults()[name]
        assert bool(vendor.told_at) == theirs.get("profile", "").startswith("https://"), name
        assert bool(vendor.closed) == (theirs.get("status") == "shutdown"), name


@pytest.mark.filterwarnings("ignore::Warning")
@pytest.mark.parametrize("name", CARRIED)
def test_a_profile_that_the_tools_carry(home: Path, write: Write, name: str) -> None:
    write("work/clouds.yaml", entry(f"profile: {name}"))
    for region in (None, *VENDORS[name].regions):
        theirs = as_openstack_tools_do(home, "a", region)
        if name == "otc-swiss":
            assert "://" not in theirs["auth"]["auth_url"], "mended there: the exception can go"
            theirs["auth"]["auth_url"] = "https://" + theirs["auth"]["auth_url"]
        found = load_cloud("a", region=region)
        same(found, theirs)
        assert found.service_names == ({"compute": "cloudServersOpenStack"} if name == "rackspace" else {})
        OpenStack(cloud="a", region=region).close()
    with pytest.raises(ConfigurationError, match="the cloud 'a' has no region 'Atlantis'; its regions are"):
        load_cloud("a", region="Atlantis")


def test_a_profile_in_a_file_goes_before_one_that_is_carried(home: Path, write: Write) -> None:
    write("work/clouds.yaml", entry("profile: binero"))
    write("work/clouds-public.yaml", "public-clouds: {binero: {auth: {auth_url: 'https://new.example.com/v3'}}}")
    found = load_cloud("a")
    assert found.credentials.auth_url == "https://new.example.com/v3"
    same(found, as_openstack_tools_do(home, "a"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("profile: vexxhost", r"'vexxhost', which the OpenStack tools fetch from https://vexxhost.com/.well-known/"),
        ("profile: ovh", "cumuli does not: give the auth_url that stands there$"),
        ("profile: 'https://cloud.example.com'", "fetch from https://cloud.example.com/.well-known/openstack/api and"),
        ("profile: nobody", r"is not one of the clouds that are known by name \(auro, .*zetta\): give the auth_url"),
        ("profile: ultimum", "the cloud 'a' names the profile 'ultimum', and ultimum-cloud.com has ceased business"),
        ("profile: bluebox", "the cloud 'a' has no auth_url"),
    ],
)
def test_a_profile_that_is_not_carried(home: Path, write: Write, settings: str, message: str) -> None:
    write("work/clouds.yaml", entry(settings))
    with pytest.raises(ConfigurationError, match=message):
        OpenStack(cloud="a")
    given = f"clouds: {{a: {{{settings}, auth: {{auth_url: 'http://a/v3', username: u, password: p}}}}}}"
    write("work/clouds.yaml", given)
    if "ultimum" in settings:
        with pytest.raises(ConfigurationError, match="ceased business"):
            OpenStack(cloud="a")
    else:
        OpenStack(cloud="a").close()


# All that keystoneauth and the clients of the services bring.
AUTH_TYPE_ADVICE = {
    **dict.fromkeys(
        "v3oidcpassword v3oidcclientcredentials v3oidcauthcode v3oidcaccesstoken v3oidcdeviceauthz v3oauth1 "
        "v3oauth2clientcredential v3oauth2mtlsclientcredential v3samlpassword v3adfspassword v3kerberos v3fedkerb "
        "v3websso v3totp v3multifactor".split(),
        r"openstack token issue\) and give that: auth_type token",
    ),
    **dict.fromkeys(["none", "noauth", "http_basic"], "without an identity service; compute and storage want a token"),
    "v3tokenlessauth": "wants a certificate in place of a token",
    "v1password": r"Swift's own way in: make the client with Swift\(auth_url",
    "passwrod": "which is not known; these are: admin_token, password, rackspace_apikey, token",
}


@pytest.mark.parametrize("kind", AUTH_TYPE_ADVICE)
def test_ways_in_that_are_none_here(home: Path, write: Write, kind: str) -> None:
    write("work/clouds.yaml", entry(f"auth_type: {kind}"))
    with pytest.raises(ConfigurationError, match=f"the cloud 'a' has auth_type '{kind}', .*{AUTH_TYPE_ADVICE[kind]}"):
        OpenStack(cloud="a")


def test_every_way_in_of_the_tools_has_an_answer() -> None:
    for kind in loading.get_available_plugin_names():
        assert kind in AUTH_TYPES or "not known" not in instead_of(kind), kind


@pytest.mark.parametrize(
    ("kind", "given", "used"),
    [
        ("password", "username: u, password: S", "password"),
        ("v3password", "username: u, password: S", "password"),
        ("v2password", "username: u, password: S", "password"),
        ("token", "token: S, project_id: p", "token"),
        ("v3token", "token: S, project_id: p", "token"),
        ("v2token", "token: S", "token"),
        (
            "v3applicationcredential",
            "application_credential_id: i, application_credential_secret: S",
            "application_credential_secret",
        ),
        ("rackspace_apikey", "username: u, api_key: S", "api_key"),
    ],
)
def test_ways_in_by_their_names(home: Path, write: Write, kind: str, given: str, used: str) -> None:
    write("work/clouds.yaml", f"clouds: {{a: {{auth_type: {kind}, auth: {{auth_url: 'http://a/', {given}}}}}}}")
    found = load_cloud("a").credentials
    secrets = {name: getattr(found, name) for name in ("password", "token", "api_key", "application_credential_secret")}
    assert {name: secret.reveal() for name, secret in secrets.items() if secret} == {used: "S"}
    OpenStack(cloud="a").close()
