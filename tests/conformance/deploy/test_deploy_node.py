"""From nothing to a configured machine, in both flavours: nodes in memory, SSH by asyncssh's own server."""

from __future__ import annotations

from typing import Any

from cumuli import MemoryAccount, ScriptDeployment
from tests.support.ssh_server import SSHServer


async def test_a_node_is_made_and_configured(
    compute: Any, machine: SSHServer, login: dict[str, Any], account: MemoryAccount, flavour: Any
) -> None:
    told: list[Any] = []
    script = ScriptDeployment(
        "#!/bin/sh\necho hello $1; echo problem >&2; echo $WORD > told", args=["you"], environment={"WORD": "it's"}
    )
    done = await compute.deploy_node("web", "small", "debian", script, on_progress=told.append, **login)
    assert done.node.name == "web"
    assert done.node.state == "running"
    [step] = done.steps
    assert (step.exit_code, step.stdout, step.stderr) == (0, "hello you\n", "problem\n")
    assert step.started_at <= step.ended_at
    assert (machine.home / "told").read_text() == "it's\n"
    assert [each.phase for each in told] == ["creating", "waiting", "connecting", "running", "done"]
    [node] = await compute.list_nodes()
    assert node.tags == {"cumuli-deployment": told[0].tag}
    assert {path.name for path in machine.home.iterdir()} == {"told"}
