"""AWS Signature Version 4: pure functions of a request, credentials and a point in time.

The signer works on the target as it goes on the wire (encoded once), so that what is signed is
what is sent. S3 takes the path as it is; every other service encodes the path again and resolves
``.`` and ``..`` first.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Protocol, Self
from urllib.parse import quote_from_bytes, unquote_to_bytes

import msgspec

from cumuli.errors import InvalidRequest
from cumuli.providers.aws.identity.credentials import AWSCredentials
from cumuli.runtime.messages import Request

__all__ = ["HASH_HEADER", "UNSIGNED_PAYLOAD", "PostCondition", "SigV4Signer"]

PostCondition = Mapping[str, str] | Sequence[str | int]
"""One of a policy's: ``{"acl": "private"}``, ``["starts-with", "$key", "a/"]``, ``["content-length-range", 1, 9]``."""

UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_HASH = sha256(b"").hexdigest()
LONGEST_PRESIGNED = 7 * 24 * 3600
HASH_HEADER = "x-amz-content-sha256"
INNER_PAD = bytes(byte ^ 0x36 for byte in range(256))
OUTER_PAD = bytes(byte ^ 0x5C for byte in range(256))
UNRESERVED = "-._~"  # and letters and digits, which quote never encodes
# Written anew by every signature.
OURS = frozenset({"authorization", "x-amz-date", "x-amz-security-token"})
# Proxies and HTTP libraries add or change these: signing them would break good requests.
UNSIGNED_HEADERS = OURS | {
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "te",
    "transfer-encoding",
    "user-agent",
    "x-amzn-trace-id",
}
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Hash(Protocol):
    """A hash object of hashlib."""

    def copy(self) -> Self: ...
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...
    def hexdigest(self) -> str: ...


class SigV4Signer:
    """Signs requests to one service in one region. May be shared by threads: it keeps only a cache.

    Args:
        service: The name in the credential scope: ``"ec2"``, ``"s3"``.
        region: The region's name.
        encode_twice: Whether the path is encoded again for signing: True except for S3.
        normalize: Whether ``.``, ``..`` and repeated slashes are resolved: True except for S3.
        hash_header: Whether the payload's hash is sent as ``x-amz-content-sha256``: True for S3.
    """

    def __init__(
        self,
        service: str,
        region: str,
        *,
        encode_twice: bool = True,
        normalize: bool = True,
        hash_header: bool = False,
    ) -> None:
        self.service = service
        self.region = region
        self._scope = f"{region}/{service}/aws4_request"
        self._encode_twice = encode_twice
        self._normalize = normalize
        self._hash_header = hash_header
        self._key: tuple[AWSCredentials, str, tuple[Hash, Hash]] | None = None
        self._stamps: tuple[int, str] = (-1, "")

    @classmethod
    def for_s3(cls, region: str) -> SigV4Signer:
        """A signer by the rules of S3: paths are taken as they are, the payload's hash is sent."""
        return cls("s3", region, encode_twice=False, normalize=False, hash_header=True)

    def sign(
        self, request: Request, credentials: AWSCredentials, now: float, *, payload_hash: str | None = None
    ) -> Request:
        """The request with ``Authorization`` and the headers that belong to it.

        Args:
            request: Its ``x-amz-content-sha256`` header, if there is one, is taken as the payload's hash.
            credentials: Whose signature.
            now: Seconds since 1970.
            payload_hash: SHA-256 of the body in hex, when it is known beforehand, or
                ``UNSIGNED_PAYLOAD``. Default: computed from a body in memory; a streamed body is unsigned.
        """
        stamp = self._stamp(now)
        signed = {"host": _host(request.origin), "x-amz-date": stamp}
        added = [("X-Amz-Date", stamp)]
        if credentials.token is not None:
            signed["x-amz-security-token"] = token = credentials.token.reveal()
            added.append(("X-Amz-Security-Token", token))
        kept = _add_headers(signed, request.headers)
        digest = payload_hash or signed.get(HASH_HEADER) or _payload_hash(request)
        if self._hash_header and HASH_HEADER not in signed:
            signed[HASH_HEADER] = digest
            added.append(("X-Amz-Content-SHA256", digest))
        names, canonical = self._canonical(request, signed, digest)
        signature = self._signature(canonical, stamp, credentials)
        credential = f"{credentials.access_key}/{stamp[:8]}/{self._scope}"
        authorization = f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
        added.append(("Authorization", authorization))
        return msgspec.structs.replace(request, headers=(*kept, *added))

    def presign(
        self,
        request: Request,
        credentials: AWSCredentials,
        now: float,
        *,
        expires_in: int,
        payload_hash: str | None = None,
    ) -> str:
        """A URL that carries the signature in its query; whoever has it may do this one request.

        Args:
            request: Its headers become part of the signature: the URL's user must send the same.
            credentials: Whose permission it carries.
            now: Seconds since 1970.
            expires_in: How many seconds the URL works, at most 604,800 (a week).
            payload_hash: As for ``sign``. Default ``UNSIGNED_PAYLOAD`` for S3, else that of the body.

        Raises:
            InvalidRequest: ``expires_in`` is out of range.
        """
        _check_expiry(expires_in)
        stamp = self._stamp(now)
        signed = {"host": _host(request.origin)}
        _add_headers(signed, request.headers)
        names = ";".join(sorted(signed))
        parameters = [
            f"X-Amz-Algorithm={ALGORITHM}",
            f"X-Amz-Credential={_encode(f'{credentials.access_key}/{stamp[:8]}/{self._scope}')}",
            f"X-Amz-Date={stamp}",
            f"X-Amz-Expires={expires_in}",
            f"X-Amz-SignedHeaders={_encode(names)}",
        ]
        if credentials.token is not None:
            parameters.append(f"X-Amz-Security-Token={_encode(credentials.token.reveal())}")
        target = f"{request.target}{'&' if '?' in request.target else '?'}{'&'.join(parameters)}"
        digest = payload_hash or (UNSIGNED_PAYLOAD if self._hash_header else _payload_hash(request))
        _, canonical = self._canonical(msgspec.structs.replace(request, target=target), signed, digest)
        return f"{request.origin}{target}&X-Amz-Signature={self._signature(canonical, stamp, credentials)}"

    def sign_post(
        self, conditions: Sequence[PostCondition], credentials: AWSCredentials, now: float, *, expires_in: int
    ) -> dict[str, str]:
        """The fields by which a form may be posted without credentials: a policy, and its signature.

        Whoever has them may post what the policy allows. The policy is written as botocore writes it.

        Args:
            conditions: What the policy asks of the form, but for the fields that are given here.
            credentials: Whose permission it carries.
            now: Seconds since 1970.
            expires_in: How many seconds the form works, at most 604,800 (a week), as long as the day's key lives.

        Raises:
            InvalidRequest: ``expires_in`` is out of range.
        """
        _check_expiry(expires_in)
        stamp = self._stamp(now)
        fields = {
            "x-amz-algorithm": ALGORITHM,
            "x-amz-credential": f"{credentials.access_key}/{stamp[:8]}/{self._scope}",
            "x-amz-date": stamp,
        }
        if credentials.token is not None:
            fields["x-amz-security-token"] = credentials.token.reveal()
        ends = dt.datetime.fromtimestamp(int(now) + expires_in, dt.UTC)
        policy = {
            "expiration": f"{ends:%Y-%m-%dT%H:%M:%SZ}",
            "conditions": [*conditions, *({name: value} for name, value in fields.items())],
        }
        import json  # slow to import, and few come here

        encoded = base64.b64encode(json.dumps(policy).encode()).decode("ascii")
        return {
            **fields,
            "policy": encoded,
            "x-amz-signature": self._signed(encoded.encode(), stamp[:8], credentials),
        }

    def _canonical(self, request: Request, signed: dict[str, str], digest: str) -> tuple[str, str]:
        """The names of the signed headers, and the canonical request."""
        path, _, query = request.target.partition("?")
        path = "/" if path in {"", "/"} else self._canonical_path(path)
        query = _canonical_query(query) if query else ""
        ordered = sorted(signed)
        names = ";".join(ordered)
        lines = "\n".join([f"{name}:{signed[name]}" for name in ordered])
        return names, f"{request.method}\n{path}\n{query}\n{lines}\n\n{names}\n{digest}"

    def _canonical_path(self, path: str) -> str:
        if self._normalize:
            path = _resolved(path)
        return _encode(path if self._encode_twice else unquote_to_bytes(path), "/")

    def _signature(self, canonical: str, stamp: str, credentials: AWSCredentials) -> str:
        date = stamp[:8]
        digest = sha256(canonical.encode()).hexdigest()
        return self._signed(f"{ALGORITHM}\n{stamp}\n{date}/{self._scope}\n{digest}".encode(), date, credentials)

    def _signed(self, text: bytes, date: str, credentials: AWSCredentials) -> str:
        inner, outer = self._signing_key(date, credentials)
        inner, outer = inner.copy(), outer.copy()
        inner.update(text)
        outer.update(inner.digest())
        return outer.hexdigest()

    def _signing_key(self, date: str, credentials: AWSCredentials) -> tuple[Hash, Hash]:
        """The two halves of an HMAC under the key of the day, ready to be copied.

        The last key is kept and replaced whole, so that threads may race. Copying the halves
        takes a third of the time of ``hmac.digest``.
        """
        cached = self._key
        if cached is not None and cached[0] is credentials and cached[1] == date:
            return cached[2]
        key = f"AWS4{credentials.secret.reveal()}".encode()
        for part in (date, self.region, self.service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        block = key.ljust(64, b"\0")
        halves = sha256(block.translate(INNER_PAD)), sha256(block.translate(OUTER_PAD))
        self._key = (credentials, date, halves)
        return halves

    def _stamp(self, now: float) -> str:
        second = int(now)
        last, stamp = self._stamps
        if last != second:
            stamp = f"{dt.datetime.fromtimestamp(second, dt.UTC):%Y%m%dT%H%M%SZ}"
            self._stamps = (second, stamp)
        return stamp


def _check_expiry(expires_in: int) -> None:
    if not 1 <= expires_in <= LONGEST_PRESIGNED:
        raise InvalidRequest(f"expires_in is {expires_in}; it must be between 1 and {LONGEST_PRESIGNED} seconds")


def _payload_hash(request: Request) -> str:
    body = request.body
    if not isinstance(body, bytes):
        return UNSIGNED_PAYLOAD
    return sha256(body).hexdigest() if body else EMPTY_HASH


def _host(origin: str) -> str:
    """The Host header that HTTP libraries send for an origin: without the scheme's own port."""
    scheme, _, host = origin.partition("://")
    return host.removesuffix(DEFAULT_PORTS.get(scheme, ""))


def _add_headers(signed: dict[str, str], headers: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Add to ``signed`` what is to be signed of the headers, and give those that stay on the request.

    Signed are names in lower case with values trimmed, and duplicates joined by a comma.
    """
    kept: list[tuple[str, str]] = []
    seen: set[str] = set()
    for pair in headers:
        name = pair[0].lower()
        if name not in OURS:
            kept.append(pair)
        if name not in UNSIGNED_HEADERS:
            value = " ".join(pair[1].split())
            signed[name] = f"{signed[name]},{value}" if name in seen else value
            seen.add(name)
    return kept


def _canonical_query(query: str) -> str:
    pairs: list[tuple[str, str]] = []
    for parameter in query.split("&"):
        name, _, value = parameter.partition("=")
        pairs.append((_encode(unquote_to_bytes(name)), _encode(unquote_to_bytes(value))))
    pairs.sort()
    return "&".join([f"{name}={value}" for name, value in pairs])


def _encode(text: str | bytes, also: str = "") -> str:
    """Percent-encoding as SigV4 wants it: upper-case hex, UTF-8, nothing but unreserved characters kept."""
    return quote_from_bytes(text.encode() if isinstance(text, str) else text, safe=UNRESERVED + also)


def _resolved(path: str) -> str:
    """The path without ``.``, ``..`` and empty segments; a slash at its end stays."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if kept:
                kept.pop()
        elif segment not in {"", "."}:
            kept.append(segment)
    end = "/" if kept and path.endswith(("/", "/.", "/..")) else ""
    return f"/{'/'.join(kept)}{end}"
