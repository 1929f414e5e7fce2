"""``DeploymentError``: what is left when a deployment fails."""

from __future__ import annotations

from typing import Any

import msgspec

from cumuli.compute.models import Node
from cumuli.deploy.results import StepResult
from cumuli.errors import CloudError

__all__ = ["DeploymentError"]


class DeploymentError(CloudError):
    """A node was there and could not be configured. The cause is the ``__cause__``.

    Attributes:
        node: The node, with ``password`` where the provider made one; None where none was made.
        destroyed: Whether it was destroyed because of this.
        cleanup_error: Why it could not be destroyed, or None.
        step: The step that failed (see ``StepResult.step``), or None where it was none.
        exit_code: The exit code of what the step ran, or None.
        output: The end of what that wrote, 4 KiB at most.
        steps: What the steps before it did, and it, as far as it came.
    """

    def __init__(  # the context of every error, and nothing more, comes by keywords
        self,
        message: str,
        *,
        node: Node | None = None,
        step: str | None = None,
        exit_code: int | None = None,
        output: str = "",
        steps: tuple[StepResult, ...] = (),
        provider: str | None = None,
    ) -> None:
        super().__init__(message, provider=provider)
        self.node = node
        self.step = step
        self.exit_code = exit_code
        self.output = output
        self.steps = steps
        self.destroyed = False
        self.cleanup_error: CloudError | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        # A password is not pickled.
        rebuild, (kind, message, state) = super().__reduce__()
        if self.node is not None:
            state["node"] = msgspec.structs.replace(self.node, password=None)
        return rebuild, (kind, message, state)
