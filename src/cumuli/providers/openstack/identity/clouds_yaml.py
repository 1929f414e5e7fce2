"""``clouds.yaml``, ``clouds-public.yaml``, ``secure.yaml`` and ``OS_*``, read as the OpenStack tools read them.

The first file of each kind that exists counts, in this order: the current folder, the user's
configuration folder (``~/.config/openstack``), the system's (``/etc/xdg/openstack``,
``/etc/openstack``); ``OS_CLIENT_CONFIG_FILE`` and ``OS_CLIENT_SECURE_FILE`` come before all of
them. ``secure.yaml`` is laid over ``clouds.yaml`` entry by entry, and a cloud's own settings over
those of the ``profile`` that it names in ``clouds-public.yaml``. ``OS_*`` variables are a cloud of
their own, named ``envvars`` (or as ``OS_CLOUD_NAME`` says), used when no other one is chosen.

Two things are otherwise. Where the tools skip a file with an error in it, this module raises: a cloud
that is silently not there costs more time than a message with a line number. And ``verify`` may be
the text ``true`` or ``false``, which the tools take for the path of a CA bundle.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import msgspec

from cumuli.errors import ConfigurationError
from cumuli.extras import how_to_install
from cumuli.providers.openstack.identity.auth_types import AUTH_TYPES, instead_of
from cumuli.providers.openstack.identity.keystone import KeystoneCredentials
from cumuli.providers.openstack.identity.vendors import VENDORS, unknown_vendor
from cumuli.secret import Secret

__all__ = ["CloudSettings", "load_cloud"]

log = logging.getLogger("cumuli.config")

Settings = dict[str, object]

SUFFIXES = (".yaml", ".yml", ".json")
# Variables that choose or modify, and so do not make a cloud by themselves.
SELECTORS = frozenset({"OS_CLOUD", "OS_REGION_NAME", "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE", "OS_CLOUD_NAME"})
NOT_SETTINGS = ("OS_TEST", "OS_STD", "OS_LOG")
# Where each setting of ``auth`` may also stand, the later spelling winning.
MOVED_TO_AUTH: Mapping[str, tuple[str, ...]] = {
    "domain_id": ("domain_id",),
    "domain_name": ("domain_name",),
    "user_domain_id": ("user_domain_id",),
    "user_domain_name": ("user_domain_name",),
    "project_domain_id": ("project_domain_id",),
    "project_domain_name": ("project_domain_name",),
    "token": ("auth_token", "token"),
    "project_id": ("tenant_id", "project_id"),
    "project_name": ("tenant_name", "project_name"),
}
PLUGIN_SETTINGS = (
    "auth_url", "username", "user_id", "password", "api_key", "application_credential_id",
    "application_credential_name", "application_credential_secret", "system_scope", "endpoint",
    "default_domain_id", "default_domain_name",
)  # fmt: skip
# Older and other names of a service whose address can be overridden, the first one that is given winning.
OVERRIDDEN: Mapping[str, tuple[str, ...]] = {
    "block-storage": ("block_storage", "volumev3", "volumev2", "volume", "block_store"),
}


ANOTHER_WAY = "get a token by the OpenStack tools (openstack token issue), and give that: auth_type token"
# Settings that would change who one is, or how calls go, and are not taken over: refused rather than passed over.
REFUSED: Mapping[str, str] = {
    "trust_id": ANOTHER_WAY,
    "passcode": ANOTHER_WAY,
    "auth_methods": ANOTHER_WAY,
    "tls_ciphers": "set it in this machine's OpenSSL configuration",
    "tls_min_version": "set it in this machine's OpenSSL configuration",
}
# The major versions of each service's API that are spoken here.
SPOKEN: Mapping[str, tuple[str, ...]] = {
    "compute": ("2",), "identity": ("2", "3"), "image": ("2",), "network": ("2",), "volume": ("2", "3"),
    "block_storage": ("2", "3"), "object_store": ("1",),
}  # fmt: skip


class CloudSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the files and the environment say of one cloud.

    Attributes:
        name: Its name in ``clouds.yaml``.
        title: How errors call it: ``"the cloud 'devstack'"``.
        credentials: How to get a token.
        region: The region, or None.
        interface: ``"public"``, ``"internal"`` or ``"admin"``.
        endpoints: Addresses that replace the catalog's, by service type.
        service_names: Names in the catalog of the services to use, by service type.
        verify: True, False, or the path of a CA bundle.
        cert: Client certificate: a path, or (certificate, key); None for none.
        timeout: Seconds for a call, or None.
    """

    name: str
    title: str = ""
    credentials: KeystoneCredentials
    region: str | None = None
    interface: str = "public"
    endpoints: dict[str, str] = {}
    service_names: dict[str, str] = {}
    verify: bool | str = True
    cert: str | tuple[str, str] | None = None
    timeout: float | None = None


def load_cloud(
    cloud: str | None = None, *, region: str | None = None, environ: Mapping[str, str] | None = None
) -> CloudSettings:
    """The settings of a cloud.

    Args:
        cloud: Its name; None for ``OS_CLOUD``, else the ``OS_*`` variables, else the only cloud of
            ``clouds.yaml``.
        region: One of its regions; None for the first.
        environ: The environment; None for the process's own.

    Raises:
        ConfigurationError: There is no such cloud or region, several and none is chosen, or a file
            cannot be read or has an error (the message gives the line).
    """
    env = os.environ if environ is None else environ
    files = _Files(env)
    name, clouds = _choose(cloud, files, env)
    title = f"the cloud {name!r}" if name in files.clouds else "the cloud of the OS_* variables"
    own = clouds[name]
    merged: Settings = {}
    profile = own.get("profile", own.get("cloud"))
    known = _profile(title, profile, files) if isinstance(profile, str) and profile else None
    if known is not None:
        _lay_over(merged, known)
    _lay_over(merged, own)
    if not isinstance(merged.setdefault("auth", {}), dict):
        raise ConfigurationError(f"auth of {title} in {files.clouds_file} is not a mapping")
    # A cloud's own regions, in either form, replace its profile's.
    chosen, values = _region(title, own if own.keys() & {"regions", "region_name", "region-name"} else merged, region)
    _lay_over(merged, values)
    merged = _normal(merged)
    if chosen:
        merged["region_name"] = chosen
    auth = _auth(merged)
    if profile and known is None:
        if not auth.get("auth_url"):
            raise ConfigurationError(f"{title} names the profile {profile!r}, {unknown_vendor(str(profile))}")
        log.warning("%s names the profile %r, which is not known here; going on without it", title, profile)
    return _settings(name, title, merged, auth)


def _profile(title: str, name: str, files: _Files) -> Settings | None:
    """What a profile says: that of ``clouds-public.yaml``, else that of a cloud that is known here, else None."""
    found = files.profile(name)
    if found is not None:
        return found
    vendor = VENDORS.get(name)
    if vendor is None or vendor.told_at:
        return None
    if vendor.closed:
        raise ConfigurationError(f"{title} names the profile {name!r}, and {vendor.closed}; take another cloud")
    return vendor.as_entry()


def _choose(cloud: str | None, files: _Files, env: Mapping[str, str]) -> tuple[str, dict[str, Settings]]:
    """The name of the cloud that is meant, and all clouds there are."""
    clouds = dict(files.clouds)
    of_environment = env.get("OS_CLOUD_NAME", "envvars")
    if of_environment in clouds:
        raise ConfigurationError(
            f"{files.clouds_file} has a cloud named {of_environment!r}, which is the name of the cloud of the OS_* "
            f"variables; rename it, or set OS_CLOUD_NAME to another name"
        )
    default = cloud or env.get("OS_CLOUD")
    variables = {key for key in env if key.startswith("OS_") and not key.startswith(NOT_SETTINGS)}
    if variables - SELECTORS:
        clouds[of_environment] = {key.removeprefix("OS_").lower(): env[key] for key in variables}
        default = default or of_environment
    if not default and len(clouds) == 1:
        default = next(iter(clouds))
    if files.found:
        there = f"{files.clouds_file} has {', '.join(sorted(files.clouds)) or 'no clouds'}"
    else:
        there = f"there is no clouds.yaml (looked in {files.looked})"
    if not default:
        raise ConfigurationError(
            f"which cloud? {there}; give cloud= (OS_CLOUD), or auth_url, username, password and project_name "
            "(OS_AUTH_URL, OS_USERNAME, OS_PASSWORD and OS_PROJECT_NAME)"
        )
    if default not in clouds:
        raise ConfigurationError(f"there is no cloud {default!r}: {there}")
    return default, clouds


class _Files:
    """The configuration files, each read when it is needed."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._folders = _folders(env)
        named = env.get("OS_CLIENT_CONFIG_FILE")
        self.looked = ", ".join(map(str, [*([named] if named else []), *self._folders]))
        path, document = self._first("clouds", named)
        secure_path, secure = self._first("secure", env.get("OS_CLIENT_SECURE_FILE"))
        self.found = path is not None or secure_path is not None
        self.clouds_file = str(path or secure_path or "clouds.yaml")
        clouds = _merged(document, secure).get("clouds")
        self.clouds: dict[str, Settings] = {}
        for name, entry in _mapping(clouds, f"clouds in {self.clouds_file}").items():
            self.clouds[name] = _mapping(entry, f"the cloud {name!r} in {self.clouds_file}")

    def profile(self, name: str) -> Settings | None:
        """A profile of ``clouds-public.yaml``, or None."""
        path, document = self._first("clouds-public", None)
        profiles = _mapping(document.get("public-clouds"), f"public-clouds in {path}")
        if name not in profiles:
            return None
        return _mapping(profiles[name], f"the profile {name!r} in {path}")

    def _first(self, stem: str, override: str | None) -> tuple[Path | None, Settings]:
        candidates = [Path(override)] if override else []
        candidates += [folder / (stem + suffix) for folder in self._folders for suffix in SUFFIXES]
        for path in candidates:
            try:
                data = path.read_bytes()
            except PermissionError:
                continue  # the tools go on to the next one, too
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
            return path, _parsed(path, data)
        return None, {}


def _folders(env: Mapping[str, str]) -> list[Path]:
    """Where the OpenStack tools look, in their order."""
    # Where no home is known, or the working folder was removed, there is nothing to look into.
    home = Path(env["HOME"]) if env.get("HOME") else _place(Path.home)
    real = Path(env["SNAP_REAL_HOME"]) if env.get("SNAP_REAL_HOME") else home
    own = real and real / ".config" / "openstack"
    if sys.platform == "darwin":
        native = home and home / "Library" / "Application Support" / "openstack"
        site = [Path("/Library/Application Support/openstack")]
    else:
        settings = Path(env["XDG_CONFIG_HOME"]) if env.get("XDG_CONFIG_HOME") else home and home / ".config"
        native = settings and settings / "openstack"
        shared = env.get("XDG_CONFIG_DIRS") or "/etc/xdg"
        site = [Path(folder) / "openstack" for folder in shared.split(os.pathsep) if folder]
    places = [_place(Path.cwd), native, own, *site, Path("/etc/openstack")]
    return list(dict.fromkeys(place for place in places if place is not None))


def _place(look: Callable[[], Path]) -> Path | None:
    """A place of the system's, if there is one."""
    try:
        return look()
    except (OSError, RuntimeError):
        return None


def _parsed(path: Path, data: bytes) -> Settings:
    if path.suffix == ".json":
        import json

        try:
            document: object = json.loads(data)
        except json.JSONDecodeError as error:
            raise ConfigurationError(f"{path}, line {error.lineno}: {error.msg}") from None
        except (ValueError, RecursionError) as error:
            raise ConfigurationError(f"{path} is no JSON: {type(error).__name__}") from None
        return _mapping(document, str(path))
    try:
        import yaml
    except ImportError:
        raise ConfigurationError(f"reading {path} needs PyYAML: {how_to_install('openstack')}") from None
    try:
        document = yaml.safe_load(data)
    except yaml.MarkedYAMLError as error:
        # The error's own text quotes the file, which may hold a password: only the place is told.
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        # What is quoted is of the file as well: an alias is a password that begins with an asterisk.
        problem = re.sub(r"(['\"]).{3,}\1", "…", error.problem or "not YAML")
        raise ConfigurationError(f"{path}, line {line}: {problem}; correct the file") from None
    except (yaml.reader.ReaderError, UnicodeError):
        raise ConfigurationError(
            f"{path} is no YAML: it is no text in UTF-8, or has control characters; correct the file"
        ) from None
    except Exception as error:  # noqa: BLE001 - wrong tags (!!int "", !!bool x) raise KeyError, IndexError and others
        raise ConfigurationError(f"{path} is no YAML: {type(error).__name__}; correct the file") from None
    return _mapping(document, str(path))


def _mapping(value: object, what: str) -> Settings:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ConfigurationError(f"{what} is not a mapping of names to settings")
    return {str(key): item for key, item in cast("dict[object, object]", value).items()}


# How settings are combined


def _merged(old: Settings, new: Settings) -> Settings:
    """``new`` laid over ``old``, mappings within mappings too."""
    result = dict(old)
    for key, value in new.items():
        below = result.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            result[key] = _merged(cast("Settings", below), cast("Settings", value))
        else:
            result[key] = value
    return result


def _lay_over(settings: Settings, new: Settings) -> None:
    """As ``_merged`` for ``auth`` only: every other mapping is replaced whole, as the tools do it."""
    for key, value in new.items():
        below = settings.get(key)
        if key == "auth" and isinstance(value, dict) and isinstance(below, dict):
            settings[key] = {**cast("Settings", below), **cast("Settings", value)}
        elif value is not None:
            settings[key] = value


def _normal(settings: Settings) -> Settings:
    """Names with underscores, numbers as text."""
    result: Settings = {}
    for key, value in settings.items():
        name = str(key).replace("-", "_")
        if isinstance(value, dict):
            result[name] = _normal(cast("Settings", value))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            result[name] = str(value)
        else:
            result[name] = value
    return result


def _region(title: str, settings: Settings, wanted: str | None) -> tuple[str | None, Settings]:
    """The region, and the settings that are its own."""
    regions: dict[str, Settings] = {}
    listed = settings.get("regions")
    single = settings.get("region_name", settings.get("region-name"))
    if isinstance(listed, list):
        for entry in cast("list[object]", listed):
            if isinstance(entry, dict):
                described = _mapping(cast("object", entry), f"a region of {title}")
                regions[str(described.get("name", ""))] = _mapping(described.get("values"), "values of a region")
            else:
                regions[str(entry)] = {}
    elif isinstance(single, list):
        regions = {str(entry): {} for entry in cast("list[object]", single)}
    elif single:
        regions = {part: {} for part in str(single).split(",")}
    if not regions:
        return wanted, {}
    if wanted is None:
        wanted = next(iter(regions))
    if wanted not in regions:
        raise ConfigurationError(f"{title} has no region {wanted!r}; its regions are {', '.join(sorted(regions))}")
    return wanted, regions[wanted]


def _auth(settings: Settings) -> dict[str, str]:
    """Everything that has to do with getting a token, wherever it stands."""
    given = cast("Settings", settings["auth"])
    auth = {key: str(value) for key, value in given.items() if value is not None and value != ""}
    for target, spellings in MOVED_TO_AUTH.items():
        found = None
        for spelling in spellings:
            found = auth.pop(spelling, found)
            # What stands outside of auth may come from the environment, and wins.
            found = _text(settings.get(spelling)) or found
        if found:
            auth[target] = found
    for key in PLUGIN_SETTINGS:
        outside = _text(settings.get(key))
        if key not in auth and outside:
            auth[key] = outside
    _spread_domains(auth)
    if "auth_url" in auth:
        auth["auth_url"] = _filled(auth["auth_url"], settings)
    return auth


def _spread_domains(auth: dict[str, str]) -> None:
    """One domain for user and project, if it is given once; the default one for what is missing."""
    owners = ("user_domain", "project_domain")
    for kind in ("id", "name"):
        if auth.get("project_id") or auth.get("project_name"):
            both = auth.pop(f"domain_{kind}", None)
            for owner in owners if both else ():
                auth.setdefault(f"{owner}_{kind}", both or "")
    for kind in ("id", "name"):
        default = auth.get(f"default_domain_{kind}")
        for owner in owners if default else ():
            if not auth.get(f"{owner}_id") and not auth.get(f"{owner}_name"):
                auth[f"{owner}_{kind}"] = default or ""


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _filled(text: str, settings: Settings) -> str:
    """``{region_name}`` and the like replaced by the setting of that name."""
    return re.sub(r"\{(\w+)\}", lambda match: str(settings.get(match[1], match[0])), text)


def _settings(name: str, title: str, settings: Settings, auth: dict[str, str]) -> CloudSettings:
    kind = str(settings.get("auth_type") or settings.get("auth_plugin") or "password")
    if kind not in AUTH_TYPES:
        raise ConfigurationError(f"{title} has auth_type {kind!r}, {instead_of(kind)}")
    _check_settings(title, settings, auth)
    return CloudSettings(
        name=name,
        title=title,
        credentials=_credentials(kind, auth),
        region=str(settings["region_name"]) if settings.get("region_name") else None,
        interface=_interface(settings),
        endpoints=_endpoints(kind, settings, auth),
        service_names=_service_names(settings),
        verify=_verify(settings),
        cert=_cert(settings),
        timeout=_timeout(title, settings),
    )


def _check_settings(title: str, settings: Settings, auth: dict[str, str]) -> None:
    """Do nothing if every setting that is known is one that is followed here."""
    for name, instead in REFUSED.items():
        if settings.get(name) or auth.get(name):
            raise ConfigurationError(f"{title} has {name}, which cumuli does not follow; {instead}")
    for service, spoken in SPOKEN.items():
        given = _text(settings.get(f"{service}_api_version"))
        if given and given.lower().removeprefix("v").partition(".")[0] not in spoken:
            raise ConfigurationError(
                f"{title} has {service}_api_version {given!r}, and cumuli speaks {' and '.join(spoken)}; "
                "leave the setting out, or correct it"
            )


def _credentials(kind: str, auth: dict[str, str]) -> KeystoneCredentials:
    def secret(key: str, *, wanted: bool) -> Secret | None:
        return Secret(auth[key]) if wanted and auth.get(key) else None

    by_credential = kind == "v3applicationcredential" or (
        kind == "password" and bool(auth.get("application_credential_secret")) and not auth.get("password")
    )
    by_token = kind in {"token", "v2token", "v3token", "admin_token", "token_endpoint"} or (
        kind == "password" and not auth.get("password") and not by_credential
    )
    return KeystoneCredentials(
        auth_url=None if kind in {"admin_token", "token_endpoint"} else auth.get("auth_url"),
        username=auth.get("username"),
        user_id=auth.get("user_id"),
        user_domain_id=auth.get("user_domain_id"),
        user_domain_name=auth.get("user_domain_name"),
        password=secret("password", wanted=not by_credential and not by_token),
        api_key=secret("api_key", wanted=True),
        application_credential_id=auth.get("application_credential_id") if by_credential else None,
        application_credential_name=auth.get("application_credential_name") if by_credential else None,
        application_credential_secret=secret("application_credential_secret", wanted=by_credential),
        token=secret("token", wanted=by_token),
        project_id=auth.get("project_id"),
        project_name=auth.get("project_name"),
        project_domain_id=auth.get("project_domain_id"),
        project_domain_name=auth.get("project_domain_name"),
        domain_id=auth.get("domain_id"),
        domain_name=auth.get("domain_name"),
        system_scope=auth.get("system_scope"),
    )


def _interface(settings: Settings) -> str:
    # The older word wins, as the newer one always has a value with the tools.
    interface = settings.get("endpoint_type") or settings.get("interface") or "public"
    if isinstance(interface, list):
        names = cast("list[object]", interface)
        interface = names[0] if names else "public"
    return str(interface)


def _endpoints(kind: str, settings: Settings, auth: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for suffix in ("_endpoint_override", "_endpoint"):
        given: dict[str, str] = {}
        for key, value in settings.items():
            service = key.removesuffix(suffix)
            if service != key and service and isinstance(value, str) and value:
                given[service] = _filled(value, settings)
        for service_type, names in OVERRIDDEN.items():
            addresses = [given.pop(name) for name in names if name in given]
            given |= {service_type: addresses[0]} if addresses else {}
        for service, address in given.items():
            found.setdefault(service.replace("_", "-"), address)
    if kind in {"admin_token", "token_endpoint"} and auth.get("endpoint"):
        found.setdefault("compute", auth["endpoint"])
    return found


def _service_names(settings: Settings) -> dict[str, str]:
    found = {
        key.removesuffix("_service_name"): value
        for key, value in settings.items()
        if key.endswith("_service_name") and isinstance(value, str) and value
    }
    for service_type, names in OVERRIDDEN.items():
        given = [found.pop(name) for name in names if name in found]
        found |= {service_type: given[0]} if given else {}
    return {service.replace("_", "-"): name for service, name in found.items()}


def _verify(settings: Settings) -> bool | str:
    insecure, verify = settings.get("insecure", False), settings.get("verify", True)
    if insecure is True or str(insecure).lower() == "true" or not verify or str(verify).lower() == "false":
        return False
    # Any other text is the path of a bundle, and so is a bundle beside it.
    bundle = settings.get("cacert") or (None if verify is True or str(verify).lower() == "true" else verify)
    return _expanded("cacert" if settings.get("cacert") else "verify", bundle) if bundle else True


def _expanded(setting: str, path: object) -> str:
    try:
        return str(Path(str(path)).expanduser())
    except RuntimeError:
        raise ConfigurationError(f"{setting} is {path!r}, in a home directory that is not known; set HOME") from None


def _cert(settings: Settings) -> str | tuple[str, str] | None:
    if not settings.get("cert"):
        return None
    certificate = _expanded("cert", settings["cert"])
    if not settings.get("key"):
        return certificate
    return certificate, _expanded("key", settings["key"])


def _timeout(title: str, settings: Settings) -> float | None:
    # A timeout of one service ("nova_timeout") is taken for all, for there is one only.
    others = [key for key in settings if key.endswith("timeout") and key not in {"timeout", "api_timeout"}]
    given = _text(settings.get(others[-1] if others else "api_timeout"))
    if not given:
        return None
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise ConfigurationError(f"api_timeout of {title} is {given!r}; it is a number of seconds")
    return seconds
