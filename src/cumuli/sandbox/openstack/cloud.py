"""One cloud: its databases, its message queue, its services."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from cumuli.runtime.file_locks import lock
from cumuli.sandbox.openstack.configure import config_file, environment, write_configuration
from cumuli.sandbox.openstack.http import answers, call, login
from cumuli.sandbox.openstack.layout import ADMIN_PASSWORD, MARIADB, RABBIT, Layout
from cumuli.sandbox.openstack.processes import Processes, kill_left_over, tail
from cumuli.sandbox.openstack.seed import FLAVORS, Seed

DATABASES = ("keystone", "placement", "glance", "neutron", "nova", "nova_api", "nova_cell0", "cinder")
KEPT = ("mysql", "fernet", "cred", "data", "seeded.json")
# The WSGI application of each API, and the threads that serve it.
APIS = {
    "keystone": ("keystone.wsgi.api:application", 4),
    "placement": ("placement.wsgi.api:application", 2),
    "glance": ("glance.wsgi.api:application", 2),
    "neutron": ("neutron.wsgi.api:application", 4),
    "nova": ("nova.wsgi.osapi_compute:application", 4),
    "cinder": ("cinder.wsgi.api:application", 2),
}
# Neutron binds ports on a host only if an agent is alive there, so one is said to be.
AGENT = """
insert into neutron.agents (id, agent_type, `binary`, topic, host, availability_zone, admin_state_up, created_at,
  started_at, heartbeat_timestamp, configurations, `load`, resources_synced)
values (uuid(), 'Open vSwitch agent', 'neutron-openvswitch-agent', 'N/A', 'cmp1', 'nova', 1, utc_timestamp(),
  utc_timestamp(), utc_timestamp(), '{"bridge_mappings": {"ext": "br-ex"}, "tunnel_types": [], "devices": 0,
  "datapath_type": "system", "ovs_hybrid_plug": false, "vhostuser_socket_dir": "/tmp"}', 0, 0);
"""
MARIADB_SETTINGS = (
    "--bind-address=127.0.0.1",
    "--innodb-buffer-pool-size=128M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--max-connections=500",
    "--performance-schema=OFF",
    "--skip-innodb-doublewrite",
    "--skip-log-bin",
)


class Cloud:
    """The services of one run."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        kill_left_over(self.layout.log, self.layout.run)
        self.layout.clear()
        self._processes = Processes(self.layout.log)
        self._env = environment(self.layout)

    # The whole

    def start(self) -> Path:
        """Start everything, from the snapshot, which is made if there is none; gives the description's path."""
        with (self.layout.home / f"{self.layout.kept}.lock").open("wb") as file:
            lock(file.fileno())
            if not self.layout.snapshot.exists():
                self._make_snapshot()
                self.layout.clear()
        seeded = self._restore()
        write_configuration(self.layout)
        self._start_rabbit()
        self._start_mariadb()
        self._move_ports(seeded["ports"])
        self._start_apis()
        self._start_daemons()
        self._warm_up(str(seeded["project"]))
        return self._describe(seeded)

    def stop(self) -> None:
        self._processes.stop()

    def kill(self) -> None:
        """End everything at once: nothing of it is to be kept."""
        self._processes.kill()

    def _make_snapshot(self) -> None:
        """Databases with their tables and a filled cloud, before any hypervisor has reported."""
        print("Making the databases, once ...", flush=True)
        write_configuration(self.layout)
        self._start_rabbit()
        self._start_mariadb()
        with ThreadPoolExecutor(3) as pool:
            steps = [pool.submit(step) for step in (self._sync_keystone, self._sync_nova, self._sync_others)]
            for step in steps:
                step.result()
        self._sql(AGENT)
        self._start_apis("keystone")
        seed = Seed(self.layout)
        seed.identity()
        self._start_apis(*(name for name in APIS if name != "keystone"))
        # Neutron takes ports for alive agents only; nobody builds servers yet.
        seeded = {"ports": self.layout.ports, **seed.resources()}
        (self.layout.run / "seeded.json").write_text(json.dumps(seeded))
        self._processes.stop()
        partial = self.layout.snapshot.with_suffix(".partial")
        with tarfile.open(partial, "w") as archive:
            for name in KEPT:
                archive.add(self.layout.run / name, name)
        partial.rename(self.layout.snapshot)

    def _restore(self) -> dict[str, object]:
        with tarfile.open(self.layout.snapshot) as archive:
            # What was archived above; said so, since Pythons before 3.11.4 know no filters and later ones want one.
            archive.extraction_filter = lambda member, _path: member
            archive.extractall(self.layout.run)
        return json.loads((self.layout.run / "seeded.json").read_text())  # type: ignore[no-any-return]  # written above

    def _move_ports(self, old: object) -> None:
        """Tell the databases the ports of this run."""
        assert isinstance(old, dict)
        columns = (
            ("keystone.endpoint", "url"),
            ("nova_api.cell_mappings", "transport_url"),
            ("nova_api.cell_mappings", "database_connection"),
        )
        # By way of names, so that a new port that equals an old one is not moved twice.
        steps = [(f"127.0.0.1:{old[name]}", f"<{name}>") for name in self.layout.ports]
        steps += [(f"<{name}>", f"127.0.0.1:{port}") for name, port in self.layout.ports.items()]
        self._sql("update neutron.agents set heartbeat_timestamp = utc_timestamp()")
        self._sql(
            "; ".join(
                f"update {table} set {column} = replace({column}, '{before}', '{after}')"
                for before, after in steps
                for table, column in columns
            )
        )

    def _describe(self, seeded: dict[str, object]) -> Path:
        path = self.layout.run / "cloud.json"
        description = {
            **seeded,
            "auth_url": self.layout.url("keystone", "/v3"),
            "urls": {name: self.layout.url(name) for name in APIS},
            "demo_password": self.layout.password,
            "admin_password": ADMIN_PASSWORD,
            "flavors": list(FLAVORS),
            "mariadb_socket": str(self.layout.mariadb_socket),
        }
        path.write_text(json.dumps(description, indent=1))
        return path

    # The parts

    def _as_user(self, user: str, folder: Path) -> list[str]:
        """What to put before a command so that it runs as a user that is not root, and ends with us.

        Nothing where we are not root, and where no other user may look into the folder.
        """
        if os.geteuid() != 0 or not all(parent.stat().st_mode & 0o001 for parent in folder.resolve().parents):
            return []
        account = pwd.getpwnam(user)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid)
        return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--pdeathsig=TERM"]

    def _root(self, folder: Path) -> list[str]:
        """MariaDB's first arguments: it runs as root only if it is told to."""
        return ["--no-defaults", *(["--user=root"] if os.geteuid() == 0 and not self._as_user("mysql", folder) else [])]

    def _start_mariadb(self) -> None:
        folder, socket = self.layout.mariadb, self.layout.mariadb_socket
        new = not folder.exists()
        if new:
            folder.mkdir()
            subprocess.run(
                [*self._as_user("mysql", folder), "mariadb-install-db", *self._root(folder),
                 f"--datadir={folder}", "--skip-test-db", "--auth-root-authentication-method=normal"],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        self._processes.start(
            "mariadb",
            [*self._as_user("mysql", folder), MARIADB, *self._root(folder), f"--datadir={folder}",
             f"--socket={folder / 's.sock'}", f"--port={self.layout.ports['mariadb']}",
             f"--pid-file={folder / 'pid'}", *MARIADB_SETTINGS],
        )  # fmt: skip
        socket.symlink_to(folder / "s.sock")
        self._processes.wait_for("MariaDB", lambda: self._query("select 1"))
        if new:
            statements = [f"create database {name} character set utf8mb3" for name in DATABASES]
            for host in ("127.0.0.1", "localhost"):
                statements += [f"create user os@'{host}' identified by 'os'", f"grant all on *.* to os@'{host}'"]
            self._sql("; ".join(statements))

    def _mariadb(self, text: str) -> subprocess.CompletedProcess[str]:
        command = ["mariadb", "--no-defaults", "-uroot", f"--socket={self.layout.mariadb / 's.sock'}"]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False)

    def _query(self, text: str) -> bool:
        return self._mariadb(text).returncode == 0

    def _sql(self, text: str) -> None:
        done = self._mariadb(text)
        if done.returncode:
            raise SystemExit(f"MariaDB: {done.stderr}")

    def _start_rabbit(self) -> None:
        folder, ports = self.layout.run / "rabbit", self.layout.ports
        for name in ("mnesia", "log"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        before = self._as_user("rabbitmq", folder)
        inside = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(ports["epmd"]),
        }
        # The Erlang port mapper would otherwise be started as a daemon that outlives everything.
        self._processes.start(
            "epmd", [*before, "epmd", "-port", str(ports["epmd"]), "-address", "127.0.0.1"], env=inside
        )
        settings = {
            "RABBITMQ_NODENAME": "cumuli@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(ports["rabbit"]),
            "RABBITMQ_DIST_PORT": str(ports["rabbit_dist"]),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none",
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "none"),
            "RABBITMQ_PID_FILE": str(folder / "rabbit.pid"),
        }
        self._processes.start("rabbit", [*before, str(RABBIT)], env={**inside, **settings})

    def _start_apis(self, *names: str) -> None:
        for name in names or APIS:
            module, threads = APIS[name]
            more = ["--pyargv", f"--config-file {config_file(self.layout, name)}"] if name == "cinder" else []
            self._processes.start(
                name,
                [self.layout.bin("uwsgi"), "--die-on-term", "--master", "--no-orphans", "--enable-threads",
                 "--lazy-apps", "--need-app", "--processes", "1", "--threads", str(threads), "--buffer-size", "65535",
                 # By itself it gives a client on a busy machine four seconds to take or send some bytes.
                 "--socket-timeout", "120",
                 "--add-header", "Connection: close", "--http-socket", f"127.0.0.1:{self.layout.ports[name]}",
                 "--module", module, *more],
                env=self._env, cwd=self.layout.run,
            )  # fmt: skip
        for name in names or APIS:
            self._processes.wait_for(name, partial(answers, self.layout.url(name, "/")))

    def _start_daemons(self) -> None:
        self._daemon("nova", "nova-conductor")
        self._daemon("nova", "nova-scheduler")
        self._daemon("cinder", "cinder-scheduler")
        self._daemon("cinder", "cinder-volume")
        # A hypervisor that comes before the conductor gives up.
        self._said("nova-conductor", "Starting conductor node")
        self._daemon("nova", "nova-compute")
        self._said("nova-compute", "Created resource provider record")
        self._manage("nova", "cell_v2", "discover_hosts")
        self._said("cinder-volume", "Driver initialization completed successfully")

    def _warm_up(self, project: str) -> None:
        """Ask each API something, one after the other: each reads its policies at its first call that needs them.

        Neutron does so without a lock, so that calls which come meanwhile are refused.
        """
        token = login(self.layout.url("keystone", "/v3"), "demo", self.layout.password, "demo")
        for name, path in (
            ("glance", "/v2/images"),
            ("neutron", "/v2.0/networks"),
            ("nova", "/v2.1/servers/detail"),
            ("cinder", f"/v3/{project}/volumes/detail"),
        ):
            call("GET", self.layout.url(name, path), token=token)

    def _daemon(self, service: str, program: str) -> None:
        command = [self.layout.bin(program), "--config-file", config_file(self.layout, service)]
        self._processes.start(program, command, env=self._env, cwd=self.layout.run)

    def _said(self, program: str, words: str) -> None:
        log = self._processes.log(program)
        self._processes.wait_for(f"{program} saying {words!r}", lambda: words in log.read_text(errors="replace"))

    # The databases

    def _manage(self, service: str, *arguments: str, program: str = "") -> None:
        program = program or f"{service}-manage"
        command = [self.layout.bin(program), "--config-file", config_file(self.layout, service), *arguments]
        if self._processes.finish(program, command, env=self._env, cwd=self.layout.run):
            raise SystemExit(f"{program} {' '.join(arguments)}:\n{tail(self._processes.log(program))}")

    def _sync_keystone(self) -> None:
        account = pwd.getpwuid(os.geteuid()).pw_name
        group = ["--keystone-user", account, "--keystone-group", str(os.getegid())]
        url = self.layout.url("keystone", "/v3")
        self._manage("keystone", "db_sync")
        self._manage("keystone", "fernet_setup", *group)
        self._manage("keystone", "credential_setup", *group)
        self._manage(
            "keystone", "bootstrap", "--bootstrap-password", ADMIN_PASSWORD, "--bootstrap-region-id", "RegionOne",
            "--bootstrap-admin-url", url, "--bootstrap-public-url", url, "--bootstrap-internal-url", url,
        )  # fmt: skip

    def _sync_nova(self) -> None:
        self._manage("nova", "api_db", "sync")
        self._manage("nova", "cell_v2", "map_cell0", "--database_connection", self.layout.database("nova_cell0"))
        self._manage("nova", "cell_v2", "create_cell", "--name", "cell1")
        self._manage("nova", "db", "sync")

    def _sync_others(self) -> None:
        self._manage("placement", "db", "sync")
        self._manage("glance", "db_sync")
        self._manage("neutron", "upgrade", "heads", program="neutron-db-manage")
        self._manage("cinder", "db", "sync")


def timed_start(cloud: Cloud) -> Path:
    """Start it, and say how long that took."""
    started = time.monotonic()
    path = cloud.start()
    print(f"OpenStack answers after {time.monotonic() - started:.0f} s", flush=True)
    return path
