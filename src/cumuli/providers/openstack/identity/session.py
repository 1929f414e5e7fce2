"""``KeystoneSession``: one token for all the calls of a client, and the catalog that comes with it.

A session is the ``Authorizer`` of a client's ``Caller`` and the place where its drivers look up
addresses. It makes no call before it has to. How a driver uses it::

    identity = make_caller(runtime, options, provider="swift")          # no authorizer: it asks for the token
    session = KeystoneSession(identity, credentials, region="RegionOne")
    caller = make_caller(runtime, options, provider="swift", authorizer=session)
    ...
    place = await session.endpoint("object-store")                      # ServiceEndpoint(origin, path)
    await caller.call(Request(method="GET", origin=place.origin, target=place.path + "/c"), ...)

What it promises, with any number of threads or tasks:

* one token is asked for, however many calls need one at the same moment;
* one refusal is told to all the calls that waited for it;
* it is renewed shortly before it expires (measured by the identity service's own clock), and once
  after a 401, however many calls see that 401;
* the token goes only on requests that the ``Caller`` sends, and shows in no error, log or repr.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import copy

import msgspec

from cumuli.calls.caller import Caller
from cumuli.errors import (
    AuthenticationError,
    CloudError,
    ConfigurationError,
    MalformedResponse,
)
from cumuli.providers.openstack.catalog import (
    ApiVersion,
    ServiceEndpoint,
    choose_version,
    find_endpoint,
    identity_version,
    interface_name,
    parse_versions,
    spelled_region,
    split_endpoint,
    version_in_path,
    version_is_plain,
)
from cumuli.providers.openstack.faults import fault_error, fault_of
from cumuli.providers.openstack.identity.keystone import (
    IdentityVersion,
    KeystoneCredentials,
    KeystoneIdentity,
    Token,
    auth_body,
    check_credentials,
    home_region,
    parse_v2_token,
    parse_v3_token,
)
from cumuli.runtime.messages import Request, Response
from cumuli.secret import Secret

__all__ = ["KeystoneSession"]

JSON_HEADERS = (("Accept", "application/json"), ("Content-Type", "application/json"))
# A token is renewed this many seconds before its end, or a tenth of its life before it if that is less.
RENEW_BEFORE = 60.0
# How Keystone says, by 404, that it does not know a credential or a token.
UNKNOWN = ("Could not", "Failed to validate token")
# Words of Keystone's own reasons for a 401, and what to do; it gives them where its operator lets it
# (insecure_debug), and of passwords always.
REASONS = (
    (("password", "expired"), "the password has expired; change it (openstack user password set)"),
    (("locked",), "the account is locked, after too many wrong passwords; wait, or ask an administrator"),
    (("user", "disabled"), "the user is disabled; ask an administrator"),
    (("project", "disabled"), "the project is disabled; take another one, or ask an administrator"),
    (("domain", "disabled"), "the domain is disabled; ask an administrator"),
)
BORROWED = (
    "the token that was given is not accepted, or not any more: get another one; "
    "with a password or an application credential the client renews its token by itself"
)
MICROVERSION = re.compile(r"\d{1,9}(\.\d{1,9})?\Z", re.ASCII)
# Where each service's API is, below an address of the catalog that names no version.
DEFAULT_VERSIONS: Mapping[str, tuple[int, str]] = {
    "compute": (2, "/v2.1"),
    "image": (2, "/v2"),
    "network": (2, "/v2.0"),
    "block-storage": (3, "/v3"),
}


class KeystoneSession:
    """A token, its renewal and its catalog.

    Args:
        caller: Sends the requests to the identity service; one without an authorizer.
        credentials: Who one is, and the scope.
        region: The region whose endpoints are wanted; None where the cloud has one only.
        interface: ``"public"``, ``"internal"`` or ``"admin"``.
        endpoints: Addresses that are used instead of the catalog's, by service type
            (``{"compute": "https://…/v2.1"}``).

    Raises:
        ConfigurationError: The credentials are incomplete or contradictory.
    """

    def __init__(
        self,
        caller: Caller,
        credentials: KeystoneCredentials,
        *,
        region: str | None = None,
        interface: str = "public",
        endpoints: Mapping[str, str] | None = None,
    ) -> None:
        check_credentials(credentials)
        if interface_name(interface) not in {"public", "internal", "admin"}:
            raise ConfigurationError(f'interface is {interface!r}; it is "public", "internal" or "admin"')
        self.region = region
        self.interface = interface_name(interface)
        self._caller = caller
        self._credentials = credentials
        self._overrides = {kind: split_endpoint(url) for kind, url in (endpoints or {}).items()}
        self._lock = caller.runtime.lock()
        self._token: Token | None = None
        self._told_region: str | None = None
        self._spelled_region: str | None = None
        self._refusal: AuthenticationError | None = None
        self._failures = 0
        self._fresh_until = float("inf")
        self._identity: tuple[ServiceEndpoint, IdentityVersion] | None = None
        self._endpoints: dict[tuple[str, str | None], ServiceEndpoint] = {}
        self._versions: dict[str, list[ApiVersion]] = {}

    # The Authorizer of a Caller

    async def authorize(self, request: Request) -> Request:
        """The request with the token of now."""
        if request.identity:
            return request
        token = await self.token()
        return request.with_headers({"X-Auth-Token": token.secret.reveal()})

    async def renew(self, rejected: Request) -> bool:
        """After a 401: True when there is a token that ``rejected`` did not carry."""
        refused = rejected.header("x-auth-token")
        failures = self._failures
        async with self._lock:
            token = self._token
            if token is not None and token.secret.reveal() != refused:
                return True  # another call has renewed it meanwhile
            if self._borrowed:
                raise AuthenticationError(BORROWED, status=401)
            await self._obtain(failures)
            return True

    # For drivers

    @property
    def _borrowed(self) -> bool:
        """Whether the token was got elsewhere, so that no other can be had here."""
        given = self._credentials
        return given.token is not None and not (given.password or given.api_key or given.application_credential)

    @property
    def region_in_use(self) -> str | None:
        """The region that was asked for; else, as far as a token has told it, the user's own or the only one."""
        return self._spelled_region or self.region or self._told_region

    async def token(self) -> Token:
        """The token of now, asked for or renewed if need be.

        Raises:
            AuthenticationError: The identity service refuses the credentials.
            ConfigurationError: ``auth_url`` does not lead to an identity service.
        """
        token = self._token
        if token is not None and self._caller.runtime.monotonic() < self._fresh_until:
            return token
        failures = self._failures
        async with self._lock:
            token = self._token
            if token is None or (self._caller.runtime.monotonic() >= self._fresh_until and not self._borrowed):
                token = await self._obtain(failures)
            return token

    async def identity(self) -> KeystoneIdentity:
        """Who one is, as the token says."""
        token = await self.token()
        return KeystoneIdentity(
            user_id=token.user_id,
            user_name=token.user_name,
            project_id=token.project_id,
            project_name=token.project_name,
            roles=token.roles,
        )

    async def endpoint(self, service_type: str, *, name: str | None = None) -> ServiceEndpoint:
        """The address of a service as the catalog, or an override, gives it.

        Args:
            service_type: ``"compute"``, ``"image"``, ``"network"``, ``"block-storage"``,
                ``"object-store"`` or any other; older types of the same service are found too.
            name: Only the service of this name, where several have the same type.

        Raises:
            ConfigurationError: There is no such service, interface or region; the message says
                what there is.
        """
        override = self._overrides.get(service_type)
        if override is not None:
            return override
        known = self._endpoints.get((service_type, name))
        if known is not None:
            return known
        token = await self.token()
        if not token.catalog:
            raise ConfigurationError(
                f"the token came without a catalog, so the {service_type} service cannot be found: ask for a "
                f"project (project_name, OS_PROJECT_NAME), or give endpoints={{{service_type!r}: …}}"
            )
        found = find_endpoint(
            token.catalog,
            service_type,
            interface=self.interface,
            region=self.region_in_use,
            name=name,
        )
        place = split_endpoint(found.url)
        self._endpoints[service_type, name] = place
        return place

    async def versioned_endpoint(self, service_type: str, *, name: str | None = None) -> ServiceEndpoint:
        """As ``endpoint``, with the API's version in its path: discovered where the catalog leaves it out."""
        place = await self.endpoint(service_type, name=name)
        token = self._token
        if version_is_plain(place.path, token.project_id if token is not None else None):
            return place
        key = (f"{service_type} with version", name)
        # Read once: a new token in another thread may empty it at any moment.
        known = self._endpoints.get(key)
        if known is None:
            major, usual = DEFAULT_VERSIONS.get(service_type, (0, ""))
            version = choose_version(await self.versions(place), major)
            if version is not None:
                path = _path_of(version, place.path)
            else:
                # A version before something that is not known to be a project: if nothing better is told, it is one.
                path = place.path if version_in_path(place.path) else place.path + usual
            known = ServiceEndpoint(place.origin, path)
            self._endpoints[key] = known
        return known

    async def versions(self, place: ServiceEndpoint) -> list[ApiVersion]:
        """What the discovery document at an address tells; empty where there is none."""
        known = self._versions.get(place.url)
        if known is None:
            # Services redirect the address of their versions to the one with a slash, or the reverse.
            answer = await self._caller.call(
                Request(
                    method="GET",
                    origin=place.origin,
                    target=place.path + "/",
                    headers=(("Accept", "application/json"),),
                    operation="version discovery",
                    identity=True,
                ),
                check=_check_discovery,
                repeatable=True,
            )
            try:
                known = parse_versions(answer.body)
            except (msgspec.MsgspecError, RecursionError, UnicodeError):
                known = []
            self._versions[place.url] = known
        return known

    async def microversion(self, place: ServiceEndpoint, newest: str) -> str | None:
        """The microversion to ask a service for: the newest one that both sides know.

        Args:
            place: The service's versioned address.
            newest: The newest that the caller understands, such as ``"2.36"``.

        Returns:
            The microversion, or None where the service has none that the caller understands.
        """
        versioned = version_in_path(place.path)
        # Nova's second API never had them; asking is spared.
        if versioned is None or versioned[1] == "v2":
            return None
        path, name = versioned
        for version in await self.versions(ServiceEndpoint(place.origin, path)):
            if version.id == name and MICROVERSION.match(version.version):
                chosen = min(_numbers(newest), _numbers(version.version))
                oldest = _numbers(version.min_version) if MICROVERSION.match(version.min_version) else chosen
                return ".".join(map(str, chosen)) if chosen >= oldest else None
        return None

    # Getting a token; the lock is held

    async def _obtain(self, failures: int) -> Token:
        """A new token; ``failures`` is how many refusals there were when the caller began to wait for the lock."""
        if self._refusal is not None and self._failures != failures:
            # Refused while we waited. Asking again for each call that waits would lock the user's account.
            raise copy(self._refusal)
        try:
            return await self._ask()
        except AuthenticationError as error:
            self._refusal = copy(error)
            self._failures += 1
            raise

    async def _ask(self) -> Token:
        given = self._credentials
        if given.auth_url is None:
            assert given.token is not None  # noqa: S101 - check_credentials saw to it
            token = Token(secret=given.token)
        else:
            place, version = await self._identity_service(given.auth_url)
            if self._borrowed and not given.scoped and version == "v3":
                request = _token_details(place, given.token or Secret(""))
            else:
                request = _token_request(place, version, given)
            answer = await self._caller.call(request, check=_token_check(given), repeatable=True)
            token = self._parsed(answer, version)
        self._told_region = home_region(token, self.interface)
        if self.region is not None:
            known = [each.region for service in token.catalog for each in service.endpoints if each.region is not None]
            self._spelled_region = spelled_region(known, self.region)
        self._token = token
        self._endpoints.clear()
        self._fresh_until = float("inf")
        if token.lifetime is not None:
            margin = min(RENEW_BEFORE, token.lifetime / 10)
            self._fresh_until = self._caller.runtime.monotonic() + token.lifetime - margin
        return token

    def _parsed(self, answer: Response, version: IdentityVersion) -> Token:
        def now() -> float:
            from email.utils import parsedate_to_datetime  # slow to import, and seldom needed

            try:
                return parsedate_to_datetime(answer.headers.get("date") or "").timestamp()
            except (ValueError, TypeError):
                return self._caller.runtime.now()

        try:
            if version == "v2.0":
                return parse_v2_token(answer.body, now=now)
            subject = answer.headers.get("x-subject-token")
            if subject:
                return parse_v3_token(answer.body, subject, now=now)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            # What could not be read may hold a token: it is neither shown nor chained.
            pass
        raise MalformedResponse(
            f"the identity service's answer holds no {version} token; check auth_url",
            operation="authenticate",
            status=answer.status,
        ) from None

    async def _identity_service(self, auth_url: str) -> tuple[ServiceEndpoint, IdentityVersion]:
        """Where tokens are asked for, and in which version of the protocol."""
        if self._identity is not None:
            return self._identity
        place = split_endpoint(auth_url)
        versioned = identity_version(place.path)
        if versioned is None:
            found = await self._discovered(place)
        else:
            path, name = versioned
            found = (ServiceEndpoint(place.origin, path), "v2.0" if name.startswith("v2") else "v3")
        self._identity = found
        return found

    async def _discovered(self, place: ServiceEndpoint) -> tuple[ServiceEndpoint, IdentityVersion]:
        versions = await self.versions(place)
        third, second = choose_version(versions, 3), choose_version(versions, 2)
        if second is not None and (third is None or self._credentials.api_key is not None):
            return ServiceEndpoint(place.origin, _path_of(second, place.path)), "v2.0"
        path = _path_of(third, place.path) if third is not None else f"{place.path}/v3"
        return ServiceEndpoint(place.origin, path), "v3"


def _path_of(version: ApiVersion, below: str) -> str:
    """A version's path, on the host that was asked: behind a proxy, services name hosts that do not exist."""
    try:
        path = split_endpoint(version.href).path if version.href else ""
    except ConfigurationError:
        path = ""
    versioned = version_in_path(path)
    if versioned is None:
        return f"{below}/{version.id}"
    found, segment = versioned
    return found if found.startswith(below) else f"{below}/{segment}"


def _token_request(place: ServiceEndpoint, version: IdentityVersion, given: KeystoneCredentials) -> Request:
    return Request(
        method="POST",
        origin=place.origin,
        target=place.path + ("/auth/tokens" if version == "v3" else "/tokens"),
        headers=JSON_HEADERS,
        body=auth_body(given, version),
        operation="authenticate",
        identity=True,
    )


def _token_details(place: ServiceEndpoint, token: Secret) -> Request:
    return Request(
        method="GET",
        origin=place.origin,
        target=f"{place.path}/auth/tokens",
        headers=(
            ("Accept", "application/json"),
            ("X-Auth-Token", token.reveal()),
            ("X-Subject-Token", token.reveal()),
        ),
        operation="validate token",
        identity=True,
    )


def _check_discovery(answer: Response) -> CloudError | None:
    # 300 "multiple choices" is how version lists are sent; without a list the usual paths are tried.
    # What passes is no answer to the question: it would be remembered.
    if answer.status < 500 and answer.status != 429:
        return None
    return fault_error(answer)


def _token_check(given: KeystoneCredentials) -> Callable[[Response], CloudError | None]:
    def check(answer: Response) -> CloudError | None:
        # A credential or a token that does not exist is a 404 of Keystone's own.
        unknown = answer.status == 404 and fault_of(answer.body).message.startswith(UNKNOWN)
        if answer.status == 401 or unknown:
            return AuthenticationError(
                f"the identity service refuses {_told(answer) or _advice(given)}", status=answer.status
            )
        if answer.status in {300, 301, 302, 307, 308, 404, 405}:
            location = answer.headers.get("location")
            tried, end = _shown(given.auth_url or ""), "/v2.0" if given.api_key else "/v3"
            advice = "check its host, port and path" if tried.endswith(end) else f"it usually ends in {end}"
            if location:
                advice = f"it redirects to {_shown(location)}"
            return ConfigurationError(
                f"the auth_url {tried} does not lead to an identity service; {advice}", status=answer.status
            )
        return fault_error(answer)

    return check


def _told(answer: Response) -> str:
    """What the identity service itself gives for a reason, and what to do; empty where it gives none."""
    if (
        answer.headers.get("openstack-auth-receipt")
        or "os-mf" in (answer.headers.get("www-authenticate") or "").lower()
    ):
        return (
            "these credentials alone: it wants a second factor; get a token with both by the service's own tools "
            "(openstack token issue), and give that: token="
        )
    message = fault_of(answer.body).message
    for words, advice in REASONS:
        if all(word in message.lower() for word in words):
            return f"these credentials: {advice} (it says: {message})"
    return ""


def _advice(given: KeystoneCredentials) -> str:
    """What was refused, and what to check."""
    if given.application_credential:
        return (
            "this application credential; check its id and secret, and that it has neither expired nor been deleted "
            "(openstack application credential list)"
        )
    if given.password is None and given.api_key is None:
        return "this token; it may have expired: get another one, and check that its user has a role in the project"
    return (
        "these credentials; check the user, the password or key, the domains, "
        "and that the user has a role in the project"
    )


def _shown(location: str) -> str:
    """An address without what it may carry of secrets."""
    try:
        return split_endpoint(location.partition("?")[0]).url
    except ConfigurationError:
        return "another address"


def _numbers(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor or 0)
