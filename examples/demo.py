"""The tour: servers on EC2's wire protocol, with both flavours of the client; files in three clouds; a real machine.

    make demo

The servers are moto, which speaks EC2 and S3, and OpenStack Swift, started for this on free ports of
this machine. Where podman is there, and this is root, it makes a machine, to which a web server is deployed. Whatever
the tour does is read back with a second client, and it ends with 0 only if everything was really so.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import io
import os
import sys
import tempfile
import textwrap
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import cast

from cumuli import (
    EC2,
    AsyncEC2,
    CloudError,
    LocalMachines,
    Node,
    NodeImage,
    NodeState,
    ScriptDeployment,
    Storage,
    sandbox,
    storage,
)
from cumuli.sandbox import SandboxServer
from cumuli.sandbox.processes import identify

NAMES = ["web-1", "web-2", "web-3"]
SIZE = "t3.micro"
SERVERS = ("ec2", "s3", "swift")
TAGS = {"env": "demo", "team": "cumuli"}
# Beside what the tests of machines keep: the image is put together once for both.
CACHE = Path(__file__).resolve().parents[1] / ".cache"
COLOURS = sys.stdout.isatty() and not os.environ.get("NO_COLOR")


class Story:
    """Tells each step, how long it took, and whether reading back shows it."""

    def __init__(self, title: str) -> None:
        print(f"\n  {title}\n")
        self._began = time.perf_counter()

    def step(self, what: str, details: str, *, really: bool) -> None:
        """One step is done.

        Raises:
            CloudError: It only seems to be.
        """
        milliseconds = (time.perf_counter() - self._began) * 1000
        mark, colour = ("✓", 32) if really else ("✗", 31)
        if COLOURS:
            mark = f"\033[{colour}m{mark}\033[0m"
        print(f"    {mark} {what:<10} {details:<68} {milliseconds:5.0f} ms")
        if not really:
            raise CloudError(f"{what}: reading it back shows something else")
        self._began = time.perf_counter()

    def table(self, nodes: Sequence[Node]) -> None:
        """The nodes of a listing."""
        for node in nodes:
            tags = " ".join(f"{key}={value}" for key, value in sorted(node.tags.items()) if key != "Name")
            print(f"        {node.id}  {node.name}  {node.state:<10}  {', '.join(node.public_ips):<15}  {tags}")


def names_and_states(nodes: Sequence[Node]) -> dict[str, NodeState]:
    """What of a listing is compared."""
    return {node.name: node.state for node in nodes}


ALL_RUN = dict.fromkeys(NAMES, NodeState.RUNNING)
ALL_GONE = dict.fromkeys(NAMES, NodeState.TERMINATED)


def tour(server: SandboxServer) -> None:
    """With ``EC2``, one call after the other."""
    story = Story("EC2, in plain Python:")
    with (
        EC2("testing", "testing", region="us-east-1", endpoint=server.endpoint) as cloud,
        EC2("testing", "testing", region="us-east-1", endpoint=server.endpoint) as witness,
    ):
        size = cloud.get_size(SIZE)
        image = a_linux(cloud.list_images(owner="amazon"))
        story.step("chosen", f"{image.id} on {size.id} ({size.cpus:g} CPUs, {size.ram} MiB)", really=size.ram > 0)

        nodes = [cloud.create_node(name, size, image, tags={"env": "demo"}) for name in NAMES]
        cloud.wait_until_running(nodes)
        story.step("created", ", ".join(NAMES), really=names_and_states(witness.list_nodes(ids=nodes)) == ALL_RUN)

        first, second, _ = nodes
        cloud.ex_create_tags(first, TAGS)
        seen = witness.ex_describe_tags(first)
        story.step("tagged", f"{first.name} with {TAGS}", really=seen == {"Name": first.name, **TAGS})

        address = cloud.ex_associate_address_with_node(first, cloud.ex_allocate_address())
        seen_ips = witness.get_node(first).public_ips
        story.step("addressed", f"{first.name} is reached at {address.ip}", really=address.ip in seen_ips)

        listed = list(witness.iterate_nodes())
        story.step("listed", f"{len(listed)} nodes, from every page", really=names_and_states(listed) == ALL_RUN)
        story.table(listed)

        cloud.reboot_node(second)
        story.step("rebooted", second.name, really=witness.get_node(second).state is NodeState.RUNNING)

        cloud.ex_release_address(cloud.ex_disassociate_address(address))
        story.step("released", address.ip, really=not witness.ex_describe_all_addresses())

        for node in nodes:
            cloud.destroy_node(node)
        story.step("destroyed", ", ".join(NAMES), really=names_and_states(witness.list_nodes(ids=nodes)) == ALL_GONE)


async def async_tour(server: SandboxServer) -> None:
    """With ``AsyncEC2``: the same words, and three servers at the same time."""
    story = Story("AsyncEC2, the same words with await:")
    async with (
        AsyncEC2("testing", "testing", region="us-east-1", endpoint=server.endpoint) as cloud,
        AsyncEC2("testing", "testing", region="us-east-1", endpoint=server.endpoint) as witness,
    ):
        before = {node.id for node in await cloud.list_nodes()}
        size, images = await asyncio.gather(cloud.get_size(SIZE), cloud.list_images(owner="amazon"))
        image = a_linux(images)
        story.step("chosen", f"{image.id} on {size.id} ({size.cpus:g} CPUs, {size.ram} MiB)", really=size.ram > 0)

        nodes = await asyncio.gather(*(cloud.create_node(name, size, image, tags={"env": "demo"}) for name in NAMES))
        await cloud.wait_until_running(nodes)
        seen_nodes = await witness.list_nodes(ids=nodes)
        story.step("created", f"{', '.join(NAMES)}, at the same time", really=names_and_states(seen_nodes) == ALL_RUN)

        first, second, _ = nodes
        await cloud.ex_create_tags(first, TAGS)
        seen = await witness.ex_describe_tags(first)
        story.step("tagged", f"{first.name} with {TAGS}", really=seen == {"Name": first.name, **TAGS})

        address = await cloud.ex_associate_address_with_node(first, await cloud.ex_allocate_address())
        seen_ips = (await witness.get_node(first)).public_ips
        story.step("addressed", f"{first.name} is reached at {address.ip}", really=address.ip in seen_ips)

        listed = [node async for node in witness.iterate_nodes() if node.id not in before]
        story.step("listed", f"{len(listed)} nodes, from every page", really=names_and_states(listed) == ALL_RUN)
        story.table(listed)

        await cloud.reboot_node(second)
        story.step("rebooted", second.name, really=(await witness.get_node(second)).state is NodeState.RUNNING)

        await cloud.ex_release_address(await cloud.ex_disassociate_address(address))
        story.step("released", address.ip, really=not await witness.ex_describe_all_addresses())

        await asyncio.gather(*(cloud.destroy_node(node) for node in nodes))
        gone = names_and_states(await witness.list_nodes(ids=nodes))
        story.step("destroyed", ", ".join(NAMES), really=gone == ALL_GONE)


def ten_lines(cloud: Storage, photo: Path, copy: Path) -> tuple[list[str], bytes]:
    """Put, copy, list and get, whatever the cloud is."""
    holidays = cloud.create_container("holidays")
    beach = cloud.upload_object(photo, holidays, "2026/beach.jpg", meta_data={"camera": "Leica M3"})
    cloud.upload_object_via_stream([b"sun, ", b"sand, ", b"sea"], holidays, "2026/notes.txt")
    cloud.copy_object(beach, holidays, "best of/beach.jpg")
    names = [obj.name for obj in cloud.iterate_container_objects(holidays, prefix="2026/")]
    with cloud.download_object_as_stream((holidays, "2026/notes.txt")) as stream:
        notes = b"".join(stream)
    cloud.download_object(beach, copy)
    return names, notes


def storage_tour(servers: Sequence[SandboxServer], folder: Path) -> None:
    """The same lines with every provider; a second client reads what came of them, and tidies up."""
    story = Story("Files in three clouds, by the same lines:")
    print(textwrap.indent(inspect.getsource(ten_lines), "    "))
    photo = folder / "beach.jpg"
    photo.write_bytes(content := os.urandom(3_000_000))
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    profiles = {name: profile for server in servers for name, profile in server.profiles.items()}
    local = {"provider": "local", "root": str(folder / "account")}
    for profile in (profiles["sandbox-swift"], profiles["sandbox-s3"], local):
        name, settings = str(profile["provider"]), {key: value for key, value in profile.items() if key != "provider"}
        with storage(name, **settings) as cloud, storage(name, **settings) as witness:
            names, notes = ten_lines(cloud, photo, folder / f"{name}.jpg")
            best = witness.get_object("holidays", "best of/beach.jpg")
            really = (
                names == ["2026/beach.jpg", "2026/notes.txt"]
                and notes == b"sun, sand, sea"
                and (folder / f"{name}.jpg").read_bytes() == content
                and best.hash == md5
                and best.meta_data == {"camera": "Leica M3"}
            )
            details = f"{best.size:,} bytes of {best.content_type}, {best.meta_data['camera']}, there and back"
            witness.delete_objects(witness.iterate_container_objects("holidays"))
            witness.delete_container("holidays")
            story.step(name, details, really=really and not cloud.list_containers())


WEB_SERVER = """\
mkdir -p /srv/web
echo "<h1>Hello from $(hostname), a $(. /etc/os-release; echo $NAME)</h1>" > /srv/web/index.html
cd /srv/web
setsid nohup python3 -m http.server 80 > /var/log/web.log 2>&1 < /dev/null &
"""


def machine_tour(server: SandboxServer, folder: Path) -> None:
    """A machine that one can really log in to, from nothing to a page that it serves."""
    story = Story("A real machine on this computer, made and configured by one call:")
    with LocalMachines(endpoint=server.endpoint) as cloud, LocalMachines(endpoint=server.endpoint) as witness:
        [image] = cloud.list_images()
        pair = cloud.create_key_pair("demo")
        done = cloud.deploy_node(
            "web-1",
            "small",
            image,
            ScriptDeployment(WEB_SERVER),
            ssh_key=pair.private_key,
            ssh_interface="private",
            ssh_host_key="strict",
            ssh_known_hosts=folder / "known_hosts",
            ex_keyname=pair,
            ex_ports=[80],
        )
        seen = witness.get_node(done.node)
        details = f"{seen.name}: ssh {done.username}@{done.address}, {image.name}"
        story.step("deployed", details, really=seen.state is NodeState.RUNNING)

        url = f"http://127.0.0.1:{seen.ports[80]}/"
        page = fetched(url)
        story.step("fetched", f"{url} says {page}", really=page == "<h1>Hello from web-1, a Debian GNU/Linux</h1>")

        cloud.destroy_node(seen)
        cloud.delete_key_pair(pair)
        story.step("destroyed", seen.name, really=not witness.list_nodes())


def fetched(url: str) -> str:
    """A page of a web server that has just been started."""
    end = time.monotonic() + 20
    while True:
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
                return bytes(answer.read()).decode().strip()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def a_linux(images: Sequence[NodeImage]) -> NodeImage:
    """The newest Amazon Linux there is."""
    return max((image for image in images if image.name.startswith("al20")), key=lambda image: image.name)


def running(stack: ExitStack, name: str) -> SandboxServer:
    """A server of the sandbox, which ends with the stack."""
    return stack.enter_context(sandbox.running(name))


def started(machines: Future[SandboxServer]) -> SandboxServer | None:
    """Podman, if it can be had here; else that it cannot, and why, is told."""
    if not machines.done():
        print("\n  Putting together an image for a real machine, which is kept for the next time ...", flush=True)
    try:
        return machines.result()
    except CloudError as error:
        print(f"\n  No real machine is shown here:\n{textwrap.indent(textwrap.fill(error.message, 100), '    ')}")
        return None


def main() -> int:
    """Start the server, take both tours, see that it is gone; gives the exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="replace")
    print("\n  cumuli, on the wire protocols of real clouds. Starting servers that speak them ...")
    servers: list[SandboxServer] = []
    os.environ.setdefault("CUMULI_SANDBOX_CACHE", str(CACHE))
    try:
        with ExitStack() as stack, ThreadPoolExecutor() as pool:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            # The first time that takes a minute, of which the rest of the tour is a part.
            start = partial(running, stack)
            machines = pool.submit(start, "machines")
            for server in pool.map(start, SERVERS):
                servers.append(server)
                print(f"  {server.summary}, at {server.endpoint}")
            tour(servers[0])
            asyncio.run(async_tour(servers[0]))
            storage_tour(servers, folder)
            if (podman := started(machines)) is not None:
                servers.append(podman)
                machine_tour(podman, folder)
    except CloudError as error:
        print(f"\n  The tour ended early: {error}", file=sys.stderr)
        return 1
    for server in servers:
        if identify(server.pid) is not None:
            print(f"\n  The server (process {server.pid}) is still there.", file=sys.stderr)
            return 1
    print(
        "\n  Everything was read back by a second client, and nothing is left. On your own:\n\n"
        "    .venv/bin/cumuli sandbox up ec2 swift\n"
        "    .venv/bin/cumuli --profile sandbox-ec2 nodes list\n"
        "    .venv/bin/cumuli containers create sandbox-swift:holidays\n"
        "    .venv/bin/cumuli put README.md sandbox-swift:holidays/\n"
        "    .venv/bin/cumuli ls sandbox-swift:holidays\n"
        "    .venv/bin/cumuli sandbox down\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
