"""apache-libcloud."""

from __future__ import annotations

from collections.abc import Callable

from libcloud.compute.providers import get_driver
from libcloud.compute.types import Provider


def prepare(endpoint: str) -> Callable[[], int]:
    driver = get_driver(Provider.OPENSTACK)(
        "demo",
        "secret",
        ex_tenant_name="demo",
        ex_force_auth_url=endpoint,
        ex_force_auth_version="3.x_password",
        ex_force_service_region="RegionOne",
    )
    return lambda: len(driver.list_nodes())
