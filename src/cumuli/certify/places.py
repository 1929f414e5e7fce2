"""``Place``: what is tried. A profile, a provider that needs no settings, or a server of the sandbox."""

from __future__ import annotations

import importlib.metadata
import ipaddress
import os
from collections.abc import Mapping
from importlib.resources import files
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec

from cumuli import config, registry
from cumuli.cli.dry_run import SECRET_FIELD
from cumuli.errors import ConfigurationError
from cumuli.registry import ProviderInfo
from cumuli.service_names import Service

__all__ = ["KINDS", "SANDBOX", "Kind", "Place", "places_of", "sandbox_place"]

Kind: TypeAlias = Literal["live", "real server", "vendor's emulator", "vendor's description"]
"""What answers: the provider itself; the software that it runs, run by somebody; what the vendor offers to test with;
a server that others made after the vendor's description."""

KINDS: tuple[Kind, ...] = ("live", "real server", "vendor's emulator", "vendor's description")
ADDRESSES = ("endpoint", "auth_url", "url")


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """What the sandbox has for one service of one provider.

    Attributes:
        provider: The provider's name.
        service: The service's name.
        server: The sandbox's server, or empty where none is needed.
        profile: Its profile.
        kind: What it is.
        what: Who answers, and the distribution that has its version, if any.
        pins: The lock file below ``cumuli/sandbox`` that says the version, of a server with an environment of its own.
    """

    provider: str
    service: Service
    server: str = ""
    profile: str = ""
    kind: Kind
    what: tuple[str, str]
    pins: str = ""


SANDBOX: dict[str, tuple[Stand, ...]] = {
    "ec2": (
        Stand(
            provider="ec2",
            service="compute",
            server="ec2",
            profile="sandbox-ec2",
            kind="vendor's description",
            what=("moto", "moto"),
        ),
    ),
    "s3": (
        Stand(
            provider="s3",
            service="storage",
            server="s3",
            profile="sandbox-s3",
            kind="vendor's description",
            what=("moto", "moto"),
        ),
    ),
    "swift": (
        Stand(
            provider="swift",
            service="storage",
            server="swift",
            profile="sandbox-swift",
            kind="real server",
            what=("OpenStack Swift", "swift"),
        ),
    ),
    "cloudfiles": (
        Stand(
            provider="cloudfiles",
            service="storage",
            server="swift",
            profile="sandbox-cloudfiles",
            kind="real server",
            what=("OpenStack Swift", "swift"),
        ),
    ),
    "gogrid": (
        Stand(
            provider="gogrid",
            service="compute",
            server="gogrid",
            profile="sandbox-gogrid",
            kind="vendor's description",
            what=("cumuli's GoGrid", ""),
        ),
    ),
    "rackspace": (
        Stand(
            provider="rackspace",
            service="compute",
            server="rackspace",
            profile="sandbox-rackspace",
            kind="vendor's emulator",
            what=("mimic", "mimic"),
            pins="rackspace/mimic.lock",
        ),
    ),
    "machines": (
        Stand(
            provider="machines",
            service="compute",
            server="machines",
            profile="sandbox-machines",
            kind="real server",
            what=("podman", ""),
        ),
    ),
    "openstack": (
        Stand(
            provider="openstack",
            service="compute",
            server="openstack",
            profile="sandbox-openstack",
            kind="real server",
            what=("OpenStack Nova", "nova"),
            pins="openstack/openstack.lock",
        ),
    ),
    "memory": (
        Stand(provider="memory", service="compute", kind="real server", what=("cumuli itself", "")),
        Stand(provider="memory", service="storage", kind="real server", what=("cumuli itself", "")),
    ),
    "local": (Stand(provider="local", service="storage", kind="real server", what=("the file system", "")),),
}
"""What ``cumuli certify --sandbox`` knows, by the names that it takes."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One service of one account.

    Attributes:
        name: As people asked for it.
        provider: The provider's name.
        service: The service's name.
        title: What the provider is called.
        opens: The profile's or provider's name that a client is opened by.
        settings: What else its client is told. They may be secret.
        kind: What answers.
        server: Who answers, with a version where that is known.
        alone: Whether nobody else uses the account, so that all that is new in it is of the run.
        stand: The provider's name if a server of the sandbox plays it, or empty.
    """

    name: str
    provider: str
    service: Service
    title: str
    opens: str
    settings: dict[str, object]
    kind: Kind
    server: str = ""
    alone: bool = False
    stand: str = ""

    def __repr__(self) -> str:
        return f"Place({self.name!r}, {self.provider!r}, {self.service!r}, {self.kind!r})"

    @property
    def slug(self) -> str:
        """The beginning of the names of its files."""
        return f"{self.provider}-{self.service}"

    def client(self, *, asynchronous: bool = False, **more: object) -> object:
        """A client of it.

        Raises:
            ConfigurationError: A setting is wrong, or missing.
        """
        return registry.open_named(self.service, self.opens, {**self.settings, **more}, asynchronous=asynchronous)

    def secrets(self) -> list[str]:
        """The texts that nothing may show."""
        found = [value for name, value in self.settings.items() if _is_secret(name)]
        profile = config.load_profiles().get(self.opens)
        if profile is not None:
            found += [profile.resolve(name) for name in profile.settings if _is_secret(name)]
        # Credentials also come by the environment, under names that each provider has of its own.
        found += [value for name, value in os.environ.items() if SECRET_FIELD.search(name)]
        return [value for value in found if isinstance(value, str) and value]


def _is_secret(name: str) -> bool:
    return name == "key" or (name not in ADDRESSES and SECRET_FIELD.search(name) is not None)


def places_of(name: str, services: list[Service], kind: Kind | None = None, *, alone: bool = False) -> list[Place]:
    """The places that a profile's, or a provider's, name means: one for each service.

    Args:
        name: As people asked for it.
        services: Which services; none means all that the provider has.
        kind: What answers; None to tell it by the address.
        alone: Whether nobody else uses the account.

    Raises:
        ConfigurationError: There is no such name, or it has no such service.
    """
    profiles = config.load_profiles()
    provider = profiles[name].provider if name in profiles else name
    infos = [info for info in registry.provider_infos() if info.name == provider]
    if not infos:
        known = ", ".join(profiles) or "none"
        raise ConfigurationError(
            f"{name!r} is neither a profile (there are: {known}) nor a provider; `cumuli providers` lists those"
        )
    if missing := [service for service in services if service not in {info.service for info in infos}]:
        raise ConfigurationError(f"{name} has no service {missing[0]}; it has {', '.join(i.service for i in infos)}")
    stand = _stand_of_profile(name)
    settings = {} if name not in profiles else profiles[name].settings
    return [
        msgspec.structs.replace(_place(info, name, kind or _kind(info, settings, stand), stand), alone=alone)
        for info in infos
        if not services or info.service in services
    ]


def _place(info: ProviderInfo, name: str, kind: Kind, stand: Stand | None) -> Place:
    own = next((each for each in SANDBOX.get(info.name, ()) if not each.server and each.service == info.service), None)
    used = stand or own
    return Place(
        name=name,
        provider=info.name,
        service=info.service,
        title=info.title,
        opens=name,
        settings={},
        kind=kind,
        server="" if used is None else _version(used),
        stand="" if stand is None else stand.provider,
    )


def _stand_of_profile(name: str) -> Stand | None:
    """What the sandbox knows of one of its own profiles, as long as nobody has another one of that name."""
    profile = config.load_profiles().get(name)
    if profile is None or profile.path != config.sandbox_path():
        return None
    return next((each for stands in SANDBOX.values() for each in stands if each.profile == name), None)


def _kind(info: ProviderInfo, settings: Mapping[str, object], stand: Stand | None) -> Kind:
    if stand is not None:
        return stand.kind
    if info.name in SANDBOX and not any(each.server for each in SANDBOX[info.name]):
        return "real server"
    if str(settings.get("endpoint", "")).startswith("unix:"):
        return "real server"
    given = [str(settings[key]) for key in ADDRESSES if isinstance(settings.get(key), str)]
    if given and all(_is_here(urlsplit(text).hostname or "") for text in given):
        return "real server"
    return "live"


def _is_here(host: str) -> bool:
    """Whether an address is on this machine; ``localhost.example.org`` is not."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def sandbox_place(stand: Stand, name: str, settings: Mapping[str, object]) -> Place:
    """The place of a server of the sandbox that was started for nobody else."""
    [info] = [each for each in registry.BUILT_IN if (each.name, each.service) == (stand.provider, stand.service)]
    return Place(
        name=name,
        provider=stand.provider,
        service=stand.service,
        title=info.title,
        opens=stand.provider,
        settings={key: value for key, value in settings.items() if key != "provider"},
        kind=stand.kind,
        server=_version(stand),
        alone=True,
        stand=stand.provider,
    )


def _version(stand: Stand) -> str:
    who, distribution = stand.what
    if not distribution:
        return who
    if stand.pins:
        return f"{who} {_pinned(stand.pins, distribution)}"
    try:
        return f"{who} {importlib.metadata.version(distribution)}"
    except importlib.metadata.PackageNotFoundError:
        return who


def _pinned(pins: str, distribution: str) -> str:
    text = files("cumuli.sandbox").joinpath(pins).read_text(encoding="utf-8")
    return next(
        line.split()[0].partition("==")[2] for line in text.splitlines() if line.startswith(f"{distribution}==")
    )
