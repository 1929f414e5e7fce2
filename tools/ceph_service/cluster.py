"""One cluster: its configuration, its daemons, its user."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import socket
import time
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from cumuli.sandbox.openstack.http import OPENER, answers
from cumuli.sandbox.openstack.processes import DidNotStart, Processes, kill_left_over, tail

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".cache" / "ceph"
# Seconds that a start may take; half a minute is right on a machine with two CPUs.
PATIENCE = 60.0
# The OSD and the manager choose ports by themselves, from so many.
OWN_PORTS = 60

USER = "cumuli"
SWIFT_USER = f"{USER}:swift"
ACCESS_KEY = "AKIACUMULITESTS01"
# The tests look for these texts wherever the library shows anything.
SECRET_KEY = "sEcReT+aws/CumuliTestsOnlyNeverShown01"
SWIFT_KEY = "sEcReT-key-CumuliTestsOnlyNeverShown04"

CONFIGURATION = """\
[global]
fsid = {fsid}
mon host = [v1:127.0.0.1:{monitor}/0]
mon initial members = a
public network = 127.0.0.0/8
ms bind ipv4 = true
ms bind ipv6 = false
ms bind msgr2 = false
ms bind port min = {own}
ms bind port max = {own_end}
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 2000
run dir = {run}
admin socket = {run}/$cluster-$name.asok
log file = {log}/$name.ceph.log
pid file = {run}/$name.pid
crash dir = {run}
keyring = {run}/keyring
setuser match path =
[mon.a]
mon data = {run}/mon
[mgr.a]
mgr data = {run}/mgr
mgr initial modules =
[osd.0]
osd data = {run}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd memory target = 939524096
public addr = 127.0.0.1
cluster addr = 127.0.0.1
[client.rgw.a]
rgw data = {run}/rgw
rgw frontends = beast endpoint=127.0.0.1:{gateway}
rgw thread pool size = 32
rgw enable usage log = false
rgw dns name = localhost
"""


def free_ports() -> tuple[int, int, int]:
    """Free loopback ports for the monitor and the gateway, and the first of those that Ceph chooses from.

    They are below the range from which the system takes ports for outgoing connections.
    """
    while True:
        first = random.randrange(20_000, 32_000 - OWN_PORTS)
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in (first, first + 1):
                probe = stack.enter_context(socket.socket())
                probe.bind(("127.0.0.1", port))
            return first, first + 1, first + 2


class Cluster:
    """The daemons of one run."""

    def __init__(self) -> None:
        self.run = HOME / "run"
        self.log = HOME / "log"
        self.log.mkdir(parents=True, exist_ok=True)
        kill_left_over(self.log, HOME)
        self._processes = Processes(self.log)
        self._end = 0.0

    def start(self) -> Path:
        """Make and start everything; gives the description's path.

        Raises:
            DidNotStart: Something of it did not come in time, or ended.
        """
        self._end = time.monotonic() + PATIENCE
        self._configure()
        self._start_monitor()
        self._daemon("mgr", "ceph-mgr", "-i", "a")
        self._tool("ceph-osd", "-i", "0", "--mkfs")
        self._daemon("osd", "ceph-osd", "-i", "0")
        self._wait("the OSD", lambda: self._says("1 up", "ceph", "osd", "stat"))
        self._daemon("rgw", "radosgw", "-n", "client.rgw.a")
        self._wait("the gateway", lambda: answers(f"{self._endpoint}/"))
        self._make_user()
        self._wait("the gateway's token", self._gives_tokens)
        return self._describe()

    def stop(self) -> None:
        self._processes.stop()

    def _configure(self) -> None:
        for folder in (self.run, self.log):
            shutil.rmtree(folder, ignore_errors=True)
        for name in ("mon", "mgr", "osd", "rgw"):
            (self.run / name).mkdir(parents=True)
        self.log.mkdir()
        self._monitor, gateway, own = free_ports()
        self._endpoint = f"http://127.0.0.1:{gateway}"
        self._fsid = str(uuid.uuid4())
        settings = {"fsid": self._fsid, "monitor": self._monitor, "gateway": gateway, "own": own}
        text = CONFIGURATION.format(**settings, own_end=own + OWN_PORTS - 3, run=self.run, log=self.log)
        (self.run / "ceph.conf").write_text(text)

    def _start_monitor(self) -> None:
        keyring, monitors = str(self.run / "keyring"), str(self.run / "monmap")
        everything = ["--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mgr", "allow *"]
        self._tool("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        for name in ("client.admin", "client.rgw.a"):
            self._tool("ceph-authtool", keyring, "--gen-key", "-n", name, *everything)
        address = f"[v1:127.0.0.1:{self._monitor}]"
        self._tool("monmaptool", "--create", "--addv", "a", address, "--fsid", self._fsid, monitors)
        self._tool("ceph-mon", "--mkfs", "-i", "a", "--monmap", monitors, "--keyring", keyring)
        self._daemon("mon", "ceph-mon", "-i", "a")
        self._wait("the monitor", lambda: self._says("quorum", "ceph", "quorum_status"))
        self._tool("ceph", "config", "set", "mon", "auth_allow_insecure_global_id_reclaim", "false")

    def _make_user(self) -> None:
        admin = ["radosgw-admin", "-n", "client.rgw.a"]
        keys = [f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}"]
        self._tool(*admin, "user", "create", f"--uid={USER}", "--display-name=Tests", *keys)
        # Of the makers of tests one has many containers.
        self._tool(*admin, "user", "modify", f"--uid={USER}", "--max-buckets=0")
        self._tool(
            *admin, "subuser", "create", f"--uid={USER}", f"--subuser={SWIFT_USER}", "--access=full",
            f"--secret={SWIFT_KEY}",
        )  # fmt: skip

    def _gives_tokens(self) -> bool:
        headers = {"X-Auth-User": SWIFT_USER, "X-Auth-Key": SWIFT_KEY}
        try:
            with OPENER.open(urllib.request.Request(f"{self._endpoint}/auth/v1.0", headers=headers), timeout=5):
                return True
        except OSError:
            return False

    def _describe(self) -> Path:
        path = self.run / "ceph.json"
        description = {
            "endpoint": self._endpoint,
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "auth_url": f"{self._endpoint}/auth/v1.0",
            "swift_user": SWIFT_USER,
            "swift_key": SWIFT_KEY,
        }
        path.write_text(json.dumps(description, indent=1))
        return path

    # Processes

    def _command(self, program: str, *arguments: str) -> list[str]:
        found = shutil.which(program)
        if found is None:
            raise DidNotStart(f"there is no {program}")
        return [found, "-c", str(self.run / "ceph.conf"), *arguments]

    def _daemon(self, name: str, program: str, *arguments: str) -> None:
        # In the foreground, so that its id is known.
        self._processes.start(name, [*self._command(program, *arguments), "-f"], cwd=self.run)

    def _tool(self, program: str, *arguments: str) -> None:
        """Run a program of Ceph's to its end."""
        name = f"tool-{program}"
        plain = program in {"ceph-authtool", "monmaptool"}
        command: Sequence[str] = [program, *arguments] if plain else self._command(program, *arguments)
        self._processes.start(name, command, cwd=self.run)
        status = self._processes.ended(name, within=self._left())
        if status:
            raise DidNotStart(f"{program} ended with {status}:\n{tail(self._processes.log(name))}")

    def _says(self, words: str, program: str, *arguments: str) -> bool:
        """Whether a program says so; it may wait for ever for a daemon that is not there yet."""
        self._processes.start("look", self._command(program, *arguments), cwd=self.run)
        status = self._processes.ended("look", within=min(5.0, self._left()))
        return status == 0 and words in self._processes.log("look").read_text(errors="replace")

    def _wait(self, what: str, look: Callable[[], bool]) -> None:
        self._processes.wait_for(what, look, within=self._left())

    def _left(self) -> float:
        return max(0.1, self._end - time.monotonic())
