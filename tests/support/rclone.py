"""``rclone serve s3``, which checks signatures, as a server that ``cumuli.sandbox.starting`` can start."""

from __future__ import annotations

import http.client
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

from cumuli.sandbox.server import HOST, Address, Profile, Server

__all__ = ["KEY", "SECRET", "Rclone"]

KEY, SECRET = "cumulikey", "cumulisecret"


class Rclone(Server):
    """A folder as buckets."""

    name = "rclone"
    summary = "S3 by rclone"
    modules: Sequence[str] = ()

    @staticmethod
    def program() -> str:
        """The rclone of this environment."""
        return str(Path(sysconfig.get_path("scripts")) / "rclone")

    def command(self, address: Address) -> list[str]:
        root = address.home / "buckets"
        root.mkdir()
        return [
            self.program(), "serve", "s3", "--addr", f"{HOST}:{address.port}", "--auth-key", f"{KEY},{SECRET}",
            "--config", str(address.home / "none.conf"), "--cache-dir", str(address.home / "cache"),
            "--vfs-cache-mode", "off", "--dir-cache-time", "1s", str(root),
        ]  # fmt: skip

    def environment(self, address: Address) -> Mapping[str, str]:
        return {}

    def ready(self, address: Address, log: str) -> bool:
        if f":{address.port}" not in log:
            return False
        connection = http.client.HTTPConnection(HOST, address.port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status in {400, 403}
        except OSError:
            return False
        finally:
            connection.close()

    def profiles(self, address: Address) -> dict[str, Profile]:
        return {}

    def exports(self, address: Address) -> dict[str, str]:
        return {}
