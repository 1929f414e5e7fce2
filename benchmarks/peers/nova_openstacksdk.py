"""openstacksdk."""

from __future__ import annotations

from collections.abc import Callable

import openstack


def prepare(endpoint: str) -> Callable[[], int]:
    connection = openstack.connect(
        load_yaml_config=False,
        load_envvars=False,
        auth_url=f"{endpoint}/identity/v3",
        username="demo",
        password="secret",
        project_name="demo",
        user_domain_id="default",
        project_domain_id="default",
        region_name="RegionOne",
    )
    return lambda: len(list(connection.compute.servers()))
