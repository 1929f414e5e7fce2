"""The tour: a few servers on EC2's own wire protocol, once with each flavour of the client.

    make demo

The server is moto, started for this on a free port of this machine. Whatever the tour does is read
back with a second client, and it ends with 0 only if everything was really so.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import time
from collections.abc import Sequence

from polycloud import EC2, AsyncEC2, CloudError, Node, NodeImage, NodeState, sandbox
from polycloud.sandbox import SandboxServer
from polycloud.sandbox.processes import identify

NAMES = ["web-1", "web-2", "web-3"]
SIZE = "t3.micro"
TAGS = {"env": "demo", "team": "polycloud"}
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


def a_linux(images: Sequence[NodeImage]) -> NodeImage:
    """The newest Amazon Linux there is."""
    return max((image for image in images if image.name.startswith("al20")), key=lambda image: image.name)


def main() -> int:
    """Start the server, take both tours, see that it is gone; gives the exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    print("\n  polycloud, on Amazon EC2's wire protocol. Starting a server that speaks it ...")
    try:
        with sandbox.running("ec2") as server:
            print(f"  {server.summary}, at {server.endpoint}")
            tour(server)
            asyncio.run(async_tour(server))
    except CloudError as error:
        print(f"\n  The tour ended early: {error}", file=sys.stderr)
        return 1
    if identify(server.pid) is not None:
        print(f"\n  The server (process {server.pid}) is still there.", file=sys.stderr)
        return 1
    print(
        "\n  Everything was read back by a second client, and nothing is left. On your own:\n\n"
        "    .venv/bin/polycloud sandbox up ec2\n"
        "    .venv/bin/polycloud --profile sandbox-ec2 nodes list\n"
        "    .venv/bin/polycloud sandbox down\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
