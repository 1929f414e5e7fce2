"""A private OpenSSH server: its own settings, keys and port on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

__all__ = ["SSHD", "Daemon"]

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class Daemon:
    """An sshd that lets these keys in as the user that runs the tests."""

    def __init__(self, folder: Path, keys: list[str]) -> None:
        folder.mkdir()
        self._folder = folder
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port: int = one.getsockname()[1]
        (folder / "authorized_keys").write_text("\n".join(keys))
        (folder / "config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {folder}/host_key\nPidFile none\nUsePAM no\n"
            f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nPermitRootLogin prohibit-password\n"
            "PasswordAuthentication no\nSubsystem sftp internal-sftp\nMaxStartups 100\n"
        )
        if os.geteuid() == 0:
            # It wants an empty folder to lock itself into.
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self._make_key()
        self._process: subprocess.Popen[bytes] | None = None

    def _make_key(self) -> None:
        for name in ("host_key", "host_key.pub"):
            (self._folder / name).unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self._folder / "host_key"], check=True)

    @property
    def host_key(self) -> str:
        return (self._folder / "host_key.pub").read_text().strip()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def new_host_key(self) -> None:
        self._stop()
        self._make_key()
        self._start()

    def _start(self) -> None:
        log = (self._folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen([str(SSHD), "-D", "-e", "-f", self._folder / "config"], stderr=log)
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self._process.poll() is None, (self._folder / "log").read_text()
                assert time.monotonic() < end
                time.sleep(0.05)
            else:
                return

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._stop()
