"""Modules that are called like functions.

``cumuli.compute`` is a function to users and a package to Python, and importing any module of
the package would put the package in the function's place. So the package itself is callable.
"""

from __future__ import annotations

import sys
from types import ModuleType

__all__ = ["make_callable"]


class _Callable(ModuleType):
    """A module that hands calls to the function of its own name in ``cumuli.registry``."""

    def __call__(self, *arguments: object, **settings: object) -> object:
        from cumuli import registry

        return getattr(registry, self.__name__.rpartition(".")[2])(*arguments, **settings)


def make_callable(name: str) -> None:
    """Make the module of this name, which is being imported, callable."""
    sys.modules[name].__class__ = _Callable
