"""What a deployment tells: while it goes on, and at its end."""

from __future__ import annotations

import datetime as dt
from typing import Generic, Literal, TypeVar

import msgspec

from cumuli.compute.models import Node

__all__ = ["Deployment", "DeploymentPhase", "DeploymentProgress", "StepResult"]

NodeT = TypeVar("NodeT", bound=Node, covariant=True)

DeploymentPhase = Literal["creating", "waiting", "connecting", "running", "destroying", "done", "failed"]


class StepResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one step did.

    Attributes:
        step: What the step is called, such as ``"ScriptDeployment setup.sh"``.
        started_at: When it began, in UTC, by this computer's clock.
        ended_at: When it ended.
        exit_code: The exit code of what it ran; None where it ran nothing, or a signal ended it.
        stdout: The end of what that wrote, 64 KiB at most, without secrets that cumuli was given.
        stderr: Likewise.
        stdout_size: How many bytes it wrote in all.
        stderr_size: Likewise.
    """

    step: str
    started_at: dt.datetime
    ended_at: dt.datetime
    exit_code: int | None = None
    stdout: str = ""
    stderr: str = ""
    stdout_size: int = 0
    stderr_size: int = 0


class DeploymentProgress(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment is doing now.

    Attributes:
        name: The node's display name.
        phase: What is being done.
        message: That in words, such as ``"ScriptDeployment setup.sh (2 of 3)"``.
        seconds: Since the deployment began.
        node: The node's id, or None while it has none.
        tag: What the node's tag ``cumuli-deployment`` says, by which it is found; None where it is not tagged.
    """

    name: str
    phase: DeploymentPhase
    message: str
    seconds: float
    node: str | None = None
    tag: str | None = None


class Deployment(msgspec.Struct, Generic[NodeT], frozen=True, kw_only=True):
    """A machine that was configured.

    Attributes:
        node: The node as it was when one could log in; with ``password`` where the provider made one.
        address: Where one logs in.
        port: At which port.
        username: As which user.
        steps: What each step did, in their order; those of a ``MultiStepDeployment`` one by one.
        known_hosts: The file with its host key, for ``ssh -o UserKnownHostsFile=``; None where the key is kept in none.
    """

    node: NodeT
    address: str
    port: int
    username: str
    steps: tuple[StepResult, ...] = ()
    known_hosts: str | None = None
