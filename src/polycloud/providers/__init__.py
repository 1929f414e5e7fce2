"""One folder per provider."""

from polycloud.callable_module import make_callable

make_callable(__name__)
