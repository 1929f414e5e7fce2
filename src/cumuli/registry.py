"""From a name to a client: the providers of cumuli, and those of other packages.

Another package joins by an entry point of the group ``cumuli.providers``, named like the
provider, that loads a ``ProviderInfo`` (or several, for several services)::

    [project.entry-points."cumuli.providers"]
    acme = "cumuli_acme:INFO"

The names of cumuli's own providers are taken; of two other packages, the first on the path has the name.
Nothing of a provider is imported before a client of it is asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

import msgspec

from cumuli.credential_arguments import CONVENTIONAL, CredentialArguments
from cumuli.errors import ConfigurationError
from cumuli.service_names import Service
from cumuli.table import PROVIDERS, SERVICES

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from cumuli.config import Profile

__all__ = ["BUILT_IN", "ProviderInfo", "open_client", "open_named", "provider_infos", "providers", "settings_of"]

log = logging.getLogger("cumuli.registry")

GROUP = "cumuli.providers"


class ProviderInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A provider that can be asked for by name.

    Attributes:
        name: What people write: ``"ec2"``.
        service: Such as ``"compute"`` or ``"storage"``.
        title: What it is called in tables: ``"Amazon EC2"``.
        client: Path of the sync client's class: ``"package.module:Class"``.
        async_client: Path of the async client's class.
    """

    name: str
    service: Service
    title: str
    client: str
    async_client: str

    def load(self, *, asynchronous: bool = False) -> type[object]:
        """The class of its client; imports the provider.

        Raises:
            ConfigurationError: The class cannot be imported.
        """
        from importlib import import_module

        path = self.async_client if asynchronous else self.client
        module, _, name = path.partition(":")
        try:
            found: object = getattr(import_module(module), name)
        except Exception as error:
            raise ConfigurationError(f"the provider {self.name!r} cannot be imported from {path!r}: {error}") from error
        if not isinstance(found, type):
            raise ConfigurationError(f"the provider {self.name!r} names {path!r}, which is no class")
        return found


BUILT_IN = tuple(
    ProviderInfo(
        name=entry.name,
        service=cast("Service", entry.service),
        title=entry.title,
        client=f"cumuli.providers.{entry.folder}.client:{entry.client}",
        async_client=f"cumuli.providers.{entry.folder}.aio:Async{entry.client}",
    )
    for entry in PROVIDERS
)


def providers(service: Service | None = None) -> list[str]:
    """The names of the providers, sorted.

    Args:
        service: Such as ``"compute"`` or ``"storage"``; None for all of them.

    Raises:
        ConfigurationError: There is no such service.
    """
    return sorted({info.name for info in provider_infos(service)})


def provider_infos(service: Service | None = None) -> list[ProviderInfo]:
    """What is known of every provider, by service and name. Other packages' entry points are loaded.

    Raises:
        ConfigurationError: There is no such service.
    """
    services = [entry.name for entry in SERVICES]
    if service is not None and service not in services:
        raise ConfigurationError(f"there is no service {service!r}; there are {', '.join(services)}")
    found = sorted((*_plugins(), *BUILT_IN), key=lambda info: (info.service, info.name))
    return [info for info in found if service in {None, info.service}]


def open_client(
    service: Service,
    *,
    provider: str | None = None,
    profile: str | None = None,
    settings: Mapping[str, object],
    asynchronous: bool = False,
) -> object:
    """The client of a provider, of a profile, or of a profile that must be of that provider.

    Args:
        service: Such as ``"compute"`` or ``"storage"``.
        provider: A provider's name.
        profile: The name of a profile of the config file.
        settings: What the provider's client takes; they win over the profile's. None counts as not given.
        asynchronous: Which flavour.

    Raises:
        ConfigurationError: A name or a setting is wrong; the message lists what there is.
    """
    given = {key: value for key, value in settings.items() if value is not None}
    found: Profile | None = None
    if profile is not None:
        from cumuli import config

        found = config.get_profile(profile)
        if provider is not None and provider != found.provider:
            raise ConfigurationError(
                f"the profile {profile!r} is of the provider {found.provider!r}, not {provider!r}; give one of the two"
            )
        provider = found.provider
    if provider is None:
        raise ConfigurationError(f"name a provider or a profile; the providers are {', '.join(providers(service))}")
    info = _find(service, provider)
    if info is None:
        raise _unknown(service, provider, found)
    cls = info.load(asynchronous=asynchronous)
    ways: object = getattr(cls, "credential_arguments", None)
    if not isinstance(ways, CredentialArguments):
        ways = CONVENTIONAL
    ways.check(given)
    if found is not None:
        kept = ways.kept(found.settings, given)
        _check_settings(cls, kept, f"the profile {found.name!r} in {found.path}")
        ways.check(kept, where=f"the profile {found.name!r} in {found.path}: ")
        given = {**{key: found.resolve(key) for key in kept if key not in given}, **given}
    _check_settings(cls, given, provider, complete=True)
    return cls(**given)


def open_named(service: Service, name: str, settings: Mapping[str, object], *, asynchronous: bool = False) -> object:
    """The client of a provider, or else of a profile, of this name.

    Raises:
        ConfigurationError: There is no such name, or no such setting; the message lists what there is.
    """
    if _find(service, name) is not None:
        return open_client(service, provider=name, settings=settings, asynchronous=asynchronous)
    from cumuli import config

    if name in config.load_profiles():
        return open_client(service, profile=name, settings=settings, asynchronous=asynchronous)
    raise _unknown(service, name, None)


def _find(service: Service, name: str) -> ProviderInfo | None:
    """The provider of this name, if there is one.

    Raises:
        ConfigurationError: It is another package's, and broken.
    """
    for info in BUILT_IN:
        if (info.service, info.name) == (service, name):
            return info
    for point in _entry_points(name):
        for info in _loaded(point):
            if info.service == service:
                return info
    return None


def _unknown(service: Service, name: str, profile: Profile | None) -> ConfigurationError:
    from cumuli import config

    where = f"the profile {profile.name!r} in {profile.path} names the provider {name!r}, which" if profile else ""
    others = [info.service for info in provider_infos() if info.name == name]
    if others:
        subject = where or f"{name!r}"
        return ConfigurationError(f"{subject} is a {others[0]} provider; use cumuli.{others[0]}() for it")
    from difflib import get_close_matches

    known, profiles = providers(service), list(config.load_profiles())
    close = get_close_matches(name, known if profile else [*known, *profiles], n=1)
    subject = f"{where} is not known" if where else f"{name!r} is neither a provider nor a profile"
    hint = f"{config.sandbox_hint(name)}; did you mean {close[0]!r}?" if close else f"{config.sandbox_hint(name)}."
    message = f"{subject}{hint} {service.capitalize()} providers: {', '.join(known)}"
    if profile is None:
        place = config.config_path()
        message += f". Profiles: {', '.join(profiles)}" if profiles else f". There are no profiles; {place} is for them"
    return ConfigurationError(message)


def settings_of(cls: type[object]) -> set[str]:
    """The names of what a client's class takes."""
    import inspect

    from cumuli.calls.options import ClientOptions

    known: set[str] = set()
    for name, parameter in inspect.signature(cls).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            known.update(ClientOptions.__annotations__)
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            known.add(name)
    return known


def _check_settings(cls: type[object], settings: Mapping[str, object], where: str, *, complete: bool = False) -> None:
    """Settings that the class does not take are an error that names those that it does."""
    import inspect
    from difflib import get_close_matches

    known = settings_of(cls)
    unknown = sorted(set(settings) - known)
    if unknown:
        public = sorted(name for name in known if not name.startswith("_"))
        close = get_close_matches(unknown[0], public, n=1)
        hint = f"; did you mean {close[0]}?" if close else "."
        raise ConfigurationError(
            f"{where}: no such setting: {', '.join(unknown)}{hint} {cls.__name__} takes: {', '.join(public)}"
        )
    if complete:
        try:
            inspect.signature(cls).bind(**settings)
        except TypeError as error:
            raise ConfigurationError(f"{where}: {error}; give it as an argument, or in a profile") from None


def _plugins() -> Iterator[ProviderInfo]:
    """The providers of other packages. A broken one is logged and left out, and so is one whose name is taken."""
    taken = {(info.service, info.name): "cumuli" for info in BUILT_IN}
    for point in _entry_points():
        try:
            infos = _loaded(point)
        except ConfigurationError as error:
            log.warning("%s", error.message)
            continue
        for info in infos:
            owner = taken.setdefault((info.service, info.name), _package(point))
            if owner == _package(point):
                yield info
            else:
                log.warning(
                    "the %s provider %r of %s is left out: %s has one of that name",
                    info.service,
                    info.name,
                    _package(point),
                    owner,
                )


def _entry_points(name: str | None = None) -> Iterator[EntryPoint]:
    """The entry points of every package, or those of one provider."""
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        if name in {None, point.name}:
            yield point


def _package(point: EntryPoint) -> str:
    """The distribution that an entry point is of, as people know it."""
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else point.value


def _loaded(point: EntryPoint) -> list[ProviderInfo]:
    """What an entry point gives.

    Raises:
        ConfigurationError: It gives nothing that can be used.
    """
    what = f"the provider {point.name!r} of {_package(point)} cannot be loaded from {point.value!r}"
    remedy = "upgrade that package, or uninstall it"
    try:
        given: object = point.load()
    except (Exception, SystemExit) as error:  # whatever another package does on import must not break this one
        raise ConfigurationError(f"{what}: {str(error) or type(error).__name__}; {remedy}") from error
    infos = cast("tuple[object, ...]", given) if isinstance(given, tuple | list) else (given,)
    found: list[ProviderInfo] = []
    for info in infos:
        if not isinstance(info, ProviderInfo):
            raise ConfigurationError(f"{what}: it gives no ProviderInfo but this type: {type(info).__name__}; {remedy}")
        try:
            msgspec.convert(msgspec.structs.asdict(info), ProviderInfo)
        except msgspec.ValidationError as error:
            raise ConfigurationError(f"{what}: its ProviderInfo is wrong: {error}; {remedy}") from None
        if info.name != point.name:
            raise ConfigurationError(
                f"{what}: its ProviderInfo is named {info.name!r}, and the two names must agree; {remedy}"
            )
        found.append(info)
    return found
