"""``CredentialArguments``: by which arguments a client's class is told who one is.

Each class says it of itself, as ``credential_arguments``, and everything that combines arguments with something
stored reads it there: profiles, ``clouds.yaml``, the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import msgspec

from cumuli.errors import ConfigurationError

__all__ = ["CONVENTIONAL", "CredentialArguments"]


class CredentialArguments(msgspec.Struct, frozen=True, kw_only=True):
    """The ways to say who one is.

    Attributes:
        ways: The arguments of each way. Two arguments that have no way in common contradict each other.
        proofs: Those that name nobody: given alone, they prove who is named elsewhere.
        whole: Those that stand for an account that is stored elsewhere, with all that belongs to it.
        belongings: Arguments that belong to such an account: where it is, and what it is used for.
        scopes: The arguments of each way to say what for: an argument replaces a stored one of another way.
    """

    ways: tuple[frozenset[str], ...]
    proofs: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    belongings: frozenset[str] = frozenset()
    scopes: tuple[frozenset[str], ...] = ()

    def check(self, given: Mapping[str, object], *, where: str = "", provider: str | None = None) -> None:
        """Do nothing if these arguments say only once who one is; None is not given.

        Args:
            given: The arguments by name, or a profile's settings.
            where: Where they stand, if not in a call.
            provider: Registry name, for the error.

        Raises:
            ConfigurationError: Two of them are two ways; it names both.
        """
        names = [name for name in given if given[name] is not None]
        for one, other in combinations(names, 2):
            if _contradict(self.ways, one, other):
                raise ConfigurationError(
                    f"{where}{one} and {other} are two ways to authenticate; give one of the two, not both",
                    provider=provider,
                )

    def kept(self, stored: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
        """What of a profile's settings may stand beside arguments, which go before them.

        Who names somebody else takes no half of the stored account: it would only look like a wrong password.

        Args:
            stored: The profile's settings.
            given: The arguments, without those that are None.
        """
        about = frozenset(name for way in self.ways for name in way)
        gone: frozenset[str]
        if not self.whole.isdisjoint(given):
            gone = about | self.belongings
        elif not (about - self.proofs).isdisjoint(given):
            gone = about - self.whole
        else:
            gone = frozenset()
        return {
            name: value
            for name, value in stored.items()
            if name not in gone
            and not any(_contradict(ways, name, other) for ways in (self.ways, self.scopes) for other in given)
        }


def _contradict(ways: tuple[frozenset[str], ...], one: str, other: str) -> bool:
    holding = [way for way in ways if one in way]
    return bool(holding) and any(other in way for way in ways) and not any(other in way for way in holding)


# What a class is taken to mean that does not say.
CONVENTIONAL = CredentialArguments(
    ways=(frozenset({"credentials"}), frozenset({"key", "secret", "token", "username", "password", "api_key"})),
    proofs=frozenset({"secret", "password"}),
    whole=frozenset({"credentials"}),
)
