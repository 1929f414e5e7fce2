"""Swift's settings: the files that an operator would write."""

from __future__ import annotations

from pathlib import Path

__all__ = ["ACCOUNT", "KEY", "USER", "write_backend", "write_common", "write_proxy"]

ACCOUNT = "AUTH_sandbox"
USER = "sandbox:demo"
KEY = "sandbox-swift-key"

# Where tokens and keys are checked (tempauth) decides what may stand before and after: before it what has
# its own way of proving itself (temporary URLs, forms, S3's signatures), after it what acts for a known user.
PIPELINE = (
    "catch_errors gatekeeper healthcheck proxy-logging cache listing_formats bulk tempurl formpost s3api tempauth "
    "staticweb copy container-quotas account-quotas slo dlo versioned_writes symlink proxy-logging proxy-server"
)

COMMON = """\
[swift-hash]
swift_hash_path_prefix = cumuli
swift_hash_path_suffix = sandbox

[storage-policy:0]
name = disk
default = yes
"""

# One process takes turns at everything, on machines of any load: patience is longer than a cluster's.
# Swift would otherwise answer a slow update of a listing by doing it later, by a daemon that does not run here.
DEFAULTS = """\
[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
db_preallocation = off
log_level = ERROR
log_address = {folder}/no-system-log
conn_timeout = 30
node_timeout = 60
client_timeout = 60
container_update_timeout = 60
"""

BACKEND = """
[pipeline:main]
pipeline = {kind}-server

[app:{kind}-server]
use = egg:swift#{kind}
conn_timeout = 30
node_timeout = 60
disk_chunk_size = 262144
network_chunk_size = 262144
"""

PROXY = """
[pipeline:main]
pipeline = {pipeline}

[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
conn_timeout = 30
node_timeout = 60
recoverable_node_timeout = 60
object_chunk_size = 262144
client_chunk_size = 262144

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:healthcheck]
use = egg:swift#healthcheck

[filter:proxy-logging]
use = egg:swift#proxy_logging

[filter:cache]
paste.filter_factory = cumuli.sandbox.swift.cache:filter_factory

[filter:listing_formats]
use = egg:swift#listing_formats

[filter:bulk]
use = egg:swift#bulk

[filter:tempurl]
use = egg:swift#tempurl

[filter:formpost]
use = egg:swift#formpost

[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
check_bucket_owner = false
dns_compliant_bucket_names = false

[filter:tempauth]
use = egg:swift#tempauth
user_sandbox_demo = {key} .admin

[filter:staticweb]
use = egg:swift#staticweb

[filter:copy]
use = egg:swift#copy

[filter:container-quotas]
use = egg:swift#container_quotas

[filter:account-quotas]
use = egg:swift#account_quotas

[filter:slo]
use = egg:swift#slo
rate_limit_under_size = 0

[filter:dlo]
use = egg:swift#dlo
rate_limit_after_segment = 1000000

[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true

[filter:symlink]
use = egg:swift#symlink
"""


def write_common(folder: Path) -> None:
    """``swift.conf``, which all of its servers read."""
    (folder / "swift.conf").write_text(COMMON, encoding="utf-8")


def write_backend(folder: Path, kind: str) -> Path:
    """The settings of the server of accounts, containers or objects."""
    path = folder / f"{kind}-server.conf"
    path.write_text((DEFAULTS + BACKEND).format(folder=folder, kind=kind), encoding="utf-8")
    return path


def write_proxy(folder: Path) -> Path:
    """The settings of the proxy, the only server that users talk to."""
    path = folder / "proxy-server.conf"
    path.write_text((DEFAULTS + PROXY).format(folder=folder, pipeline=PIPELINE, key=KEY), encoding="utf-8")
    return path
