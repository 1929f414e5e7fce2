"""``python -m cumuli.sandbox.moto_with_auth``: moto's server, with one user whose signatures are checked.

Moto makes keys by chance, and knows no other way to switch its checks on than after the user was made by its API.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

__all__ = ["ACCESS_KEY", "SECRET_KEY"]

# As long and of the same letters as AWS's: moto looks for such in the headers.
ACCESS_KEY = "AKIACUMULISANDBOX123"
SECRET_KEY = "cumuli/sandbox/signatures/are/checked/40"  # noqa: S105 - of a server on loopback that keeps nothing
EVERYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
USER = "sandbox"


def main() -> None:
    """Serve, with the arguments of ``moto_server``."""
    os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "0"
    models: Any = import_module("moto.iam.models")
    core: Any = import_module("moto.core")
    iam = models.iam_backends[core.DEFAULT_ACCOUNT_ID]["aws"]
    iam.create_user("us-east-1", USER)
    iam.put_user_policy(USER, "everything", EVERYTHING)
    key = iam.create_access_key(USER)
    del iam.access_keys[key.physical_resource_id]
    key.access_key_id, key.secret_access_key = ACCESS_KEY, SECRET_KEY
    iam.access_keys[key.physical_resource_id] = key
    import_module("moto.server").main(sys.argv[1:])


if __name__ == "__main__":
    main()
