"""What checkers make of the error tree. Nothing here runs: mypy and basedpyright read it."""

from typing import assert_type

from cumuli import errors


def context(error: errors.CloudError) -> None:
    assert_type(error.provider, str | None)
    assert_type(error.status, int | None)
    assert_type(error.retryable, bool)
    assert_type(error.retry_after, float | None)


def precise_ones_are_caught_by_the_broad_ones() -> None:
    try:
        context(errors.NodeNotFound("no such node"))
    except errors.NotFound as error:
        assert_type(error.message, str)
    except NotImplementedError as error:
        assert_type(error, NotImplementedError)


def a_wrong_keyword_is_an_error() -> None:
    errors.CloudError("refused", http_status=403)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
