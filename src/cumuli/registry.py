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
from typing import TYPE_CHECKING, Literal, cast, get_args, overload

import msgspec

from cumuli.errors import ConfigurationError
from cumuli.ways_in import CONVENTIONAL, WaysIn

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from cumuli.compute.aio import AsyncCompute
    from cumuli.compute.client import Compute
    from cumuli.config import Profile
    from cumuli.providers.aws.ec2.aio import AsyncEC2
    from cumuli.providers.aws.ec2.client import EC2
    from cumuli.providers.aws.s3.aio import AsyncS3
    from cumuli.providers.aws.s3.client import S3
    from cumuli.providers.aws.s3_presets.aio import (
        AsyncBackblazeB2,
        AsyncCephS3,
        AsyncCloudflareR2,
        AsyncDigitalOceanSpaces,
    )
    from cumuli.providers.aws.s3_presets.client import BackblazeB2, CephS3, CloudflareR2, DigitalOceanSpaces
    from cumuli.providers.gogrid.aio import AsyncGoGrid
    from cumuli.providers.gogrid.client import GoGrid
    from cumuli.providers.local.aio import AsyncLocalStorage
    from cumuli.providers.local.client import LocalStorage
    from cumuli.providers.memory.compute.aio import AsyncMemoryCompute
    from cumuli.providers.memory.compute.client import MemoryCompute
    from cumuli.providers.memory.storage.aio import AsyncMemoryStorage
    from cumuli.providers.memory.storage.client import MemoryStorage
    from cumuli.providers.openstack.compute.aio import AsyncOpenStack
    from cumuli.providers.openstack.compute.client import OpenStack
    from cumuli.providers.openstack.swift.aio import AsyncSwift
    from cumuli.providers.openstack.swift.client import Swift
    from cumuli.providers.rackspace.cloudfiles.aio import AsyncCloudFiles
    from cumuli.providers.rackspace.cloudfiles.client import CloudFiles
    from cumuli.providers.rackspace.compute.aio import AsyncRackspace
    from cumuli.providers.rackspace.compute.client import Rackspace
    from cumuli.storage.aio import AsyncStorage
    from cumuli.storage.client import Storage

__all__ = [
    "ProviderInfo",
    "Service",
    "async_compute",
    "async_storage",
    "compute",
    "open_client",
    "provider_infos",
    "providers",
    "storage",
]

log = logging.getLogger("cumuli.registry")

GROUP = "cumuli.providers"
Service = Literal["compute", "storage"]


class ProviderInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A provider that can be asked for by name.

    Attributes:
        name: What people write: ``"ec2"``.
        service: ``"compute"`` or ``"storage"``.
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


def _built_in(service: Service, name: str, title: str, folder: str, client: str) -> ProviderInfo:
    module = f"cumuli.providers.{folder}"
    return ProviderInfo(
        name=name,
        service=service,
        title=title,
        client=f"{module}.client:{client}",
        async_client=f"{module}.aio:Async{client}",
    )


BUILT_IN = (
    _built_in("compute", "ec2", "Amazon EC2", "aws.ec2", "EC2"),
    _built_in("compute", "gogrid", "GoGrid", "gogrid", "GoGrid"),
    _built_in("compute", "memory", "In memory, for tests", "memory.compute", "MemoryCompute"),
    _built_in("storage", "local", "A local folder", "local", "LocalStorage"),
    _built_in("compute", "openstack", "OpenStack", "openstack.compute", "OpenStack"),
    _built_in("compute", "rackspace", "Rackspace", "rackspace.compute", "Rackspace"),
    _built_in("storage", "cloudfiles", "Rackspace Cloud Files", "rackspace.cloudfiles", "CloudFiles"),
    _built_in("storage", "swift", "OpenStack Swift", "openstack.swift", "Swift"),
    _built_in("storage", "s3", "Amazon S3", "aws.s3", "S3"),
    _built_in("storage", "b2", "Backblaze B2", "aws.s3_presets", "BackblazeB2"),
    _built_in("storage", "ceph", "Ceph RADOS Gateway", "aws.s3_presets", "CephS3"),
    _built_in("storage", "r2", "Cloudflare R2", "aws.s3_presets", "CloudflareR2"),
    _built_in("storage", "spaces", "DigitalOcean Spaces", "aws.s3_presets", "DigitalOceanSpaces"),
    _built_in("storage", "memory", "In memory, for tests", "memory.storage", "MemoryStorage"),
)


@overload
def compute(name: Literal["ec2"], **settings: object) -> EC2: ...
@overload
def compute(name: Literal["gogrid"], **settings: object) -> GoGrid: ...
@overload
def compute(name: Literal["memory"], **settings: object) -> MemoryCompute: ...
@overload
def compute(name: Literal["openstack"], **settings: object) -> OpenStack: ...
@overload
def compute(name: Literal["rackspace"], **settings: object) -> Rackspace: ...
@overload
def compute(name: str, **settings: object) -> Compute: ...
def compute(name: str, **settings: object) -> Compute:
    """A compute client by name, for programs that are configured.

    Args:
        name: A provider (``"ec2"``), or a profile of the config file, which names its provider. A
            provider's name goes first.
        settings: What the provider's client takes; they win over the profile's. None counts as not given.

    Raises:
        ConfigurationError: There is no such name, or no such setting; the message lists what there is.
    """
    return cast("Compute", _open_named("compute", name, settings))


@overload
def async_compute(name: Literal["ec2"], **settings: object) -> AsyncEC2: ...
@overload
def async_compute(name: Literal["gogrid"], **settings: object) -> AsyncGoGrid: ...
@overload
def async_compute(name: Literal["memory"], **settings: object) -> AsyncMemoryCompute: ...
@overload
def async_compute(name: Literal["openstack"], **settings: object) -> AsyncOpenStack: ...
@overload
def async_compute(name: Literal["rackspace"], **settings: object) -> AsyncRackspace: ...
@overload
def async_compute(name: str, **settings: object) -> AsyncCompute: ...
def async_compute(name: str, **settings: object) -> AsyncCompute:
    """As ``compute``, for an async client. Making it reads the config file, which blocks for a moment."""
    return cast("AsyncCompute", _open_named("compute", name, settings, asynchronous=True))


@overload
def storage(name: Literal["local"], **settings: object) -> LocalStorage: ...
@overload
def storage(name: Literal["memory"], **settings: object) -> MemoryStorage: ...
@overload
def storage(name: Literal["cloudfiles"], **settings: object) -> CloudFiles: ...
@overload
def storage(name: Literal["swift"], **settings: object) -> Swift: ...
@overload
def storage(name: Literal["s3"], **settings: object) -> S3: ...
@overload
def storage(name: Literal["b2"], **settings: object) -> BackblazeB2: ...
@overload
def storage(name: Literal["ceph"], **settings: object) -> CephS3: ...
@overload
def storage(name: Literal["r2"], **settings: object) -> CloudflareR2: ...
@overload
def storage(name: Literal["spaces"], **settings: object) -> DigitalOceanSpaces: ...
@overload
def storage(name: str, **settings: object) -> Storage: ...
def storage(name: str, **settings: object) -> Storage:
    """As ``compute``, for object storage."""
    return cast("Storage", _open_named("storage", name, settings))


@overload
def async_storage(name: Literal["local"], **settings: object) -> AsyncLocalStorage: ...
@overload
def async_storage(name: Literal["memory"], **settings: object) -> AsyncMemoryStorage: ...
@overload
def async_storage(name: Literal["cloudfiles"], **settings: object) -> AsyncCloudFiles: ...
@overload
def async_storage(name: Literal["swift"], **settings: object) -> AsyncSwift: ...
@overload
def async_storage(name: Literal["s3"], **settings: object) -> AsyncS3: ...
@overload
def async_storage(name: Literal["b2"], **settings: object) -> AsyncBackblazeB2: ...
@overload
def async_storage(name: Literal["ceph"], **settings: object) -> AsyncCephS3: ...
@overload
def async_storage(name: Literal["r2"], **settings: object) -> AsyncCloudflareR2: ...
@overload
def async_storage(name: Literal["spaces"], **settings: object) -> AsyncDigitalOceanSpaces: ...
@overload
def async_storage(name: str, **settings: object) -> AsyncStorage: ...
def async_storage(name: str, **settings: object) -> AsyncStorage:
    """As ``async_compute``, for object storage."""
    return cast("AsyncStorage", _open_named("storage", name, settings, asynchronous=True))


def providers(service: Service | None = None) -> list[str]:
    """The names of the providers, sorted.

    Args:
        service: ``"compute"`` or ``"storage"``; None for both.

    Raises:
        ConfigurationError: There is no such service.
    """
    return sorted({info.name for info in provider_infos(service)})


def provider_infos(service: Service | None = None) -> list[ProviderInfo]:
    """What is known of every provider, by service and name. Other packages' entry points are loaded.

    Raises:
        ConfigurationError: There is no such service.
    """
    if service is not None and service not in get_args(Service):
        raise ConfigurationError(f"there is no service {service!r}; there are {', '.join(get_args(Service))}")
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
        service: ``"compute"`` or ``"storage"``.
        provider: A provider's name.
        profile: The name of a profile of the config file.
        settings: As for ``compute``.
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
    ways: object = getattr(cls, "ways_in", None)
    if not isinstance(ways, WaysIn):
        ways = CONVENTIONAL
    ways.check(given)
    if found is not None:
        kept = ways.kept(found.settings, given)
        _check_settings(cls, kept, f"the profile {found.name!r} in {found.path}")
        ways.check(kept, where=f"the profile {found.name!r} in {found.path}: ")
        given = {**{key: found.resolve(key) for key in kept if key not in given}, **given}
    _check_settings(cls, given, provider, complete=True)
    return cls(**given)


def _open_named(service: Service, name: str, settings: Mapping[str, object], *, asynchronous: bool = False) -> object:
    """The client of a provider, or else of a profile, of this name."""
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


def _check_settings(cls: type[object], settings: Mapping[str, object], where: str, *, complete: bool = False) -> None:
    """Settings that the class does not take are an error that names those that it does."""
    import inspect

    from cumuli.calls.options import ClientOptions

    signature = inspect.signature(cls)
    known: set[str] = set()
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            known.update(ClientOptions.__annotations__)
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            known.add(name)
    unknown = sorted(set(settings) - known)
    if unknown:
        public = sorted(name for name in known if not name.startswith("_"))
        raise ConfigurationError(
            f"{where}: no such setting: {', '.join(unknown)}. {cls.__name__} takes: {', '.join(public)}"
        )
    if complete:
        try:
            signature.bind(**settings)
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
