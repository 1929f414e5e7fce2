"""Credentials that are given, and credentials that are kept fresh, over both runtimes."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest

from cumuli.errors import AuthenticationError, ConfigurationError
from cumuli.providers.aws.identity.authorizer import SigV4Authorizer
from cumuli.providers.aws.identity.credentials import (
    AWSCredentials,
    CredentialsProvider,
    RefreshingCredentials,
    StaticCredentials,
    credentials_provider,
    explicit_credentials,
)
from cumuli.providers.aws.sigv4 import SigV4Signer
from cumuli.runtime.messages import Request
from cumuli.runtime.protocol import Runtime
from cumuli.secret import Secret
from tests.flavours import Flavour


def made(number: int, minutes: float | None = None) -> AWSCredentials:
    end = None if minutes is None else dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    return AWSCredentials(access_key=f"AKID{number}", secret=Secret(f"secret-{number}"), expires_at=end)


class Fetch:
    """Gives credentials that end in so many minutes, one set after the other, and counts."""

    def __init__(self, *minutes: float | Exception | None) -> None:
        self.minutes = minutes
        self.calls = 0
        self.running = 0
        self.lock = threading.Lock()
        self.before: Callable[[], object] = lambda: None

    def __call__(self) -> AWSCredentials:
        with self.lock:
            self.calls += 1
            self.running += 1
            assert self.running == 1, "two refreshes at the same time"
            number = self.calls
        try:
            self.before()
            minutes = self.minutes[min(number, len(self.minutes)) - 1]
            if isinstance(minutes, Exception):
                raise minutes
            return made(number, minutes)
        finally:
            self.running -= 1


def test_explicit_credentials() -> None:
    assert explicit_credentials(None, None, None) is None
    found = explicit_credentials(" AKID ", Secret("s\n"), "t")
    assert found is not None
    assert (found.access_key, found.secret, found.token) == ("AKID", Secret("s"), Secret("t"))
    for arguments in (("AKID", None, None), (None, "s", None), (None, None, "t"), ("", "s", None)):
        with pytest.raises(ConfigurationError, match="is missing"):
            explicit_credentials(*arguments)
    assert "hunter2" not in repr(explicit_credentials("AKID", "hunter2", "hunter2"))


def test_what_credentials_may_be(flavour: Flavour) -> None:
    class Mine:
        async def get(self) -> AWSCredentials:
            return made(1)

    async def case(runtime: Runtime) -> list[str]:
        providers: list[CredentialsProvider] = [
            credentials_provider(runtime, given) for given in (made(1), Mine(), lambda: made(1))
        ]
        return [(await provider.get()).access_key for provider in providers]

    assert flavour.run(case) == ["AKID1"] * 3


def test_what_credentials_may_not_be(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        with pytest.raises(ConfigurationError, match=r"credentials= takes AWSCredentials.*not str"):
            credentials_provider(runtime, "AKID")  # type: ignore[arg-type] # the mistake is the test
        wrong = credentials_provider(runtime, lambda: "AKID")  # type: ignore[arg-type, return-value] # likewise
        with pytest.raises(ConfigurationError, match="returned str; it must return AWSCredentials"):
            await wrong.get()

    flavour.run(case)


def test_many_callers_make_one_refresh(flavour: Flavour) -> None:
    fetch = Fetch(60)
    several = threading.Semaphore(0)
    # The first refresh goes on only when others have asked as well.
    fetch.before = lambda: [several.acquire(timeout=120) for _ in range(8)]

    async def case(runtime: Runtime) -> list[AWSCredentials]:
        provider = RefreshingCredentials(runtime, fetch)

        async def one() -> AWSCredentials:
            several.release()
            return await provider.get()

        return await runtime.gather([one] * 200, limit=16)

    found = flavour.run(case)
    assert {credentials.access_key for credentials in found} == {"AKID1"}
    assert fetch.calls == 1


@pytest.mark.parametrize(
    ("minutes", "calls"), [(None, 1), (60, 1), (16, 1), (14, 2), (9, 2)], ids=["never", "long", "fresh", "soon", "now"]
)
def test_they_are_refreshed_before_they_end(flavour: Flavour, minutes: float | None, calls: int) -> None:
    fetch = Fetch(minutes, 60)

    async def case(runtime: Runtime) -> str:
        provider = RefreshingCredentials(runtime, fetch)
        await provider.get()
        # The first answer is not asked for again at once: jump over that pause.
        provider._quiet_until = 0.0
        await runtime.gather([provider.get] * 50, limit=8)
        return (await provider.get()).access_key

    assert flavour.run(case) == f"AKID{calls}"
    assert fetch.calls == calls


def test_short_lived_credentials_are_not_asked_for_at_every_call(flavour: Flavour) -> None:
    fetch = Fetch(5)

    async def case(runtime: Runtime) -> None:
        provider = RefreshingCredentials(runtime, fetch)
        for _ in range(20):
            await provider.get()

    flavour.run(case)
    assert fetch.calls == 1


def test_others_go_on_while_one_refreshes(flavour: Flavour) -> None:
    fetch = Fetch(14, 60)

    async def case(runtime: Runtime) -> list[str]:
        provider = RefreshingCredentials(runtime, fetch)
        await provider.get()
        provider._quiet_until = 0.0
        started, may_end = threading.Event(), threading.Event()

        def wait() -> None:
            started.set()
            assert may_end.wait(120)

        fetch.before = wait

        async def other() -> str:
            await runtime.offload(lambda: started.wait(120))
            key = (await provider.get()).access_key
            may_end.set()
            return key

        async def one() -> str:
            return (await provider.get()).access_key

        return await runtime.gather([one, other])

    assert flavour.run(case) == ["AKID2", "AKID1"]


def test_a_failed_refresh_matters_only_once_they_have_ended(flavour: Flavour, caplog: pytest.LogCaptureFixture) -> None:
    fetch = Fetch(5, AuthenticationError("signed out"))

    async def case(runtime: Runtime) -> str:
        provider = RefreshingCredentials(runtime, fetch)
        await provider.get()
        provider._quiet_until = 0.0
        for _ in range(10):
            kept = await provider.get()
        provider._current = made(7, -1)
        with pytest.raises(AuthenticationError, match="signed out"):
            await provider.get()
        return kept.access_key

    assert flavour.run(case) == "AKID1"
    assert fetch.calls == 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_credentials_that_have_ended_are_an_error(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> None:
        with pytest.raises(AuthenticationError, match="have expired; log in again"):
            await RefreshingCredentials(runtime, Fetch(-1)).get()

    flavour.run(case)


def test_waiting_callers_share_one_failure(flavour: Flavour) -> None:
    fetch = Fetch(ConfigurationError("no AWS credentials found"))

    async def case(runtime: Runtime) -> int:
        provider = RefreshingCredentials(runtime, fetch)
        asking = 0
        all_ask = threading.Event()

        async def one() -> bool:
            nonlocal asking
            asking += 1
            if asking == 8:
                all_ask.set()
            with pytest.raises(ConfigurationError, match="no AWS credentials found"):
                await provider.get()
            return True

        fetch.before = lambda: all_ask.wait(120)
        await runtime.gather([one] * 8, limit=8)
        with pytest.raises(ConfigurationError):
            await provider.get()
        return fetch.calls

    # One for the eight of them (or two, when a thread is slow to join the queue), one for the late one.
    assert flavour.run(case) in {2, 3}


def test_renewal_after_a_refusal(flavour: Flavour) -> None:
    fetch = Fetch(None)

    async def case(runtime: Runtime) -> tuple[list[bool], int, bool, str]:
        provider = RefreshingCredentials(runtime, fetch)
        authorizer = SigV4Authorizer(runtime, SigV4Signer("ec2", "us-east-1"), provider)
        request = Request(method="GET", origin="https://h", target="/")
        rejected = await authorizer.authorize(request)
        answers = await runtime.gather([lambda: authorizer.renew(rejected)] * 20, limit=8)
        calls = fetch.calls
        again = await authorizer.authorize(request)
        return answers, calls, await authorizer.renew(again), again.header("authorization") or ""

    answers, calls, third, authorization = flavour.run(case)
    assert answers == [True] * 20
    assert calls == 2
    assert "Credential=AKID2/" in authorization
    # A second refusal within seconds is not the credentials' age.
    assert third is False
    assert fetch.calls == 2


def test_no_renewal_of_what_does_not_change(flavour: Flavour) -> None:
    same = made(1)
    calls: list[int] = []

    def fetch() -> AWSCredentials:
        calls.append(1)
        return same

    async def case(runtime: Runtime) -> None:
        request = Request(method="GET", origin="https://h", target="/")
        for provider in (RefreshingCredentials(runtime, fetch), StaticCredentials(same)):
            authorizer = SigV4Authorizer(runtime, SigV4Signer("ec2", "us-east-1"), provider)
            rejected = await authorizer.authorize(request)
            assert await runtime.gather([lambda: authorizer.renew(rejected)] * 5, limit=4) == [False] * 5  # noqa: B023 - awaited at once

    flavour.run(case)
    assert len(calls) == 2


def test_a_renewal_that_fails_is_no_renewal(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> bool:
        provider = RefreshingCredentials(runtime, Fetch(None, AuthenticationError("signed out")))
        return await provider.renew(await provider.get())

    assert flavour.run(case) is False


def test_presigning_uses_the_credentials_of_the_moment(flavour: Flavour) -> None:
    async def case(runtime: Runtime) -> str:
        authorizer = SigV4Authorizer(runtime, SigV4Signer.for_s3("us-east-1"), StaticCredentials(made(3)))
        return await authorizer.presign(Request(method="GET", origin="https://h", target="/k"), expires_in=60)

    assert "X-Amz-Credential=AKID3%2F" in flavour.run(case)
