"""Object storage: the portable clients, models and SPI."""

from cumuli.callable_module import make_callable

make_callable(__name__)
