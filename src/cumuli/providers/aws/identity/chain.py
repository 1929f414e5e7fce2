"""The search for AWS credentials and settings: environment, shared files, then botocore.

Every function here blocks; clients call them through ``Runtime.offload``. Sockets are opened by
botocore alone (single sign-on, roles, containers, the instance's metadata), which does so only if
it is installed.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cumuli.errors import ConfigurationError
from cumuli.extras import how_to_install
from cumuli.providers.aws.identity.credentials import AWSCredentials, as_secret, checked_access_key
from cumuli.providers.aws.identity.files import SharedFiles, read_shared_files, shared_paths
from cumuli.providers.aws.identity.settings import is_true

if TYPE_CHECKING:
    from cumuli.providers.aws.identity.botocore import Surroundings

__all__ = ["credentials_stamp", "find_credentials", "find_place", "profile_settings"]

# A profile with one of these gets its credentials from a service or a program: botocore's part.
# Roles, tokens and sign-on come before keys in the files, as in botocore; programs after ``credentials``.
BEFORE_KEYS = ("role_arn", "web_identity_token_file", "sso_session", "sso_start_url", "sso_account_id")
AFTER_KEYS = ("credential_process", "login_session")
CONTAINER = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")


def active_profile(profile: str | None, environ: Mapping[str, str]) -> str:
    """The profile of the shared files that is meant: given, from the environment, or ``default``."""
    return profile or environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE") or "default"


def find_place(
    service: str,
    region: str | None = None,
    endpoint: str | None = None,
    profile: str | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    default_region: str | None = None,
) -> tuple[str, str | None]:
    """The region, and the URL of a custom endpoint or None, from the first place that names them.

    Args:
        service: ``"ec2"`` or ``"s3"``, for ``AWS_ENDPOINT_URL_EC2`` and ``AWS_ENDPOINT_URL_S3``.
        region: Given outright, or None.
        endpoint: Likewise.
        profile: A profile of the shared files, or None for the active one.
        environ: The environment; default that of the process.
        default_region: The region where nothing names one; None makes that an error.

    Raises:
        ConfigurationError: No region is set; a file is broken; the profile does not exist.
    """
    environ = os.environ if environ is None else environ
    ignore = is_true(environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
    region = region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    if endpoint is None and not ignore:
        endpoint = environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or None
    if region and (endpoint or ignore):
        return region, endpoint
    files = read_shared_files(environ)
    settings = _settings(files, profile, environ)
    region = region or settings.get("region") or default_region
    if not region:
        raise ConfigurationError(
            "no AWS region is set; pass region= (--region on the command line), set AWS_REGION or AWS_DEFAULT_REGION, "
            f"or add region to the profile {active_profile(profile, environ)!r} of AWS's config file "
            f"({environ.get('AWS_CONFIG_FILE') or '~/.aws/config'})"
        )
    ignore = ignore or is_true(settings.get("ignore_configured_endpoint_urls"), "ignore_configured_endpoint_urls")
    if endpoint is None and not ignore:
        endpoint = (
            _of_services(service, settings, files)
            or environ.get("AWS_ENDPOINT_URL")
            or settings.get("endpoint_url")
            or None
        )
    return region, endpoint


def profile_settings(profile: str | None) -> dict[str, str]:
    """What the shared files say of the active profile, with what stands below a setting (``s3.addressing_style``).

    Empty if they do not have it. Blocks.
    """
    files, name = read_shared_files(os.environ), active_profile(profile, os.environ)
    return {**files.profile(name), **files.nested.get(name, {})}


def _of_services(service: str, settings: Mapping[str, str], files: SharedFiles) -> str | None:
    """The endpoint that the ``services`` section of a profile has for a service."""
    name = settings.get("services")
    if not name:
        return None
    if name not in files.services:
        raise ConfigurationError(f"{files.config_path} has no section [services {name}], which a profile names; add it")
    return files.services[name].get(f"{service}.endpoint_url")


def credentials_stamp() -> object:
    """What changes when a file that credentials are in is written anew. Blocks."""
    paths = [*shared_paths(os.environ), os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE")]
    stamps: list[object] = []
    for path in paths:
        try:
            found = Path(path).stat() if path else None
        except (OSError, ValueError):
            found = None
        stamps.append((found.st_mtime_ns, found.st_size, found.st_ino) if found else None)
    return stamps


def find_credentials(
    profile: str | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    around: Surroundings | None = None,
    cached: bool = True,
    advice: str = "",
) -> AWSCredentials:
    """The first credentials that the chain finds.

    Args:
        profile: A profile of the shared files; given outright, it goes before the environment's keys.
        environ: The environment; default that of the process.
        around: Settings of the client that hold for services that give credentials, too.
        cached: Whether credentials that were kept for later may be used; not those that were refused.
        advice: What else to do without credentials, behind what the error says.

    Raises:
        ConfigurationError: None were found, or some are unusable; the message says what to do.
        AuthenticationError: A service that botocore asked for credentials refused.
    """
    environ = os.environ if environ is None else environ
    found = None if profile else _from_environment(environ)
    if found is not None:
        return found
    files = read_shared_files(environ)
    name = active_profile(profile, environ)
    settings = _settings(files, profile, environ)
    where = f"the profile {name!r} ({files.config_path})"
    before = [key for key in BEFORE_KEYS if settings.get(key)]
    if not profile and environ.get("AWS_WEB_IDENTITY_TOKEN_FILE") and environ.get("AWS_ROLE_ARN"):
        before.append("AWS_WEB_IDENTITY_TOKEN_FILE")
    if before:
        return _from_botocore(profile, f"{before[0]} (profile {name!r})", where, around, cached=cached)
    found = _from_keys(files.credentials.get(name, {}), f"{files.credentials_path} [{name}]")
    if found is not None:
        return found
    after = [key for key in AFTER_KEYS if settings.get(key)]
    if after:
        return _from_botocore(profile, f"{after[0]} (profile {name!r})", where, around, cached=cached)
    found = _from_keys(files.config.get(name, {}), f"{files.config_path} [{name}]")
    if found is not None:
        return found
    return _from_services(profile, environ, files, name, around, advice)


def _settings(files: SharedFiles, profile: str | None, environ: Mapping[str, str]) -> dict[str, str]:
    name = active_profile(profile, environ)
    if name != "default" and name not in files.names():
        known = ", ".join(files.names()) or "none"
        raise ConfigurationError(
            f"the AWS profile {name!r} is neither in {files.config_path} nor in {files.credentials_path} "
            f"(profiles there: {known}); correct AWS_PROFILE, or add it"
        )
    return files.profile(name)


def _from_environment(environ: Mapping[str, str]) -> AWSCredentials | None:
    key, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    if not key and not secret:
        return None
    if not key or not secret:
        missing = "AWS_SECRET_ACCESS_KEY" if key else "AWS_ACCESS_KEY_ID"
        raise ConfigurationError(f"{missing} is not set, though its counterpart is; set both or neither")
    token = environ.get("AWS_SESSION_TOKEN") or environ.get("AWS_SECURITY_TOKEN")
    return AWSCredentials(
        access_key=checked_access_key(key, "AWS_ACCESS_KEY_ID"),
        secret=as_secret(secret),
        token=as_secret(token) if token else None,
        expires_at=_expiry(environ.get("AWS_CREDENTIAL_EXPIRATION")),
        source="the environment",
    )


def _expiry(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError("AWS_CREDENTIAL_EXPIRATION is not an ISO 8601 time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _from_keys(settings: Mapping[str, str], where: str) -> AWSCredentials | None:
    key, secret = settings.get("aws_access_key_id"), settings.get("aws_secret_access_key")
    if not key and not secret:
        return None
    if not key or not secret:
        missing = "aws_secret_access_key" if key else "aws_access_key_id"
        raise ConfigurationError(f"{where} has no {missing}; add it")
    token = settings.get("aws_session_token") or settings.get("aws_security_token")
    return AWSCredentials(
        access_key=checked_access_key(key, where),
        secret=as_secret(secret),
        token=as_secret(token) if token else None,
        source=where,
    )


def _from_services(
    profile: str | None,
    environ: Mapping[str, str],
    files: SharedFiles,
    name: str,
    around: Surroundings | None,
    advice: str,
) -> AWSCredentials:
    """A container's or an instance's own credentials, if botocore is there to ask for them."""
    looked = [
        "the client's arguments",
        *([] if profile else ["AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"]),
        f"{files.credentials_path} [{name}]",
        f"{files.config_path} [{name}]",
    ]
    hint = "pass key and secret, set the two variables, or add the profile"
    from cumuli.providers.aws.identity import botocore as aws_botocore

    if not aws_botocore.installed():
        hint += f"; for single sign-on, roles, containers and instance profiles: {how_to_install('aws')}"
        if any(environ.get(variable) for variable in CONTAINER):
            hint += " (this container offers credentials of its own)"
    else:
        found = aws_botocore.find(profile, f"the profile {name!r} ({files.config_path})", around)
        if found is not None:
            return found
        looked.append("container and instance metadata, by botocore")
    raise ConfigurationError(f"no AWS credentials found; looked in {'; '.join(looked)}. To fix it, {hint}{advice}")


def _from_botocore(
    profile: str | None, what: str, where: str, around: Surroundings | None, *, cached: bool
) -> AWSCredentials:
    from cumuli.providers.aws.identity import botocore as aws_botocore

    if not aws_botocore.installed():
        raise ConfigurationError(f"AWS credentials by {what} need botocore: {how_to_install('aws')}")
    found = aws_botocore.find(profile, where, around, cached=cached)
    if found is None:
        raise ConfigurationError(f"botocore found no AWS credentials by {what}; complete the profile")
    return found
