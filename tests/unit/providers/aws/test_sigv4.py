"""Signatures, against the published vectors, the documentation's examples and botocore."""

import datetime as dt
import hashlib
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cumuli.errors import InvalidRequest
from cumuli.providers.aws.identity.credentials import AWSCredentials
from cumuli.providers.aws.sigv4 import UNSIGNED_PAYLOAD, SigV4Signer
from cumuli.runtime.messages import Request
from cumuli.secret import Secret

VECTORS = Path(__file__).parent / "sigv4_vectors"
SUITE_TIME = dt.datetime(2015, 8, 30, 12, 36, tzinfo=dt.UTC).timestamp()
SUITE_KEYS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
CASES = sorted(str(path.parent.relative_to(VECTORS)) for path in VECTORS.rglob("*.req"))


def keys(access_key: str, secret: str, token: str | None = None) -> AWSCredentials:
    return AWSCredentials(access_key=access_key, secret=Secret(secret), token=Secret(token) if token else None)


def vector(case: str, kind: str) -> str:
    return (VECTORS / case / f"{case.rpartition('/')[2]}.{kind}").read_text(encoding="utf-8")


def parsed(text: str) -> Request:
    """The request of a ``.req`` file, whose header values may go on in a further, indented line."""
    head, _, body = text.partition("\n\n")
    first, *lines = head.split("\n")
    method, target = first.rpartition(" ")[0].split(" ", 1)
    headers: list[tuple[str, str]] = []
    for line in filter(None, lines):
        if line[0] == " ":
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}")
        else:
            name, _, value = line.partition(":")
            headers.append((name, value))
    return Request(
        method=method,
        origin="https://example.amazonaws.com",
        target=target,
        headers=tuple(headers),
        body=body.encode(),
    )


def test_the_suite_is_complete() -> None:
    assert len(CASES) == 34


@pytest.mark.parametrize("case", CASES)
def test_published_vectors(case: str) -> None:
    request = parsed(vector(case, "req"))
    token = request.header("x-amz-security-token")
    if case == "get-vanilla-with-session-token":
        # The token is no part of the request file: the signer is to add it.
        token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
    # In this one case the token joins the request after signing, and so is not part of it.
    after = case.endswith("post-sts-header-after")
    signer = SigV4Signer("service", "us-east-1")
    signed = signer.sign(request, keys(*SUITE_KEYS, None if after else token), SUITE_TIME)
    assert signed.header("authorization") == vector(case, "authz")
    assert signed.header("x-amz-date") == "20150830T123600Z"
    assert signed.header("x-amz-security-token") == (None if after else token)


# The examples of "Authenticating Requests" in the Amazon S3 API reference.
DOC_KEYS = keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
DOC_TIME = dt.datetime(2013, 5, 24, tzinfo=dt.UTC).timestamp()
BUCKET = "https://examplebucket.s3.amazonaws.com"


@pytest.mark.parametrize(
    ("request_", "signature"),
    [
        (
            Request(method="GET", origin=BUCKET, target="/test.txt", headers=(("Range", "bytes=0-9"),)),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            Request(
                method="PUT",
                origin=BUCKET,
                target="/test%24file.text",
                headers=(("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")),
                body=b"Welcome to Amazon S3.",
            ),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            Request(method="GET", origin=BUCKET, target="/?lifecycle"),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            Request(method="GET", origin=BUCKET, target="/?max-keys=2&prefix=J"),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
    ids=["get", "put", "lifecycle", "list"],
)
def test_documented_s3_examples(request_: Request, signature: str) -> None:
    signed = SigV4Signer.for_s3("us-east-1").sign(request_, DOC_KEYS, DOC_TIME)
    assert (signed.header("authorization") or "").endswith(f"Signature={signature}")


def test_documented_presigned_example() -> None:
    request = Request(method="GET", origin=BUCKET, target="/test.txt")
    url = SigV4Signer.for_s3("us-east-1").presign(request, DOC_KEYS, DOC_TIME, expires_in=86400)
    assert url == (
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


# Anything that can be in a key or a parameter, encoded once, as drivers do.
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
paths = st.lists(words, max_size=4).map(lambda parts: "/" + "/".join(quote(part, safe="-._~") for part in parts))
encoded = words.map(lambda word: quote(word, safe="-._~"))
queries = st.lists(st.tuples(encoded.filter(bool), encoded), max_size=4, unique_by=lambda pair: pair[0])
header_names = st.sampled_from(["Content-Type", "x-amz-meta-a", "X-Amz-Acl", "Range", "content-md5", "If-Match"])
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
headers = st.dictionaries(header_names, header_values, max_size=4)
tokens = st.none() | st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
origins = st.sampled_from(
    ["https://ec2.us-east-1.amazonaws.com", "http://127.0.0.1:5000", "https://[::1]:443", "http://h:80"]
)
moments = st.integers(0, 4_000_000_000)


def botocore_request(request: Request) -> botocore.awsrequest.AWSRequest:
    made = botocore.awsrequest.AWSRequest(
        method=request.method, url=request.origin + request.target, headers=dict(request.headers), data=request.body
    )
    made.context["timestamp"] = ""
    return made


def at(now: int, cls: type) -> type:
    """botocore's signer at a given time: it has no other way to be told."""
    stamp = dt.datetime.fromtimestamp(now, dt.UTC).strftime("%Y%m%dT%H%M%SZ")

    class Frozen(cls):  # type: ignore[misc] # the base is an argument
        def add_auth(self, request: botocore.awsrequest.AWSRequest) -> None:
            if self.credentials is None:
                raise AssertionError
            request.context["timestamp"] = stamp
            self._modify_request_before_signing(request)
            canonical = self.canonical_request(request)
            text = self.string_to_sign(request, canonical)
            self._inject_signature_to_request(request, self.signature(text, request))

    return Frozen


@given(origins, paths, queries, headers, st.binary(max_size=100), tokens, moments, st.booleans())
def test_headers_agree_with_botocore(
    origin: str,
    path: str,
    query: list[tuple[str, str]],
    given_headers: dict[str, str],
    body: bytes,
    token: str | None,
    now: int,
    s3: bool,
) -> None:
    if s3:
        # botocore signs S3 paths as they are on the wire; the encoding of ours is canonical already.
        path = quote(unquote_to_bytes(path), safe="/-._~")
    target = path + ("?" + "&".join(f"{name}={value}" for name, value in query) if query else "")
    request = Request(method="PUT", origin=origin, target=target, headers=tuple(given_headers.items()), body=body)
    theirs = botocore_request(request)
    cls = botocore.auth.S3SigV4Auth if s3 else botocore.auth.SigV4Auth
    frozen = at(now, cls)(botocore.credentials.Credentials("AK", "SK", token), "s3" if s3 else "ec2", "eu-west-3")
    if s3:
        theirs.context["client_config"] = None
        theirs.context["payload_signing_enabled"] = True
    frozen.add_auth(theirs)
    signer = SigV4Signer.for_s3("eu-west-3") if s3 else SigV4Signer("ec2", "eu-west-3")
    ours = signer.sign(request, keys("AK", "SK", token), now)
    for name in ("authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"):
        assert ours.header(name) == theirs.headers.get(name), name


@given(origins, paths, queries, tokens, moments, st.integers(1, 604800))
def test_presigned_urls_agree_with_botocore(
    origin: str, path: str, query: list[tuple[str, str]], token: str | None, now: int, expires_in: int
) -> None:
    path = quote(unquote_to_bytes(path), safe="/-._~")
    target = path + ("?" + "&".join(f"{name}={value}" for name, value in query) if query else "")
    request = Request(method="GET", origin=origin, target=target)
    theirs = botocore_request(request)
    frozen = at(now, botocore.auth.S3SigV4QueryAuth)
    frozen(botocore.credentials.Credentials("AK", "SK", token), "s3", "eu-west-3", expires_in).add_auth(theirs)
    ours = SigV4Signer.for_s3("eu-west-3").presign(request, keys("AK", "SK", token), now, expires_in=expires_in)
    assert urlsplit(ours).path == urlsplit(theirs.url).path
    assert sorted(parse_qsl(urlsplit(ours).query, keep_blank_values=True)) == sorted(
        parse_qsl(urlsplit(theirs.url).query, keep_blank_values=True)
    )


def signature_of(request: Request) -> str:
    return (request.header("authorization") or "").rpartition("=")[2]


GET = Request(method="GET", origin=BUCKET, target="/a")


def test_a_streamed_body_is_unsigned_and_a_known_hash_is_used() -> None:
    class Stream:
        length = 3
        rewindable = False

    signer = SigV4Signer.for_s3("us-east-1")
    streamed = Request(method="PUT", origin=BUCKET, target="/a", body=Stream())  # type: ignore[arg-type] # never read
    assert signer.sign(streamed, DOC_KEYS, 0).header("x-amz-content-sha256") == UNSIGNED_PAYLOAD
    known = hashlib.sha256(b"abc").hexdigest()
    by_argument = signer.sign(streamed, DOC_KEYS, 0, payload_hash=known)
    by_header = signer.sign(streamed.with_headers({"X-Amz-Content-SHA256": known}), DOC_KEYS, 0)
    in_memory = signer.sign(Request(method="PUT", origin=BUCKET, target="/a", body=b"abc"), DOC_KEYS, 0)
    assert signature_of(by_argument) == signature_of(by_header) == signature_of(in_memory)
    assert [name.lower() for name, _ in by_header.headers].count("x-amz-content-sha256") == 1


def test_signing_again_replaces_what_the_first_signature_added() -> None:
    signer = SigV4Signer.for_s3("us-east-1")
    with_token = keys("AK", "SK", "token")
    first = signer.sign(GET, with_token, 0)
    assert sorted(signer.sign(first, with_token, 60).headers) == sorted(signer.sign(GET, with_token, 60).headers)
    assert signer.sign(first, DOC_KEYS, 60).header("x-amz-security-token") is None


def test_the_cached_key_follows_the_day_and_the_credentials() -> None:
    signer = SigV4Signer.for_s3("us-east-1")
    for credentials in (keys("AK", "one"), keys("AK", "two"), keys("AK", "one")):
        for now in (0, 86_399, 86_400, 0):
            expected = SigV4Signer.for_s3("us-east-1").sign(GET, credentials, now)
            assert signer.sign(GET, credentials, now) == expected


def test_names_that_the_server_decodes_alike_are_signed_alike() -> None:
    signer = SigV4Signer.for_s3("us-east-1")
    plain, over_encoded = (
        signer.sign(Request(method="GET", origin=BUCKET, target=target), DOC_KEYS, 0)
        for target in ("/a/../b~c", "/a/%2e%2E/b%7ec")
    )
    assert signature_of(plain) == signature_of(over_encoded)
    assert over_encoded.target == "/a/%2e%2E/b%7ec"


@pytest.mark.parametrize("seconds", [0, -1, 604_801])
def test_a_presigned_url_works_for_a_week_at_most(seconds: int) -> None:
    with pytest.raises(InvalidRequest, match="expires_in"):
        SigV4Signer.for_s3("us-east-1").presign(GET, DOC_KEYS, 0, expires_in=seconds)
