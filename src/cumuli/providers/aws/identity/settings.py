"""AWS's own settings for calls, from its variables and shared files: honoured or refused, none passed over in silence.

The whole list, with what becomes of each, is in ``docs/providers/aws-settings.md``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Literal, cast

import msgspec

from cumuli.errors import ConfigurationError

__all__ = ["CallSettings", "find_call_settings", "is_true"]

_Setting = Callable[[str, str], str | None]
Style = Literal["auto", "path", "virtual"]


class CallSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What AWS's settings say of calls to one service.

    Attributes:
        fips: Whether its endpoints with FIPS 140 cryptography are to be used.
        dualstack: Whether its endpoints with IPv6 are to be used.
        addressing: How S3's requests name their bucket, or None where nothing is said.
        attempts: Tries in all, or None.
    """

    fips: bool = False
    dualstack: bool = False
    addressing: Style | None = None
    attempts: int | None = None


def find_call_settings(
    service: str,
    settings: Mapping[str, str],
    environ: Mapping[str, str] | None = None,
    *,
    given: frozenset[str] = frozenset(),
) -> CallSettings:
    """AWS's settings for calls to a service.

    Args:
        service: ``"ec2"`` or ``"s3"``.
        settings: Those of the profile.
        environ: The environment; default that of the process.
        given: Arguments of the client that go before a setting: ``verify``, ``retry``, ``checksum``, ``sign_payload``.

    Raises:
        ConfigurationError: A setting has no such value, or asks for what is not done here; it says what to do.
    """
    env = os.environ if environ is None else environ

    def setting(name: str, variable: str) -> str | None:
        return env.get(variable) or settings.get(name) or None

    if setting("ca_bundle", "AWS_CA_BUNDLE") and not env.get("AWS_CA_BUNDLE") and "verify" not in given:
        raise _refused("ca_bundle", "set AWS_CA_BUNDLE, or give verify= the path of the bundle")
    mode = setting("retry_mode", "AWS_RETRY_MODE")
    if mode == "adaptive" and "retry" not in given:
        raise _refused("retry_mode = adaptive", "calls are not slowed down beforehand here; give retry= a RetryPolicy")
    if mode not in {None, "legacy", "standard", "adaptive"}:
        raise ConfigurationError(f"AWS's setting retry_mode is {mode!r}; it is legacy, standard or adaptive")
    dualstack = setting("use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT")
    addressing = None
    if service == "s3":
        dualstack = settings.get("s3.use_dualstack_endpoint") or dualstack
        addressing = _of_s3(settings, setting, given)
    return CallSettings(
        fips=is_true(setting("use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT"), "use_fips_endpoint"),
        dualstack=is_true(dualstack, "use_dualstack_endpoint"),
        addressing=addressing,
        attempts=_attempts(setting("max_attempts", "AWS_MAX_ATTEMPTS")),
    )


def _of_s3(settings: Mapping[str, str], setting: _Setting, given: frozenset[str]) -> Style | None:
    if is_true(settings.get("s3.use_accelerate_endpoint"), "use_accelerate_endpoint"):
        raise _refused("use_accelerate_endpoint", "give endpoint= that address, which knows objects only")
    if is_true(settings.get("s3.payload_signing_enabled"), "payload_signing_enabled") and "sign_payload" not in given:
        raise _refused("payload_signing_enabled", "give sign_payload=True")
    calculation = setting("request_checksum_calculation", "AWS_REQUEST_CHECKSUM_CALCULATION")
    if calculation and calculation.lower() == "when_required" and "checksum" not in given:
        raise _refused("request_checksum_calculation = when_required", 'give checksum="md5", which every service knows')
    if settings.get("s3.signature_version") in {"s3", "s3-query"}:
        raise _refused("signature_version = s3", "requests are signed in version 4, which every service knows by now")
    style = settings.get("s3.addressing_style")
    if style not in {None, "auto", "path", "virtual"}:
        raise ConfigurationError(f"AWS's setting addressing_style is {style!r}; it is auto, path or virtual")
    return cast("Style | None", style)


def is_true(text: str | None, name: str) -> bool:
    """What a setting that is true or false says; False where it is not there.

    Raises:
        ConfigurationError: It is neither.
    """
    if not text or text.lower() == "false":
        return False
    if text.lower() == "true":
        return True
    raise ConfigurationError(f"AWS's setting {name} is {text!r}; it is true or false")


def _attempts(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or not 1 <= int(text[:9]) <= 1000:
        raise ConfigurationError(f"AWS's setting max_attempts is {text!r}; it is a number of at least 1")
    return int(text)


def _refused(setting: str, instead: str) -> ConfigurationError:
    return ConfigurationError(f"cumuli does not follow AWS's setting {setting}; {instead}, or leave the setting out")
