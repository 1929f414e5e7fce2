"""What came of a call whose answer was lost: for deletions, and for what makes things."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from cumuli.calls.retry import may_have_happened
from cumuli.errors import CloudError, Conflict, InvalidRequest, MalformedResponse, NotFound

__all__ = ["creating", "deleting", "doubtful"]

T = TypeVar("T")


async def deleting(call: Awaitable[object], *, done: Callable[[], Awaitable[bool]] | None = None) -> None:
    """Await a deletion; that a repeated attempt finds nothing any more is its success.

    Args:
        call: The deletion, repeated by the ``Caller`` if an answer is lost.
        done: Looks whether what was to go is gone or going, for providers that refuse to delete what
            they are deleting. Asked only if a repeated attempt was refused; ``NotFound`` is a yes.
    """
    try:
        await call
    except (NotFound, Conflict, InvalidRequest) as error:
        if not error.repeated:
            raise
        if isinstance(error, NotFound) or await _is_done(done):
            return
        raise


async def _is_done(look: Callable[[], Awaitable[bool]] | None) -> bool:
    if look is None:
        return False
    try:
        return await look()
    except NotFound:
        return True
    except CloudError:
        # The refusal tells more than the failure to look behind it.
        return False


async def creating(call: Awaitable[T], *, operation: str, advice: str) -> T:
    """Await what makes something; an error that leaves open whether it was made says so.

    Args:
        call: The call.
        operation: The provider's name of it: errors of other calls on the way, such as the one for a
            token, leave nothing open.
        advice: What may be there now, and what to do about it.
    """
    try:
        return await call
    except CloudError as error:
        if doubtful(error, operation):
            error.message += f"; {advice}"
        raise


def doubtful(error: CloudError, operation: str) -> bool:
    """Whether an operation that failed so may have taken effect."""
    if error.refused and not error.repeated:
        return False
    if isinstance(error, MalformedResponse):
        return error.operation in {None, operation}
    open_end = may_have_happened(error) or (error.repeated and error.retryable)
    return open_end and error.operation == operation
