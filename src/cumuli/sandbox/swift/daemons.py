"""Swift's four servers in one process, each on a port of its own."""

from __future__ import annotations

import os
import socket
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from cumuli.errors import ConfigurationError
from cumuli.sandbox.server import HOST
from cumuli.sandbox.swift.settings import write_backend, write_common, write_proxy

__all__ = ["serve"]

KINDS = ("account", "container", "object")
# A ring of two parts, each with one copy, that may be moved at once: there is one device anyway.
PART_POWER, COPIES, HOURS_BETWEEN_MOVES = 1, 1, 0


def serve(folder: Path, port: int) -> None:
    """Serve in the foreground, until the process is ended.

    Args:
        folder: An existing folder for everything that it keeps.
        port: Of the proxy, on the loopback interface. The others choose theirs.

    Raises:
        ConfigurationError: The file system of the folder cannot keep what Swift keeps with its files.
        OSError: The port is taken.
    """
    device = folder / "devices" / "d1"
    device.mkdir(parents=True)
    _require_attributes(device)
    # Swift has no types, and its modules look at the patched standard library as they are imported.
    utils: Any = import_module("swift.common.utils")
    utils.monkey_patch()
    write_common(folder)
    utils.set_swift_dir(str(folder))
    for module, function in (("constraints", "reload_constraints"), ("storage_policy", "reload_storage_policies")):
        getattr(import_module(f"swift.common.{module}"), function)()
    # Said once, this holds for every logger that Swift makes afterwards.
    utils.get_logger({"log_level": "ERROR", "log_address": f"{folder}/no-system-log"}, log_to_console=True)

    # Before anything else is done: who starts this waits for the word that the port was taken.
    front = _listen(port)
    for kind in KINDS:
        listener = _listen(0)
        _write_ring(folder, kind, listener.getsockname()[1])
        import_module("eventlet").spawn(_run, listener, write_backend(folder, kind))
    proxy = write_proxy(folder)
    print(f"Swift at http://{HOST}:{port}", flush=True)  # noqa: T201 - what its starter reads
    _run(front, proxy)


def _listen(port: int) -> socket.socket:
    # Without the sharing of ports that is eventlet's default, by which two servers could have the same.
    eventlet: Any = import_module("eventlet")
    return cast("socket.socket", eventlet.listen((HOST, port), backlog=socket.SOMAXCONN, reuse_port=False))


def _write_ring(folder: Path, kind: str, port: int) -> None:
    """Which device of which server has what: all of it this one."""
    builder: Any = import_module("swift.common.ring").RingBuilder(PART_POWER, COPIES, HOURS_BETWEEN_MOVES)
    builder.add_dev({"region": 1, "zone": 1, "ip": HOST, "port": port, "device": "d1", "weight": 1})
    builder.rebalance()
    builder.get_ring().save(str(folder / f"{kind}.ring.gz"))


def _run(listener: socket.socket, settings: Path) -> None:
    """One of the servers, as Swift's own starter runs it."""
    wsgi: Any = import_module("swift.common.wsgi")
    import_module("eventlet.wsgi").server(
        listener,
        wsgi.loadapp(str(settings)),
        import_module("swift.common.utils").NullLogger(),
        protocol=wsgi.SwiftHttpProtocol,
        max_size=1024,
        log_output=False,
        url_length_limit=import_module("swift.common.constraints").MAX_REQUEST_LINE,
        # S3's clients look for "ETag", which would be written "Etag".
        capitalize_response_headers=False,
    )


def _require_attributes(folder: Path) -> None:
    probe = folder / "probe"
    probe.touch()
    try:
        os.setxattr(probe, "user.cumuli", b"1")
    except OSError as error:
        raise ConfigurationError(
            f"Swift keeps extended attributes with its files, which {folder} cannot have ({error.strerror}); "
            "choose a folder on another file system, by TMPDIR for tests or CUMULI_SANDBOX_HOME for sandbox up"
        ) from error
    finally:
        probe.unlink()
