"""Modules that are called like functions.

``cumuli.compute`` is a function to users and a package to Python, and importing any module of
the package would put the package in the function's place. So the package itself is callable.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

__all__ = ["make_callable"]


class _Callable(ModuleType):
    """A module that hands calls to the function of its own name elsewhere."""

    _cumuli_home: str

    def __call__(self, *arguments: object, **settings: object) -> object:
        return getattr(import_module(self._cumuli_home), self.__name__.rpartition(".")[2])(*arguments, **settings)


def make_callable(name: str, home: str = "cumuli.by_name") -> None:
    """Make the module of this name, which is being imported, callable.

    Args:
        name: Its ``__name__``.
        home: The module that has the function of its name, imported at the first call.
    """
    module = sys.modules[name]
    module.__class__ = _Callable
    vars(module)["_cumuli_home"] = home
