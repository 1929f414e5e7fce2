"""Deleting many objects: in batches where the provider takes them, else several at a time."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable

from cumuli.errors import (
    CloudError,
    InvalidRequest,
    MalformedResponse,
    ObjectNotFound,
    PermissionDenied,
    ProviderUnavailable,
)
from cumuli.storage.capabilities import StorageCapability
from cumuli.storage.driver import Address, StorageDriver
from cumuli.storage.models import Container, DeleteResult, Object, ObjectLike

__all__ = ["delete_all"]

CONCURRENCY = 16
BATCHES_AT_ONCE = 2
# So many requests that failed one after the other are no single object's fault: halving finds that one sooner.
HOPELESS = 16


async def delete_all(
    driver: StorageDriver[Container, Object],
    objs: Iterable[ObjectLike] | AsyncIterable[ObjectLike],
    address_of: Callable[[ObjectLike], Address],
) -> list[DeleteResult]:
    """A result for each object, in order; see ``AsyncStorage.delete_objects``."""
    runtime = driver.caller.runtime
    in_bulk = StorageCapability.BULK_DELETE in driver.capabilities
    batches = _batches(objs, address_of, driver.rules.delete_batch if in_bulk else 1)

    async def delete(batch: list[Address]) -> list[DeleteResult]:
        return await (_in_one(driver, batch) if in_bulk else _single(driver, batch[0]))

    results: list[DeleteResult] = []
    async for some in runtime.map_bounded(delete, batches, limit=BATCHES_AT_ONCE if in_bulk else CONCURRENCY):
        results += some
    return results


async def _batches(
    objs: Iterable[ObjectLike] | AsyncIterable[ObjectLike], address_of: Callable[[ObjectLike], Address], size: int
) -> AsyncIterator[list[Address]]:
    """Neighbours of the same container, as many as go into one request."""
    batch: list[Address] = []
    async for obj in _each(objs):
        address = address_of(obj)
        if batch and (len(batch) == size or batch[0].container != address.container):
            yield batch
            batch = []
        batch.append(address)
    if batch:
        yield batch


async def _each(objs: Iterable[ObjectLike] | AsyncIterable[ObjectLike]) -> AsyncIterator[ObjectLike]:
    if isinstance(objs, AsyncIterable):
        async for obj in objs:
            yield obj
    else:
        # A text is iterable as well, and none of objects.
        if isinstance(objs, str | Object) or not isinstance(objs, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a checker
            raise InvalidRequest(
                f"delete_objects takes several objects, not {type(objs).__name__}; give a list of them"
            )
        for obj in objs:
            yield obj


async def _in_one(driver: StorageDriver[Container, Object], batch: list[Address]) -> list[DeleteResult]:
    """One request for all of them; where it fails as a whole, halves of it find whose fault that is."""
    results: list[DeleteResult] = []
    waiting = [batch]
    failures, failure = 0, None
    while waiting:
        some = waiting.pop()
        if failure is None or failures < HOPELESS:
            try:
                results += await _together(driver, some)
            except CloudError as error:
                failures, failure = failures + 1, error
                if len(some) > 1 and await _may_be_of_one(driver, batch[0].container, error):
                    half = len(some) // 2
                    waiting += [some[half:], some[:half]]
                    continue
            else:
                failures, failure = 0, None
                continue
        results += [DeleteResult(container=one.container, name=one.name, error=failure) for one in some]
    return results


async def _together(driver: StorageDriver[Container, Object], some: list[Address]) -> list[DeleteResult]:
    results = await driver.delete_objects(some[0].container, some)
    if [result.name for result in results] != [address.name for address in some]:
        raise MalformedResponse(
            f"{len(some)} objects were to be deleted, and the answer does not say what became of each; "
            "list the container to see which are left"
        )
    return results


async def _may_be_of_one(driver: StorageDriver[Container, Object], container: str, error: CloudError) -> bool:
    """Whether one object may be why a request for many failed, and not all of them."""
    if not isinstance(error, ProviderUnavailable) or StorageCapability.GET_CONTAINER not in driver.capabilities:
        return isinstance(error, InvalidRequest | MalformedResponse | ProviderUnavailable)
    try:
        await driver.get_container(container)
    except (InvalidRequest, PermissionDenied):
        # Not everybody may ask for it; the service is there.
        return True
    except CloudError:
        return False
    return True


async def _single(driver: StorageDriver[Container, Object], address: Address) -> list[DeleteResult]:
    error: CloudError | None = None
    try:
        await driver.delete_object(address)
    except ObjectNotFound:
        pass
    except CloudError as failure:
        error = failure
    return [DeleteResult(container=address.container, name=address.name, error=error)]
