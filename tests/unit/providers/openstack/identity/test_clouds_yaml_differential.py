"""Configurations made by chance, hundreds of them: openstacksdk's own loader and ours make the same of each."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from openstack.config.loader import OpenStackConfig
from openstack.exceptions import ConfigException

from cumuli.errors import ConfigurationError
from cumuli.providers.openstack.identity.clouds_yaml import load_cloud

pytestmark = pytest.mark.filterwarnings("ignore::Warning")

AUTH = (
    "auth_url username user_id password project_id project_name tenant_id tenant_name user_domain_id user_domain_name "
    "project_domain_id project_domain_name domain_id domain_name default_domain_id token auth_token "
    "application_credential_id application_credential_secret system_scope"
).split()
# Values that matter; those of other names say where they stand.
VALUES: Mapping[str, list[object]] = {
    "auth_url": ["http://identity.example.com/v3"],
    "auth_type": ["password", "v3password", "token", "v3token", "v3applicationcredential", "admin_token"],
    "region_name": ["R1", "R2", "R1,R2"],
    "interface": ["public", "internal", "admin", ["internal", "public"]],
    "endpoint_type": ["publicURL", "internalURL"],
    "verify": [True, False],
    "insecure": [True, False, "true", "false", "1"],
    "cacert": ["/ca.pem", "~/ca.pem"],
    "cert": ["/cert.pem"],
    "key": ["/key.pem"],
    "api_timeout": [5, "7"],
    "nova_timeout": [9],
    "timeout": [3],
    "network_interface": ["internal"],
}
ENDPOINTS = (
    "compute_endpoint_override compute_endpoint image_endpoint volume_endpoint_override volumev3_endpoint "
    "block_storage_endpoint_override object_store_endpoint_override"
).split()
OTHERS = [*(name for name in VALUES if name != "auth_url"), *ENDPOINTS]
# Text is no word for these in the environment.
NOT_IN_ENVIRONMENT = {"verify"}
REGIONS: list[list[object]] = [
    ["R1", "R2"],
    [{"name": "R1", "values": {"interface": "admin", "auth": {"project_id": "of R1"}}}, "R2"],
]


class Chance:
    """Makes configurations."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def value(self, name: str, place: str) -> object:
        if name in VALUES:
            return self.random.choice(VALUES[name])
        return f"http://{place}.example.com/{name}" if name in ENDPOINTS else f"{name} of {place}"

    def some(self, names: list[str], most: int, place: str) -> dict[str, object]:
        chosen = self.random.sample(names, self.random.randint(0, most))
        return {name: self.value(name, place) for name in chosen}

    def entry(self, place: str, most: int) -> dict[str, object]:
        entry = {**self.some(OTHERS, most, place), "auth": self.some(AUTH, most, place)}
        if self.random.random() < 0.3:
            entry |= self.some(AUTH, 3, f"{place}, outside of auth")
        if self.random.random() < 0.2:
            entry["regions"] = self.random.choice(REGIONS)
        return entry

    def environment(self) -> dict[str, str]:
        names = self.random.sample([*AUTH, *(name for name in OTHERS if name not in NOT_IN_ENVIRONMENT)], 5)
        values = {name: self.value(name, "the environment") for name in names}
        return {f"OS_{name.upper()}": str(value) for name, value in values.items() if not isinstance(value, list)}


@pytest.mark.parametrize("seed", range(40))
def test_openstacksdk_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = Chance(seed)
    for number in range(10):
        folder = tmp_path / str(number)
        folder.mkdir()
        with monkeypatch.context() as patch:
            for name in _variables():
                patch.delenv(name)
            for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"):
                patch.setenv(name, str(folder))
            patch.chdir(folder)
            cloud = _written(chance, folder)
            if chance.random.random() < 0.4:
                for name, value in chance.environment().items():
                    patch.setenv(name, value)
                cloud = chance.random.choice([cloud, None])
            region = chance.random.choice([None, None, "R1", "R9"])
            assert _ours(cloud, region) == _theirs(folder, cloud, region), f"seed {seed}, number {number}"


def _variables() -> list[str]:
    return [name for name in os.environ if name.startswith("OS_")]


def _written(chance: Chance, folder: Path) -> str:
    entry = chance.entry("clouds.yaml", 5)
    if chance.random.random() < 0.4:
        entry["profile"] = "vendor"
        public = {"public-clouds": {"vendor": chance.entry("the profile", 3)}}
        (folder / "clouds-public.yaml").write_text(yaml.safe_dump(public))
    if chance.random.random() < 0.3:
        (folder / "secure.yaml").write_text(yaml.safe_dump({"clouds": {"c": chance.entry("secure.yaml", 3)}}))
    (folder / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"c": entry}}))
    return "c"


NAMES = (
    "username user_id user_domain_id user_domain_name project_id project_name project_domain_id project_domain_name "
    "domain_id domain_name system_scope"
).split()
SERVICES = ("compute", "image", "network", "block-storage", "object-store")


def _ours(cloud: str | None, region: str | None) -> dict[str, object] | None:
    try:
        found = load_cloud(cloud, region=region)
    except ConfigurationError:
        return None
    return {
        **{name: getattr(found.credentials, name) for name in NAMES},
        "region": found.region,
        "interface": found.interface.removesuffix("URL"),
        "tls": (found.verify, found.cert),
        "timeout": found.timeout,
        "endpoints": {service: found.endpoints.get(service) for service in SERVICES},
    }


def _theirs(folder: Path, cloud: str | None, region: str | None) -> dict[str, object] | None:
    try:
        loader = OpenStackConfig(
            [str(folder / "clouds.yaml")],
            [str(folder / "clouds-public.yaml")],
            secure_files=[str(folder / "secure.yaml")],
        )
        found = loader.get_one(cloud, validate=False, **({"region_name": region} if region else {}))
    except ConfigException:
        return None
    config = found.config
    auth: dict[str, Any] = {name: config["auth"].get(name) or config.get(name) or None for name in NAMES}
    # What a default domain is for is seen to by the plugin that gets the token.
    default = config["auth"].get("default_domain_id") or config.get("default_domain_id")
    for owner in ("user_domain", "project_domain"):
        if not auth[f"{owner}_name"]:
            auth[f"{owner}_id"] = auth[f"{owner}_id"] or default
    interface: Any = found.get_interface()
    timeout = config.get("api_timeout")
    return {
        **auth,
        "region": config["region_name"] or None,
        # Ours takes the first of several.
        "interface": (interface[0] if isinstance(interface, list) else interface).removesuffix("URL"),
        "tls": found.get_requests_verify_args(),
        "timeout": float(timeout) if timeout else None,
        "endpoints": {service: found.get_endpoint(service) for service in SERVICES},
    }


PRINT_BOTH = """
import json, os
from openstack.config import loader
from cumuli.providers.openstack.identity.clouds_yaml import _folders
unique = dict.fromkeys(loader.CONFIG_SEARCH_PATH)
print(json.dumps([list(unique), [str(folder) for folder in _folders(os.environ)]]))
"""


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"XDG_CONFIG_HOME": "/elsewhere/config", "XDG_CONFIG_DIRS": "/elsewhere/xdg"},
        {"SNAP_REAL_HOME": "/home/someone"},
        {"HOME": "/home/someone-else"},
    ],
    ids=str,
)
def test_files_are_looked_for_where_openstacksdk_looks(tmp_path: Path, variables: dict[str, str]) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    command = [sys.executable, "-W", "ignore", "-c", PRINT_BOTH]
    environment = {**kept, "HOME": str(tmp_path), **variables}
    printed = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    theirs, ours = json.loads(printed)
    assert ours == theirs
