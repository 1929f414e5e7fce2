"""The environment of programs that are to meet the sandbox, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from cumuli import config
from cumuli.sandbox.described import SandboxServer
from cumuli.sandbox.server import HOST

__all__ = ["in_the_way", "private_environment", "variables_of"]

# What these programs read of an account, or of another server, besides what the sandbox says.
IN_THE_WAY = ("AWS_", "OS_", "ST_", "SWIFT_", "RCLONE_CONFIG_SANDBOX_", "CUMULI_PROFILE")
# The files of certificates and the like are no account's.
HARMLESS = frozenset({"AWS_CA_BUNDLE", "AWS_PAGER", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE", "OS_CACERT"})

PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
# What boto3 and the AWS CLI look at besides variables: files of the user's, and the machine's own account.
NO_FILES = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def variables_of(servers: Iterable[SandboxServer]) -> dict[str, str]:
    """By what boto3, the AWS CLI, the openstack and swift commands, rclone and cumuli reach the servers.

    cumuli finds the profiles by itself; where there is only one, it is the one that is meant.
    """
    found: dict[str, str] = {}
    profiles: list[str] = []
    for server in sorted(servers, key=_rank):
        found |= server.environment
        profiles += server.profiles
    found["CUMULI_CONFIG"] = str(config.config_path().absolute())
    if len(profiles) == 1:
        found["CUMULI_PROFILE"] = profiles[0]
    return found | _past_the_proxy()


def in_the_way(variables: Mapping[str, str]) -> list[str]:
    """Variables of this process that say something of the same programs, and are not among those."""
    # Only of programs of which something is said at all.
    spoken_of = tuple(prefix for prefix in IN_THE_WAY if any(name.startswith(prefix) for name in variables))
    return sorted(name for name in os.environ if name.startswith(spoken_of) and name not in {*variables, *HARMLESS})


def private_environment(servers: Iterable[SandboxServer], folder: Path) -> dict[str, str]:
    """The environment of a program that is to know no account but those of the sandbox; cumuli's are in a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(IN_THE_WAY) or name in HARMLESS}
    chosen = list(servers)
    path = folder / "config.toml"
    config.write_profiles(path, {name: value for server in chosen for name, value in server.profiles.items()})
    return {**kept, **NO_FILES, **variables_of(chosen), "CUMULI_CONFIG": str(path)}


def _rank(server: SandboxServer) -> tuple[bool, bool]:
    """Those of which variables of the same names are of more use come last.

    Keystone's are, than those by which the same command reaches Swift; and keys that are checked, for where they are
    not any will do.
    """
    return server.name == "openstack", server.auth


def _past_the_proxy() -> dict[str, str]:
    """What keeps requests to this machine from a proxy that the environment names, which knows another one."""
    if not any(os.environ.get(name) for name in PROXIES):
        return {}
    spared = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if {HOST, "*"} & {each.strip() for each in spared.split(",")}:
        return {}
    return dict.fromkeys(("NO_PROXY", "no_proxy"), f"{spared},{HOST}" if spared else HOST)
