"""Every page, whatever the server does with its tokens."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from cumuli.calls.paging import MAX_EMPTY_PAGES, Page, iterate_pages
from cumuli.errors import MalformedResponse
from cumuli.runtime.blocking.drive import run


@pytest.fixture(params=["everything", "recent"], autouse=True)
def remembered(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every promise holds whether all items are remembered, or only the last pages of a sorted listing."""
    # Of the test's own class: each test makes its listings in its own way.
    order = None if request.param == "everything" else staticmethod(lambda item: f"{item:09}")
    monkeypatch.setattr(Listing, "order", order)


class Listing:
    """Pages by cursor; what was asked for is remembered."""

    order: Callable[[int], str] | None = None

    def __init__(self, pages: dict[str | None, Page[int]]) -> None:
        self.pages = pages
        self.asked: list[str | None] = []

    async def fetch(self, cursor: str | None) -> Page[int]:
        self.asked.append(cursor)
        return self.pages[cursor]

    def all(self) -> list[int]:
        async def collect() -> list[int]:
            return [item async for item in iterate_pages(self.fetch, key=lambda item: item, order=self.order)]

        return run(collect())


def test_every_page_is_read_once() -> None:
    listing = Listing({None: Page([1, 2], "a"), "a": Page([3], "b"), "b": Page([4])})
    assert listing.all() == [1, 2, 3, 4]
    assert listing.asked == [None, "a", "b"]


def test_nothing_at_all() -> None:
    assert Listing({None: Page([])}).all() == []


def test_an_empty_page_with_a_cursor_is_passed_over() -> None:
    assert Listing({None: Page([], "a"), "a": Page([], "b"), "b": Page([1])}).all() == [1]


def test_an_empty_cursor_is_a_cursor() -> None:
    assert Listing({None: Page([1], ""), "": Page([2])}).all() == [1, 2]


def test_what_is_sent_twice_is_given_once() -> None:
    assert Listing({None: Page([1, 2], "a"), "a": Page([2, 3], "b"), "b": Page([3])}).all() == [1, 2, 3]


def test_a_page_is_fetched_only_when_it_is_needed() -> None:
    listing = Listing({None: Page([1, 2], "a"), "a": Page([3])})

    async def first_two() -> list[int]:
        got: list[int] = []
        pages = iterate_pages(listing.fetch, key=lambda item: item)
        async for item in pages:
            got.append(item)
            if len(got) == 2:
                break
        await pages.aclose()  # type: ignore[attr-defined]
        return got

    assert run(first_two()) == [1, 2]
    assert listing.asked == [None]


def test_a_token_repeated_once_is_no_end() -> None:
    class Repeats(Listing):
        async def fetch(self, cursor: str | None) -> Page[int]:
            page = await super().fetch(cursor)
            # The second page is answered with its own token the first time.
            return Page(page.items, "a") if cursor == "a" and self.asked.count("a") == 1 else page

    assert Repeats({None: Page([1], "a"), "a": Page([2], "b"), "b": Page([3])}).all() == [1, 2, 3]


@pytest.mark.parametrize(
    "pages",
    [
        {None: Page([1], "a"), "a": Page([2], "a")},
        {None: Page([1], "a"), "a": Page([], "a")},
        {None: Page([1], "a"), "a": Page([2], "b"), "b": Page([1], "a")},
    ],
    ids=["the-same-page", "the-same-empty-page", "a-circle"],
)
def test_a_listing_that_runs_in_circles_is_an_error(pages: dict[str | None, Page[int]]) -> None:
    listing = Listing(pages)
    with pytest.raises(MalformedResponse, match="does not end"):
        listing.all()
    assert len(listing.asked) < 20


def test_empty_pages_without_end_are_an_error() -> None:
    class Endless(Listing):
        async def fetch(self, cursor: str | None) -> Page[int]:
            self.asked.append(cursor)
            return Page([], f"token-{len(self.asked)}")

    listing = Endless({})
    with pytest.raises(MalformedResponse):
        listing.all()
    assert len(listing.asked) <= MAX_EMPTY_PAGES + 2


def test_many_empty_pages_are_patiently_read() -> None:
    class Sparse(Listing):
        async def fetch(self, cursor: str | None) -> Page[int]:
            self.asked.append(cursor)
            count = len(self.asked)
            return Page([count] if count % 900 == 0 else [], None if count == 2700 else f"token-{count}")

    assert Sparse({}).all() == [900, 1800, 2700]


def test_a_failing_page_fails_the_listing() -> None:
    listing = Listing({None: Page([1], "missing")})
    with pytest.raises(KeyError):
        listing.all()


ONLY_SORTED = pytest.mark.parametrize("remembered", ["recent"], indirect=True)


def test_a_listing_that_is_not_in_order_loses_nothing() -> None:
    listing = Listing(
        {None: Page([5, 2, 9], "a"), "a": Page([1, 2, 7], "b"), "b": Page([3, 9, 1, 8], "c"), "c": Page([4])}
    )
    assert listing.all() == [5, 2, 9, 1, 7, 3, 8, 4]


def test_a_server_that_begins_again_with_new_tokens_comes_to_an_end() -> None:
    class Restarts(Listing):
        async def fetch(self, cursor: str | None) -> Page[int]:
            self.asked.append(cursor)
            count = len(self.asked) % 5
            return Page([count * 2, count * 2 + 1], f"token-{len(self.asked)}")

    listing = Restarts({})
    with pytest.raises(MalformedResponse, match="does not end"):
        listing.all()
    assert len(listing.asked) <= MAX_EMPTY_PAGES + 20


@ONLY_SORTED
def test_what_a_long_listing_remembers_does_not_grow() -> None:
    class Strict:
        """Knows only the tokens that it gave, and sends every tenth page twice."""

        size, page = 100_000, 1000

        def __init__(self) -> None:
            self.given: int | None = None
            self.repeated = False

        async def fetch(self, cursor: str | None) -> Page[str]:
            start = 0 if cursor is None else int(cursor)
            assert start == (self.given or 0), "a token that was never given, or an old one"
            names = [f"folder/object-{number:09}" for number in range(start, start + self.page)]
            end = start + self.page
            if end % 10_000 == 0 and not self.repeated:
                self.repeated = True
                return Page(names, cursor)
            self.repeated = False
            self.given = end
            return Page(names, str(end) if end < self.size else None)

    async def count() -> int:
        total = 0
        async for name in iterate_pages(Strict().fetch, key=lambda name: (True, name), order=lambda name: name):
            assert name.endswith(f"{total:09}")
            total += 1
        return total

    tracemalloc.start()
    try:
        assert run(count()) == Strict.size
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000, f"{peak:,} bytes"
