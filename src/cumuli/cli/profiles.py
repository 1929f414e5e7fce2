"""``cumuli profiles …``: accounts by name."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Annotated, cast

import msgspec
from cyclopts import App, Parameter

from cumuli import config, registry
from cumuli.capabilities import Capability
from cumuli.cli.confirmation import Switch, pairs
from cumuli.cli.dry_run import SECRET_FIELD
from cumuli.cli.failures import AlreadyReported, status_of
from cumuli.cli.output import Column, listed
from cumuli.cli.session import cloud, options, output
from cumuli.cli.suggestions import did_you_mean
from cumuli.cli.usage import UsageError
from cumuli.cli.wrong_service import example
from cumuli.compute.capabilities import ComputeCapability
from cumuli.compute.client import Compute
from cumuli.config import Profile
from cumuli.errors import AlreadyExists, CloudError, ConfigurationError
from cumuli.registry import ProviderInfo
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.client import Storage

__all__ = ["app"]

app = App(name="profiles", help="Accounts by name, in the config file.")

Set = Annotated[list[str] | None, Parameter(negative="")]


class ProfileSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A profile as it is listed: the names of its settings, and no values.

    Attributes:
        name: What people ask for.
        provider: A provider's name.
        services: What the provider has.
        settings: Their names.
        default: Whether it is meant where none is named.
        path: The file that it is in.
    """

    name: str
    provider: str
    services: list[str]
    settings: list[str]
    default: bool
    path: str


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was tried with a profile.

    Attributes:
        profile: Its name, or the provider's.
        service: Of the service.
        check: What was tried.
        ok: Whether it works.
        result: What came of it.
    """

    profile: str
    service: str
    check: str
    ok: bool
    result: str


COLUMNS: list[Column[ProfileSeen]] = [
    ("NAME", lambda profile: profile.name),
    ("PROVIDER", lambda profile: profile.provider),
    ("SERVICES", lambda profile: listed(profile.services)),
    ("DEFAULT", lambda profile: "yes" if profile.default else ""),
    ("SETTINGS", lambda profile: listed(profile.settings)),
]
CHECKS: list[Column[Check]] = [
    ("PROFILE", lambda check: check.profile),
    ("SERVICE", lambda check: check.service),
    ("CHECK", lambda check: check.check),
    ("OK", lambda check: "yes" if check.ok else "no"),
    ("RESULT", lambda check: check.result),
]


@app.command(name="list")
def list_() -> None:
    """List the profiles, and the names of what they set.

    Example: cumuli profiles list --filter provider=s3
    """
    default = config.default_profile()
    named = None if default is None else default[0]
    infos = registry.provider_infos()
    seen = [
        ProfileSeen(
            name=profile.name,
            provider=profile.provider,
            services=[info.service for info in infos if info.name == profile.provider],
            settings=list(profile.settings),
            default=profile.name == named,
            path=str(profile.path),
        )
        for profile in config.load_profiles().values()
    ]
    output().items(seen, COLUMNS, none="no profiles; add one: cumuli profiles add NAME --provider PROVIDER")


@app.command
def add(
    name: str,
    /,
    *,
    set: Set = None,  # noqa: A002 - what the option is called
    set_env: Set = None,
    set_file: Set = None,
    ask: Set = None,
    default: Switch = False,
) -> None:
    """Add a profile to the config file. What is there already stays as it was written.

    Examples: cumuli profiles add work --provider ec2 --region eu-west-1 --set key=AKIA… --ask secret ·
    cumuli profiles add backup --provider local --set root=/srv/backup --default

    Args:
        name: What to call it.
        set: NAME=VALUE, once for each setting: an argument of the provider's client. Other users of this machine can
            see what is typed here; for secrets there are the next three.
        set_env: NAME=VARIABLE: the setting is the value of an environment variable.
        set_file: NAME=FILE: the setting is the first line of a file.
        ask: NAME of a setting that is asked for, without showing what is typed, and written into the config file.
        default: Make it the profile that is meant where none is named.
    """
    given = options()
    provider = given.provider
    if provider is None:
        raise UsageError(f"say of which provider it is: cumuli profiles add {name} --provider NAME")
    settings: dict[str, object] = {"region": given.region, "endpoint": given.endpoint}
    settings |= pairs(set or (), "--set")
    settings |= {key: {"env": value} for key, value in pairs(set_env or (), "--set-env").items()}
    settings |= {key: {"file": value} for key, value in pairs(set_file or (), "--set-file").items()}
    settings = {key: value for key, value in settings.items() if value is not None}
    if name in config.load_profiles():
        raise AlreadyExists(f"there is a profile {name!r} already; choose another name, or change it in its file")
    if name in registry.providers():
        raise UsageError(f"{name!r} is a provider's name; choose another one, so that it is clear what is meant")
    infos = [info for info in registry.provider_infos() if info.name == provider]
    if not infos:
        known = registry.providers()
        hint = did_you_mean(provider, known, ".")
        raise UsageError(f"--provider: {provider!r} is no provider{hint} There are: {listed(known)}")
    # The services of one family share a profile; what is in it has to suit one of them.
    taken = {setting for info in infos for setting in registry.settings_of(info.load()) if setting[0] != "_"}
    for setting in [*settings, *(ask or ())]:
        if setting not in taken:
            raise UsageError(
                f"{provider} has no setting {setting!r}{did_you_mean(setting, taken, '.')} "
                f"It takes: {listed(sorted(taken))}"
            )
    for setting in ask or ():
        settings[setting] = _asked(setting)
    if given.dry_run:
        output().note(f"the profile {name!r} would be added to {config.config_path()} (--dry-run)")
        return
    path = config.add_profile(name, provider, settings, default=default)
    output().done(f"added the profile {name} to {path}", {"name": name, "provider": provider, "path": str(path)})
    if provider != "memory":
        output().note(f"try: cumuli profiles check {name}, then: {example(name)}")


def _asked(setting: str) -> str:
    if not output().can_ask():
        raise UsageError(f"--ask {setting}: there is no terminal to ask on; use --set-env or --set-file")
    value = getpass.getpass(f"{setting}: ", stream=sys.stderr)
    if not value:
        raise UsageError(f"--ask {setting}: nothing was typed; nothing was changed")
    return value


@app.command(usage="Usage: cumuli profiles check [NAME...]")
def check(*names: str) -> None:
    """Try profiles out: who one is, and what one may look at. Nothing is changed.

    The exit status is that of the first that does not work at all.

    Example: cumuli profiles check work

    Args:
        names: Which; without any, the one of --profile or --provider, or the default, or else all.
    """
    found: list[Check] = []
    failed: list[int] = []
    for name, provider, profile in _meant(names):
        infos = [info for info in registry.provider_infos() if info.name == (profile.provider if profile else provider)]
        if not infos:
            error = ConfigurationError(
                f"{profile.provider if profile else provider!r} is no provider; `cumuli providers` lists them"
            )
            found.append(Check(profile=name, service="", check="provider", ok=False, result=error.message))
            failed.append(status_of(error))
        for info in infos:
            with output().progress(f"trying {name}"):
                came, status = _tried(info, name, profile)
            found += came
            failed += [status] if status else []
    output().items(found, CHECKS, none="no profiles; add one: cumuli profiles add NAME --provider PROVIDER")
    if failed:
        raise AlreadyReported(failed[0])


def _meant(names: Sequence[str]) -> Iterable[tuple[str, str | None, Profile | None]]:
    if names:
        return [(name, None, config.get_profile(name)) for name in names]
    meant = cloud()
    if meant.profile is not None:
        return [(meant.profile, None, config.get_profile(meant.profile))]
    if meant.provider is not None:
        return [(meant.provider, meant.provider, None)]
    return [(name, None, profile) for name, profile in config.load_profiles().items()]


def _tried(info: ProviderInfo, name: str, profile: Profile | None) -> tuple[list[Check], int]:
    """What came of each probe, and the exit status if not one of them worked."""

    def told(check: str, *, ok: bool, result: str) -> Check:
        return Check(profile=name, service=info.service, check=check, ok=ok, result=result)

    try:
        client = registry.open_client(
            info.service,
            provider=info.name,
            profile=None if profile is None else profile.name,
            settings=options().settings(),
        )
    except CloudError as error:
        return [told("settings", ok=False, result=error.message)], status_of(error)
    done = [told("settings", ok=True, result=_who(profile))]
    statuses: list[int] = []
    worked = False
    opened = cast("Compute | Storage", client)
    try:
        for what, probe in _probes(opened):
            try:
                count = probe()
            except CloudError as error:
                done.append(told(what, ok=False, result=error.message))
                statuses.append(status_of(error))
            else:
                worked = True
                done.append(told(what, ok=True, result=count))
    finally:
        opened.close()
    return done, 0 if worked or not statuses else statuses[0]


def _who(profile: Profile | None) -> str:
    """Who one is, as far as the settings say it without giving anything away."""
    if profile is None:
        return "from the environment"
    naming = ("key", "username", "user_id", "application_credential_id", "cloud", "profile", "root", "project_name")
    told = [
        f"{name}={profile.settings[name]}"
        for name in (*naming, "region", "endpoint", "auth_url")
        if isinstance(profile.settings.get(name), str)
        and SECRET_FIELD.search(name) is None
        # Beside a user's name a key is the secret.
        and not (name == "key" and "username" in profile.settings)
    ]
    return listed(told) or "nothing in the profile says who one is; the provider's own settings do"


Probe = tuple[str, Callable[[], str]]


def _probes(client: Compute | Storage) -> Iterable[Probe]:
    """What is tried: one listing of each kind that the provider has."""
    identity = getattr(client, "ex_get_caller_identity", None) or getattr(client, "ex_get_identity", None)
    if identity is not None:
        yield "identity", lambda: _told(identity())
    probes: list[tuple[str, Capability, Callable[[], Iterable[object]]]]
    if isinstance(client, Storage):
        probes = [("containers list", StorageCapability.LIST_CONTAINERS, client.iterate_containers)]
    else:
        probes = [
            ("nodes list", ComputeCapability.LIST_NODES, client.list_nodes),
            ("volumes list", ComputeCapability.LIST_VOLUMES, client.list_volumes),
            ("keys list", ComputeCapability.LIST_KEY_PAIRS, client.list_key_pairs),
        ]
    for what, needed, listing in probes:
        if needed in client.capabilities:
            yield what, partial(_counted, listing)


def _told(identity: object) -> str:
    """Who one is, in the provider's words."""
    from cumuli.providers.aws.sts import CallerIdentity
    from cumuli.providers.openstack.identity.keystone import KeystoneIdentity

    if isinstance(identity, CallerIdentity):
        return f"{identity.arn} in account {identity.account}"
    assert isinstance(identity, KeystoneIdentity)  # noqa: S101 - whoever has a method of that name gives one of the two
    user = identity.user_name or identity.user_id or "the user is not told"
    project = identity.project_name or identity.project_id
    where = f" in project {project}" if project else ""
    return f"{user}{where}" + (f" as {listed(identity.roles)}" if identity.roles else "")


def _counted(listing: Callable[[], Iterable[object]]) -> str:
    number = sum(1 for _ in listing())
    return f"{number:,} seen"
