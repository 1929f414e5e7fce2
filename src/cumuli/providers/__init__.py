"""One folder per provider."""

from cumuli.callable_module import make_callable

make_callable(__name__, "cumuli.registry")
