"""What Acme Cloud sends, field by field, and how it becomes models. Pure functions."""

from __future__ import annotations

import datetime as dt

import msgspec

from cumuli.errors import (
    AuthenticationError,
    CloudError,
    Conflict,
    ContainerNotFound,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
)
from cumuli.providers.acme.models import AcmeContainer

__all__ = ["PROVIDER", "Folder", "Folders", "container_of", "error_of"]

PROVIDER = "acme"

# What went wrong, by the API's own codes, and by the status where the code says no more.
CODES: dict[str, type[CloudError]] = {
    "folder_not_found": ContainerNotFound,
}
STATUSES: dict[int, type[CloudError]] = {
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}


class Folder(msgspec.Struct):
    """A folder, which is a container here, with the fields that are read."""

    name: str
    files: int | None = None
    bytes: int | None = None
    created: dt.datetime | None = None
    vault: str | None = None


class Folders(msgspec.Struct):
    """One page of folders."""

    folders: list[Folder]
    next: int | None = None


class Failure(msgspec.Struct):
    """The body of an answer that is no success."""

    code: str = ""
    message: str = ""


def container_of(folder: Folder) -> AcmeContainer:
    """The container."""
    return AcmeContainer(
        name=folder.name,
        provider=PROVIDER,
        object_count=folder.files,
        size=folder.bytes,
        created_at=folder.created,
        vault=folder.vault,
    )


def error_of(status: int, body: bytes) -> CloudError:
    """What an answer that is no success means."""
    try:
        failure = msgspec.json.decode(body, type=Failure)
    except (msgspec.MsgspecError, RecursionError):
        failure = Failure()
    kind = CODES.get(failure.code) or STATUSES.get(status)
    if kind is None:
        kind = ProviderUnavailable if status >= 500 else InvalidRequest
    message = failure.message or "an answer that is not from its API; check the endpoint, or try later"
    return kind(message, status=status, code=failure.code or None)
