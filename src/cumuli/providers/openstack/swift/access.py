"""``SwiftAccess``: who may read a container, or write to it, and the list by which Swift is told. Pure."""

from __future__ import annotations

import msgspec

from cumuli.errors import InvalidRequest

__all__ = ["SwiftAccess"]

ANYBODY = ".r:*"
LISTINGS = ".rlistings"
REFERRERS = (".r:", ".ref:", ".referer:", ".referrer:")


class SwiftAccess(msgspec.Struct, frozen=True, kw_only=True):
    """Who may read a container, or write to it, besides the account's own users.

    Attributes:
        everybody: Everybody may read its objects, without credentials (``.r:*``).
        listings: Whoever may read them without credentials may list them too (``.rlistings``).
        users: ``"project:user"``, ``"project:*"`` or ``"*:user"``, by ids or (of the default domain) by names; in
            Swift's own way in ``"account:user"`` or ``"account"``.
        referrers: Hosts whose pages may lead to it (``"example.com"``, ``".example.com"`` for all below it), with
            ``-`` in front those whose may not. Browsers say where they come from, and others say what they like.
    """

    everybody: bool = False
    listings: bool = False
    users: tuple[str, ...] = ()
    referrers: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The list as the header has it.

        Raises:
            InvalidRequest: An entry is none.
        """
        for entry in (*self.users, *self.referrers):
            if not entry or not entry.isascii() or not entry.isprintable() or "," in entry or entry != entry.strip():
                raise InvalidRequest(f"{entry!r} cannot stand in a list of who may do something with a container")
        for user in self.users:
            if user.startswith("."):
                raise InvalidRequest(f"{user!r} is nobody; say everybody=, listings= or referrers= for what has a dot")
        entries = [ANYBODY] if self.everybody else []
        entries += [f".r:{host}" for host in self.referrers]
        entries += [LISTINGS] if self.listings else []
        return ",".join([*entries, *self.users])

    @classmethod
    def parse(cls, text: str | None) -> SwiftAccess:
        """What a list says (``SwiftContainer.read_acl``). Words with a dot that Swift does not know are left out."""
        everybody = listings = False
        users: list[str] = []
        referrers: list[str] = []
        for entry in filter(None, (each.strip() for each in (text or "").split(","))):
            kind = next((each for each in REFERRERS if entry.startswith(each)), None)
            if kind is not None:
                host = entry.removeprefix(kind).strip()
                everybody = everybody or host == "*"
                if host != "*":
                    referrers.append(host)
            elif entry == LISTINGS:
                listings = True
            elif not entry.startswith("."):
                users.append(entry)
        return cls(everybody=everybody, listings=listings, users=tuple(users), referrers=tuple(referrers))
