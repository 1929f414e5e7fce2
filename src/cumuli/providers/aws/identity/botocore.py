"""The part of the AWS credential chain that is left to botocore (extra ``cumuli[aws]``).

Whatever goes wrong on the other side of this border arrives as an error of ours that names the source and
says what to do. What a program printed, and what a service sent, stays behind: it may be a secret.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec

from cumuli.errors import AuthenticationError, CloudError, ConfigurationError, DeadlineExceeded
from cumuli.providers.aws.identity.cache import SharedCache
from cumuli.providers.aws.identity.credentials import AWSCredentials
from cumuli.runtime.within_deadline import time_left
from cumuli.secret import Secret

__all__ = ["Surroundings", "find", "installed"]

# What botocore calls its providers, and what people call them.
SOURCES: Mapping[str, str] = {
    "assume-role": "the role (role_arn)",
    "assume-role-with-web-identity": "the web identity (web_identity_token_file, AWS_WEB_IDENTITY_TOKEN_FILE)",
    "sso": "single sign-on",
    "login": "the login session",
    "custom-process": "credential_process",
    "container-role": "the container (AWS_CONTAINER_CREDENTIALS_…)",
    "iam-role": "the instance's metadata",
}
# Errors whose text is about the settings, and quotes nothing that was received.
ABOUT_SETTINGS = frozenset(
    {"InvalidConfigError", "PartialCredentialsError", "InfiniteLoopConfigError", "ProfileNotFound", "ConfigNotFound"}
)
LOGINS = frozenset({SOURCES["sso"], SOURCES["login"]})
NO_TERMINAL = (
    "it asks for the code of a second factor (mfa_serial), and there is no terminal to type it at; "
    "log in with the AWS CLI first, which keeps the credentials in ~/.aws/cli/cache"
)
LOGGED_OUT = frozenset(
    {"UnauthorizedSSOTokenError", "SSOTokenLoadError", "SSOError", "TokenRetrievalError", "LoginTokenLoadError",
     "LoginRefreshRequired", "LoginError", "UnauthorizedException"}
)  # fmt: skip
CODE = re.compile(r"[A-Za-z][A-Za-z.]{2,80}")
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "InvalidIdentityToken"})


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What of a client's settings holds for the services that give credentials, too.

    Attributes:
        region: The client's region, or None.
        proxy: As for the client: a URL, ``""`` for none, None for the environment's.
        verify: As for the client.
        connect_timeout: Seconds.
        read_timeout: Seconds.
    """

    region: str | None = None
    proxy: str | None = None
    verify: bool | str = True
    connect_timeout: float = 10.0
    read_timeout: float = 60.0


class FrozenKeys(Protocol):
    """What botocore calls ``ReadOnlyCredentials``."""

    @property
    def access_key(self) -> str: ...
    @property
    def secret_key(self) -> str: ...
    @property
    def token(self) -> str | None: ...


class Found(Protocol):
    """What botocore calls ``Credentials``; botocore has no types of its own."""

    method: str

    def get_frozen_credentials(self) -> FrozenKeys: ...


class Provider(Protocol):
    """One link of botocore's chain."""

    METHOD: str

    def load(self) -> Found | None: ...


def installed() -> bool:
    """Whether botocore can be imported; does not import it."""
    return find_spec("botocore") is not None


def find(
    profile: str | None, where: str, around: Surroundings | None = None, *, cached: bool = True
) -> AWSCredentials | None:
    """What botocore's own chain finds, or None. Blocks, and may ask services of AWS and start programs.

    A session of its own for each search: credentials that a service refused must not come back
    out of a cache.

    Args:
        profile: A profile of the shared files.
        where: The profile and its file, for errors.
        around: The client's settings.
        cached: Whether credentials that the AWS CLI has kept may be used.

    Raises:
        AuthenticationError: A service refused, or did not answer as it should.
        ConfigurationError: A setting, a file or a program is not as it should be.
        DeadlineExceeded: A program did not end in time.
    """
    helpers = _Helpers()
    source = "botocore's settings"
    try:
        for provider in _chain(profile, around or Surroundings(), SharedCache(reading=cached), helpers):
            source = SOURCES.get(provider.METHOD, provider.METHOD)
            found = provider.load()
            if found is not None:
                return _taken(found)
    except CloudError:
        raise
    except Exception as error:  # noqa: BLE001 - the border: whatever it is, it leaves as ours
        failure = _translated(error, source, where, helpers)
    else:
        return None
    # Outside of the block: the other side's error holds what it received.
    raise failure


def _taken(found: Found) -> AWSCredentials:
    keys = found.get_frozen_credentials()
    # botocore has no public name for the end of temporary credentials; static ones have none.
    expires_at: object = getattr(found, "_expiry_time", None)
    if not keys.access_key or not keys.secret_key:
        raise KeyError("AccessKeyId")
    return AWSCredentials(
        access_key=keys.access_key,
        secret=Secret(keys.secret_key),
        token=Secret(keys.token) if keys.token else None,
        expires_at=expires_at if isinstance(expires_at, dt.datetime) else None,
        source=f"botocore ({found.method})",
    )


def _chain(profile: str | None, around: Surroundings, cache: SharedCache, helpers: _Helpers) -> list[Provider]:
    """Botocore's providers, in its order, with the client's settings."""
    session: Any = import_module("botocore.session").Session(profile=profile)
    if around.region is not None:
        session.set_config_variable("region", around.region)
    if around.verify is not True:
        session.set_config_variable("ca_bundle", around.verify)
    settings: dict[str, object] = {"connect_timeout": around.connect_timeout, "read_timeout": around.read_timeout}
    if around.proxy is not None:
        settings["proxies"] = {"http": around.proxy, "https": around.proxy} if around.proxy else {}
    session.set_default_client_config(import_module("botocore.config").Config(**settings))
    resolver: Any = import_module("botocore.credentials").create_credential_resolver(session, cache=cache)
    for provider in resolver.providers:
        helpers.watch(provider)
        builder: Any = getattr(provider, "_profile_provider_builder", None)
        if builder is not None:
            helpers.watch_those_of(builder)
    return cast("list[Provider]", resolver.providers)


class _Helpers:
    """The programs that are asked for credentials: each ends with the deadline.

    Attributes:
        last: The words of the last one that was started.
        status: Its exit status, or None if it has none.
    """

    def __init__(self) -> None:
        self.last: list[str] | None = None
        self.status: int | None = None

    def watch(self, provider: object) -> None:
        """Have a provider start its program by us. It takes ``popen`` when it is made, and keeps it there."""
        if getattr(provider, "METHOD", "") == "custom-process":
            provider.__dict__["_popen"] = self.start

    def watch_those_of(self, builder: object) -> None:
        """Likewise for the providers that are made for a ``source_profile``."""
        make: Callable[[str], object] = getattr(builder, "_create_process_provider")  # noqa: B009 - it has no public name

        def made(profile_name: str) -> object:
            provider = make(profile_name)
            self.watch(provider)
            return provider

        builder.__dict__["_create_process_provider"] = made

    def start(self, words: list[str], *, stdout: int, stderr: int) -> Helper:
        """As ``subprocess.Popen``, which botocore takes this for."""
        self.last, self.status = list(words), None
        return Helper(self, words, stdout, stderr)


class Helper:
    """A program that is asked for credentials: as much of ``subprocess.Popen`` as botocore uses."""

    def __init__(self, helpers: _Helpers, words: list[str], stdout: int, stderr: int) -> None:
        import subprocess  # slow to import, and few have a program for that

        self._helpers = helpers
        self._process = subprocess.Popen(words, stdout=stdout, stderr=stderr)
        self.returncode: int | None = None

    def communicate(self) -> tuple[bytes, bytes]:
        """What it printed, if it ends before the deadline."""
        import subprocess

        try:
            output = self._process.communicate(timeout=time_left())
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()
            raise
        self.returncode = self._helpers.status = self._process.returncode
        return output


def _translated(error: Exception, source: str, where: str, helpers: _Helpers) -> CloudError:
    """The error as ours; of the other side's text only what can hold nothing that was received."""
    import subprocess

    if isinstance(error, subprocess.TimeoutExpired):
        return DeadlineExceeded(
            f"AWS credentials by {source} of {where}: {_program(helpers)} did not end in time", sent=False
        )
    reason, refused = _reason(error, source, helpers)
    kind = AuthenticationError if refused else ConfigurationError
    return kind(f"AWS credentials by {source} of {where} cannot be obtained: {reason}")


def _reason(error: Exception, source: str, helpers: _Helpers) -> tuple[str, bool]:
    """Why, and whether a service said so."""
    names = {base.__name__ for base in type(error).__mro__}
    name = type(error).__name__
    facts = cast("Mapping[str, object]", getattr(error, "kwargs", None) or {})
    response: object = getattr(error, "response", None)
    if names & LOGGED_OUT:
        return "you are not logged in there, or not any more; run: aws sso login (or aws login), with --profile", True
    if isinstance(response, dict):
        return _refusal(cast("dict[str, object]", response)), True
    if name in ABOUT_SETTINGS:
        return f"{error}", False
    if "EOFError" in names or "GetPassWarning" in names:
        return NO_TERMINAL, False
    endpoint = facts.get("endpoint_url")
    if "HTTPClientError" in names or "ConnectionError" in names:
        via = " by the proxy" if "ProxyConnectionError" in names else ""
        return f"{endpoint or 'the service'} cannot be reached{via} ({name})", True
    if "ResponseParserError" in names:
        return "the service's answer is not what its protocol promises; is there a proxy, or a page to log in at?", True
    if helpers.last is not None:
        return _of_program(error, helpers), not isinstance(error, OSError)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}", False
    login = "; log in again (aws sso login, or aws login, with --profile)" if source in LOGINS else ""
    if isinstance(error, KeyError):
        key = str(error.args[0]) if error.args else ""
        known = key if key.isidentifier() and len(key) < 40 else "credentials"
        return f"the answer, or a file, has no {known}{login}", True
    if isinstance(error, ValueError | TypeError | AttributeError):
        return f"the answer, or a file, is not what it should be ({name}){login}", True
    return f"{name} in botocore; try the same with the AWS CLI: aws sts get-caller-identity", True


def _refusal(response: dict[str, object]) -> str:
    told = response.get("Error")
    words = cast("dict[str, object]", told) if isinstance(told, dict) else {}
    code, message = str(words.get("Code", "")), " ".join(str(words.get("Message", "")).split())
    # What is no document of AWS's own has a number for a code, and anybody's text.
    if not CODE.fullmatch(code) or "<" in message:
        return "the service's answer is not what its protocol promises; is there a proxy, or a page to log in at?"
    hint = ""
    if code in EXPIRED:
        hint = "; log in again, or renew the token"
    elif code == "RegionDisabledException":
        hint = "; enable the region in the account, or take another one"
    elif code in {"InvalidClientTokenId", "UnrecognizedClientException"}:
        hint = "; the keys are wrong, or of another partition, or the region is not enabled in the account"
    return f"{code}: {message[:300]}{hint}"


def _program(helpers: _Helpers) -> str:
    return f"the program {Path(helpers.last[0]).name!r}" if helpers.last else "the program"


def _of_program(error: Exception, helpers: _Helpers) -> str:
    program = _program(helpers)
    if isinstance(error, OSError):
        return f"{program} cannot be started: {error.strerror}"
    if helpers.status:
        return f"{program} failed with exit status {helpers.status}; run it by hand to see why"
    return f"{program} printed no credentials (JSON with Version 1); run it by hand: it may ask to log in"
