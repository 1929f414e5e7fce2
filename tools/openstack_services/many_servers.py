"""Servers by the thousand: copies of one, made in Nova's databases, for booting them would take hours."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Mapping
from typing import Any

TABLES = {"instances": "uuid", "instance_info_caches": "instance_uuid", "instance_extra": "instance_uuid"}
# They are on a host of their own, so that the hypervisor does not miss them.
HOST = "nowhere"
DEADLOCK, LOCKED_TOO_LONG = 1213, 1205


def crowd(services: Mapping[str, Any], model: str, number: int, *, project: str) -> list[str]:
    """Put copies of a server into a project, and give their ids in the order of the listing, newest first.

    Args:
        services: The description of the cloud.
        model: Id of the server to copy; it runs.
        number: How many copies.
        project: Id of the project, which has no servers of its own.
    """
    prefix = f"{secrets.token_hex(4)}-0000-4000-8000-"
    identity = f"concat('{prefix}', lpad(seq, 12, '0'))"
    owner = f"'{project}'"
    special = {
        "instances": {
            "uuid": identity,
            "project_id": owner,
            "host": f"'{HOST}'",
            "node": f"'{HOST}'",
            "display_name": "concat('crowd-', lpad(seq, 4, '0'))",
            "created_at": "date_add(model.created_at, interval seq second)",
        },
        "instance_info_caches": {"instance_uuid": identity},
        "instance_extra": {"instance_uuid": identity},
        "instance_mappings": {"instance_uuid": identity, "project_id": owner, "queued_for_delete": "0"},
    }
    for table, values in special.items():
        schema = "nova_api" if table == "instance_mappings" else "nova"
        key = TABLES.get(table, "instance_uuid")
        names = _sql(
            services,
            f"select column_name from information_schema.columns where table_schema = '{schema}' "
            f"and table_name = '{table}' and column_name <> 'id'",
        ).split()
        taken = ", ".join(values.get(name, f"model.`{name}`") for name in names)
        columns = ", ".join(f"`{name}`" for name in names)
        _sql(
            services,
            f"insert into {schema}.{table} ({columns}) select {taken} from {schema}.{table} model, "
            f"seq_1_to_{number} where model.{key} = '{model}'",
        )
    return [f"{prefix}{count:012}" for count in range(number, 0, -1)]


def disperse(services: Mapping[str, Any], copies: list[str]) -> None:
    """Take the copies away again."""
    prefix = copies[0][:-12]
    for table, key in {**TABLES, "nova_api.instance_mappings": "instance_uuid"}.items():
        schema = "" if "." in table else "nova."
        _sql(services, f"delete from {schema}{table} where {key} like '{prefix}%'")


def _sql(services: Mapping[str, Any], text: str) -> str:
    command = ["mariadb", "--no-defaults", "-uroot", f"--socket={services['mariadb_socket']}", "--batch", "-N", "nova"]
    # Nova writes into the same tables; whoever is chosen to give way tries again.
    for _ in range(10):
        done = subprocess.run(
            command, check=False, input=f"set foreign_key_checks = 0; {text}", capture_output=True, text=True
        )
        if not done.returncode:
            return done.stdout
        if not any(f"ERROR {number} " in done.stderr for number in (DEADLOCK, LOCKED_TOO_LONG)):
            break
    raise RuntimeError(f"MariaDB: {done.stderr}")
