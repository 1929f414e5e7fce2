"""``PROVIDER-OR-PROFILE:container/key``: how people write where in a cloud something is. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from cumuli.cli.standard_streams import is_standard
from cumuli.cli.usage import UsageError

__all__ = ["Place", "place_of"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A container or an object, or a whole account.

    Attributes:
        cloud: The provider or profile; None where the global options are to tell.
        container: The container's name, or empty.
        key: The object's name or how names begin, exactly as it is, or empty.
    """

    cloud: str | None
    container: str
    key: str

    def __str__(self) -> str:
        path = f"{self.container}/{self.key}" if self.key else self.container
        return path if self.cloud is None else f"{self.cloud}:{path}"

    def beside(self, key: str) -> Place:
        """The place of another object in the same container."""
        return Place(cloud=self.cloud, container=self.container, key=key)

    @property
    def folder(self) -> str:
        """How the names of all that is below this place begin: empty, or with a slash at the end."""
        return self.key if not self.key or self.key.endswith("/") else f"{self.key}/"


def place_of(text: str, *, cloud: str | None, default: str | None = None) -> Place:
    """Read an address.

    Args:
        text: As it was typed. What stands before the first colon is the cloud, unless there is a slash
            in it; the container ends at the first slash, and everything behind that is the key.
        cloud: The provider or profile of the global options, by which an address need not name one.
        default: The profile that is meant where nothing names one.

    Raises:
        UsageError: No cloud is named, or two are, or no container before the key.
    """
    if is_standard(text):
        raise UsageError("- stands for standard input or output, and here an address in a cloud is wanted")
    head, colon, rest = text.partition(":")
    if not colon or "/" in head:
        named, rest = None, text
    else:
        named = head or None
    if named is None and cloud is None and default is None:
        raise UsageError(
            f"{repr(text) if text else 'the command'} names no cloud; "
            "write PROVIDER:CONTAINER/KEY or PROFILE:CONTAINER/KEY, or add --profile NAME, or set CUMULI_PROFILE"
        )
    if named is not None and cloud is not None and named != cloud:
        raise UsageError(
            f"{text!r} names the cloud {named!r} and the options name {cloud!r}; leave one of them out "
            f"(if {named!r} is how the container's name begins, write {':' + text!r})"
        )
    container, _, key = rest.partition("/")
    if key and not container:
        raise UsageError(
            f"{text!r} names no container; write {named or cloud or default}:CONTAINER/KEY, "
            "without a slash before the container"
        )
    return Place(cloud=named or cloud or default, container=container, key=key)
