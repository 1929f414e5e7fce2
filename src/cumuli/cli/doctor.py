"""``cumuli doctor``: what on this machine keeps calls from working, or changes what they do."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from importlib import metadata
from pathlib import Path
from typing import Literal, cast

import msgspec

from cumuli import config, registry
from cumuli.cli.failures import AlreadyReported
from cumuli.cli.output import Column, clean, listed
from cumuli.cli.session import cloud, options, output
from cumuli.cli.suggestions import did_you_mean
from cumuli.compute.client import Compute
from cumuli.errors import CloudError, ConfigurationError
from cumuli.extras import how_to_install
from cumuli.runtime.http.proxies import Proxies
from cumuli.runtime.http.tls import openssl_version, system_authorities
from cumuli.storage.client import Storage
from cumuli.version import __version__

__all__ = ["doctor"]

State = Literal["ok", "note", "wrong"]

EXTRAS = (
    ("botocore", "aws", "credentials by SSO, roles and processes"),
    ("awscrt", "checksums", "CRC32C and CRC64NVME of S3"),
    ("pyyaml", "openstack", "clouds.yaml"),
    ("python-socks", "socks", "SOCKS proxies"),
)
OURS = frozenset({"CUMULI_CERTIFY_HOME", "CUMULI_CONFIG", "CUMULI_PROFILE", "CUMULI_SANDBOX_HOME"})
# Of the variables of others' tools, by how they begin, which page says what becomes of each.
THEIRS = (("AWS_", "docs/providers/aws-settings.md"), ("OS_", "docs/providers/openstack-settings.md"), ("ST_", "Swift"))
CA_VARIABLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
# Seconds that a clock may be wrong before signatures are refused somewhere.
TOLERANCE = 60


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at.

    Attributes:
        what: Which.
        state: ``"ok"``, ``"note"`` for what is worth knowing, ``"wrong"`` for what has to be changed.
        detail: What was seen, and what to do.
    """

    what: str
    state: State
    detail: str


COLUMNS: list[Column[Finding]] = [
    ("WHAT", lambda finding: finding.what),
    ("STATE", lambda finding: finding.state),
    ("DETAIL", lambda finding: finding.detail),
]


def doctor() -> None:
    """Look for what may be wrong: versions, settings, certificates, the clock, proxies. Changes nothing."""
    findings = [*_versions(), *_settings(), *_variables(), *_certificates(), *_proxies(), *_provider()]
    if output().for_programs:
        output().items(findings, COLUMNS, none="")
    else:
        width = max(len(finding.what) for finding in findings)
        for finding in findings:
            # Details are for reading, and wrap.
            output().raw(f"{finding.state:5}  {finding.what:{width}}  {clean(finding.detail)}\n")
    if any(finding.state == "wrong" for finding in findings):
        raise AlreadyReported(2)


def _versions() -> Iterator[Finding]:
    yield _ok("cumuli", f"{__version__}, {_place(Path(__file__).parent.parent)}")
    yield _ok("python", f"{platform.python_version()}, {platform.system()} {platform.machine()}, {openssl_version()}")
    for package, extra, what in EXTRAS:
        try:
            yield _ok(package, metadata.version(package))
        except metadata.PackageNotFoundError:
            yield Finding(what=package, state="note", detail=f"not there; for {what}: {how_to_install(extra)}")


def _settings() -> Iterator[Finding]:
    path = config.config_path()
    try:
        profiles = config.load_profiles()
        default = config.default_profile()
    except ConfigurationError as error:
        yield _wrong("config file", error.message)
        return
    there = f"{path}: profiles {listed(profiles)}" if profiles else f"{path}: no profiles"
    yield _ok("config file", there if path.exists() else f"{path} is not there; `cumuli profiles add` makes it")
    known = registry.providers()
    for profile in profiles.values():
        if profile.provider not in known:
            hint = did_you_mean(profile.provider, known)
            yield _wrong(f"profile {profile.name}", f"its provider {profile.provider!r} is not known{hint}")
    if default is None:
        yield _ok("default profile", "none")
    elif default[0] in profiles:
        yield _ok("default profile", f"{default[0]}, by {default[1]}")
    else:
        hint = did_you_mean(default[0], profiles)
        yield _wrong("default profile", f"{default[1]} says {default[0]!r}, which is no profile{hint}")


def _variables() -> Iterator[Finding]:
    for name in sorted(os.environ):
        if name.startswith("CUMULI_") and name not in OURS:
            yield _wrong(name, f"means nothing{did_you_mean(name, OURS)}; there are {listed(sorted(OURS))}")
    for prefix, page in THEIRS:
        names = [name for name in sorted(os.environ) if name.startswith(prefix)]
        if names:
            # Their values may be secrets.
            yield Finding(what=f"{prefix}*", state="note", detail=f"set: {listed(names)}; see {page}")
    yield from _aws_settings()


def _aws_settings() -> Iterator[Finding]:
    """Whether something in AWS's own settings is refused."""
    from cumuli.providers.aws.identity.chain import profile_settings
    from cumuli.providers.aws.identity.settings import find_call_settings

    for service in ("ec2", "s3"):
        try:
            find_call_settings(service, profile_settings(None))
        except CloudError as error:
            yield _wrong(f"AWS's settings ({service})", error.message)


def _certificates() -> Iterator[Finding]:
    for name in CA_VARIABLES:
        value = os.environ.get(name)
        if value and not Path(value).exists():
            yield _wrong(name, f"names {value}, which is not there; every TLS connection that it is for fails")
        elif value:
            yield Finding(what=name, state="note", detail=f"certificates are checked against {value}")
    trusting, where = system_authorities()
    if trusting:
        yield _ok("certificates", f"this system's authorities, from {where}")
    else:
        yield _wrong("certificates", f"no authorities in {where}; install ca-certificates, or give --ca-bundle FILE")


def _proxies() -> Iterator[Finding]:
    named = [name for name in PROXY_VARIABLES if os.environ.get(name) or os.environ.get(name.upper())]
    if not named:
        yield _ok("proxy", "none")
        return
    proxies = Proxies(None, os.environ)
    for scheme in ("https", "http"):
        try:
            proxy = proxies.choose(scheme, "provider.example", 443)
        except ConfigurationError as error:
            yield _wrong(f"proxy for {scheme}", error.message)
        else:
            told = "none" if proxy is None else repr(proxy)
            exceptions = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
            yield _ok(f"proxy for {scheme}", f"{told}, but not for {exceptions}" if exceptions else told)


def _provider() -> Iterator[Finding]:
    try:
        meant = cloud()
    except ConfigurationError:
        # Told above.
        return
    if not meant.name:
        yield Finding(what="clock", state="note", detail="not compared; name a provider: cumuli doctor --profile NAME")
        return
    from cumuli.cli.clock_runtime import ClockRuntime

    ClockRuntime.seen.clear()
    given = options()
    provider = meant.provider or config.get_profile(str(meant.profile)).provider
    for info in registry.provider_infos():
        if info.name != provider:
            continue
        settings = {**given.settings(), "_runtime": ClockRuntime}
        try:
            found = registry.open_client(
                info.service, provider=meant.provider, profile=meant.profile, settings=settings
            )
            with cast("Compute | Storage", found) as client:
                if isinstance(client, Storage):
                    next(client.iterate_containers(), None)
                else:
                    client.list_key_pairs()
        except CloudError as error:
            yield Finding(what=f"{meant.name} ({info.service})", state="wrong", detail=error.message)
        else:
            yield _ok(f"{meant.name} ({info.service})", "answers")
    for origin, date, now in ClockRuntime.seen[:1]:
        try:
            wrong = now - parsedate_to_datetime(date).timestamp()
        except ValueError:
            continue
        if abs(wrong) <= TOLERANCE:
            yield _ok("clock", f"agrees with {origin}")
        else:
            direction = "ahead of" if wrong > 0 else "behind"
            yield _wrong("clock", f"{abs(wrong):.0f} seconds {direction} {origin}; signatures and tokens go by it")


def _ok(what: str, detail: str) -> Finding:
    return Finding(what=what, state="ok", detail=detail)


def _wrong(what: str, detail: str) -> Finding:
    return Finding(what=what, state="wrong", detail=detail)


def _place(path: Path) -> str:
    home = str(Path.home())
    text = str(path)
    return f"~{text.removeprefix(home)}" if text.startswith(f"{home}/") else text
