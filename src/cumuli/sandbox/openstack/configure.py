"""The configuration files of the services."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from cumuli.sandbox.openstack.layout import Layout

KEY = "0" * 64
FAKE_VOLUMES = "cumuli_fake_volumes"
# Written beside the settings, for it is Cinder's Python that imports it.
FAKE_VOLUMES_TEXT = '''"""Cinder's own fake driver, made to say that it fills volumes from images."""

from cinder.tests.fake_driver import FakeLoggingVolumeDriver


class Volumes(FakeLoggingVolumeDriver):
    """Volumes that exist in the books alone."""

    def clone_image(self, *_arguments):
        """The volume has the image's content now, as with storage that clones by itself."""
        return {}, True
'''
Sections = Mapping[str, Mapping[str, object]]


def _login(layout: Layout) -> dict[str, object]:
    return {
        "auth_url": layout.url("keystone", "/v3"),
        "auth_type": "password",
        "project_domain_name": "Default",
        "user_domain_name": "Default",
        "project_name": "service",
        "username": "svc",
        "password": "svc",
    }


def _middleware(layout: Layout) -> dict[str, object]:
    return {
        **_login(layout),
        "www_authenticate_uri": layout.url("keystone", "/v3"),
        "service_token_roles": "service",
        "service_token_roles_required": "false",
    }


def _client(layout: Layout) -> dict[str, object]:
    return {**_login(layout), "region_name": "RegionOne"}


def _rabbit(layout: Layout) -> str:
    return f"rabbit://guest:guest@127.0.0.1:{layout.ports['rabbit']}/"


# Nobody is taken for dead, and nobody gives up, because the machine is busy with something else.
UNHURRIED = {"rpc_response_timeout": 300, "service_down_time": 100_000}
WITHOUT_HEARTBEAT = {"heartbeat_timeout_threshold": 0}


def _keystone(layout: Layout) -> Sections:
    return {
        "database": {"connection": layout.database("keystone")},
        "token": {"provider": "fernet", "expiration": 86400},
        "fernet_tokens": {"key_repository": layout.run / "fernet"},
        "credential": {"key_repository": layout.run / "cred"},
        # Without it, every token that is checked costs 300 queries.
        "cache": {"enabled": "true", "backend": "dogpile.cache.memory"},
        "identity": {"password_hash_rounds": 4},
        "auth": {"methods": "password,token,application_credential"},
    }


def _placement(layout: Layout) -> Sections:
    return {
        "placement_database": {"connection": layout.database("placement")},
        "api": {"auth_strategy": "keystone"},
        "keystone_authtoken": _middleware(layout),
    }


def _glance(layout: Layout) -> Sections:
    data = layout.run / "data"
    return {
        "DEFAULT": {"enabled_backends": "f:file", "enabled_import_methods": "[]"},
        "database": {"connection": layout.database("glance")},
        "glance_store": {"default_backend": "f"},
        "f": {"filesystem_store_datadir": data / "images"},
        "os_glance_staging_store": {"filesystem_store_datadir": data / "staging"},
        "os_glance_tasks_store": {"filesystem_store_datadir": data / "tasks"},
        "paste_deploy": {"flavor": "keystone", "config_file": layout.venv / "etc/glance/glance-api-paste.ini"},
        "oslo_concurrency": {"lock_path": layout.run / "lock"},
        # Not kept for a moment, so that the tests can see what a revoked token does.
        "keystone_authtoken": {**_middleware(layout), "token_cache_time": -1},
    }


def _neutron(layout: Layout) -> Sections:
    return {
        "DEFAULT": {
            "core_plugin": "ml2",
            "service_plugins": "router",
            "auth_strategy": "keystone",
            "api_paste_config": layout.venv / "etc/neutron/api-paste.ini",
            "state_path": layout.run / "data/neutron",
            "transport_url": _rabbit(layout),
            **UNHURRIED,
            "rpc_workers": 0,
            # Nobody is there to send heartbeats for the agent that is said to be alive.
            "agent_down_time": 2000000,
            "notify_nova_on_port_status_changes": "false",
        },
        "oslo_messaging_rabbit": WITHOUT_HEARTBEAT,
        "database": {"connection": layout.database("neutron")},
        "oslo_concurrency": {"lock_path": layout.run / "lock"},
        "ml2": {
            "type_drivers": "local,flat,vlan",
            "tenant_network_types": "local",
            "mechanism_drivers": "openvswitch",
            "extension_drivers": "",
        },
        "ml2_type_flat": {"flat_networks": "*"},
        "keystone_authtoken": _middleware(layout),
        "nova": _client(layout),
        "placement": _client(layout),
    }


def _nova(layout: Layout) -> Sections:
    return {
        "DEFAULT": {
            "transport_url": _rabbit(layout),
            **UNHURRIED,
            "compute_driver": "fake.FakeDriver",
            "allow_resize_to_same_host": "true",
            "host": "cmp1",
            "my_ip": "127.0.0.1",
            "state_path": layout.run / "data/nova",
            "shelved_offload_time": -1,
            # It would now and then start or stop what a test has just stopped or started.
            "sync_power_state_interval": -1,
        },
        "api": {"auth_strategy": "keystone"},
        "api_database": {"connection": layout.database("nova_api")},
        "oslo_messaging_rabbit": WITHOUT_HEARTBEAT,
        "database": {"connection": layout.database("nova")},
        "oslo_concurrency": {"lock_path": layout.run / "lock"},
        "wsgi": {"api_paste_config": layout.venv / "etc/nova/api-paste.ini"},
        "glance": {"endpoint_override": layout.url("glance"), "service_type": "image"},
        "scheduler": {"workers": 1, "discover_hosts_in_cells_interval": 2},
        "conductor": {"workers": 1},
        "vnc": {"enabled": "true", "novncproxy_base_url": "http://127.0.0.1:6080/vnc_auto.html"},
        "filter_scheduler": {"track_instance_changes": "false"},
        "key_manager": {"backend": "nova.keymgr.conf_key_mgr.ConfKeyManager", "fixed_key": KEY},
        "keystone_authtoken": _middleware(layout),
        "placement": _client(layout),
        "neutron": _client(layout),
        "service_user": {**_client(layout), "send_service_user_token": "true"},
        "cinder": {**_client(layout), "os_region_name": "RegionOne", "catalog_info": "volumev3::publicURL"},
    }


def _cinder(layout: Layout) -> Sections:
    return {
        "DEFAULT": {
            "transport_url": _rabbit(layout),
            **UNHURRIED,
            "auth_strategy": "keystone",
            "api_paste_config": layout.venv / "etc/cinder/api-paste.ini",
            "enabled_backends": "fake",
            "state_path": layout.run / "data/cinder",
            "my_ip": "127.0.0.1",
            "glance_api_servers": layout.url("glance"),
            "resource_query_filters_file": layout.venv / "etc/cinder/resource_filters.json",
        },
        "oslo_messaging_rabbit": WITHOUT_HEARTBEAT,
        "database": {"connection": layout.database("cinder")},
        "oslo_concurrency": {"lock_path": layout.run / "lock"},
        "fake": {"volume_backend_name": "fake", "volume_driver": f"{FAKE_VOLUMES}.Volumes"},
        "key_manager": {"backend": "cinder.keymgr.conf_key_mgr.ConfKeyManager", "fixed_key": KEY},
        "keystone_authtoken": _middleware(layout),
    }


FILES = {
    "keystone": ("keystone.conf", _keystone),
    "placement": ("placement/placement.conf", _placement),
    "glance": ("glance/glance-api.conf", _glance),
    "neutron": ("neutron/neutron.conf", _neutron),
    "nova": ("nova/nova.conf", _nova),
    "cinder": ("cinder/cinder.conf", _cinder),
}


def config_file(layout: Layout, service: str) -> str:
    return str(layout.etc / FILES[service][0])


def write_configuration(layout: Layout) -> None:
    for service, (_, sections) in FILES.items():
        path = layout.etc / FILES[service][0]
        path.parent.mkdir(parents=True, exist_ok=True)
        lines: list[str] = []
        for section, options in sections(layout).items():
            lines += [f"[{section}]", *(f"{name} = {value}" for name, value in options.items()), ""]
        path.write_text("\n".join(lines))
    (layout.etc / f"{FAKE_VOLUMES}.py").write_text(FAKE_VOLUMES_TEXT)
    # Nova takes this one from beside its own file and from nowhere else.
    shutil.copy(layout.venv / "etc/nova/api-paste.ini", layout.etc / "nova")
    for folder in ("images", "staging", "tasks", "neutron", "nova", "cinder"):
        (layout.run / "data" / folder).mkdir(parents=True, exist_ok=True)


def environment(layout: Layout) -> dict[str, str]:
    """The environment of every service: it says where the configuration is, and knows no proxy."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {
        **{name: value for name, value in kept.items() if not name.startswith(("OS_", "PYTHON"))},
        "PYTHONPATH": str(layout.etc),
        "PATH": f"{layout.venv / 'bin'}:{os.environ['PATH']}",
        "no_proxy": "127.0.0.1",
        "OS_KEYSTONE_CONFIG_FILES": config_file(layout, "keystone"),
        "OS_KEYSTONE_CONFIG_DIR": str(layout.etc),
        # Without this it insists on a file that is of no use here.
        "OS_NEUTRON_CONFIG_FILES": "neutron.conf",
        **{f"OS_{name.upper()}_CONFIG_DIR": str(layout.etc / name) for name in FILES if name != "keystone"},
    }
