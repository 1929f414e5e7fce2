"""Servers, disks, images and keys: the portable compute API."""

from cumuli.callable_module import make_callable

make_callable(__name__)
