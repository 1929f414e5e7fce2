"""The steps of a deployment: plain, frozen data that says what is to be done on a machine.

What a step runs must not be seen where a step is shown, since scripts and variables hold passwords.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from os import PathLike

import msgspec

from cumuli.compute.auth import SSHKey
from cumuli.deploy.aio import AsyncSSHConnection
from cumuli.deploy.client import SSHConnection
from cumuli.deploy.output import OnOutput
from cumuli.secret import Secret

__all__ = [
    "CloudInit",
    "FileDeployment",
    "MultiStepDeployment",
    "Reboot",
    "SSHKeyDeployment",
    "ScriptDeployment",
    "ScriptFileDeployment",
    "Step",
    "StepFunction",
    "Steps",
    "WaitFor",
]

NO_VARIABLES: dict[str, str | Secret] = {}


class SSHKeyDeployment(msgspec.Struct, frozen=True):
    """Let a public key log in as the user that one is logged in as, beside those that may.

    Args:
        key: The public key: its text in OpenSSH form, or an ``SSHKey``.
    """

    key: str | SSHKey

    def __str__(self) -> str:
        return "SSHKeyDeployment"


class FileDeployment(msgspec.Struct, frozen=True):
    """Copy a file or a whole folder of this computer's to the machine, by SFTP, with modes and times.

    Args:
        source: The file, or the folder.
        target: What it becomes there: its own path, not that of the folder to put it into; relative to the user's home.
        mode: Permissions (``0o644``) of the file, or of the folder itself; None for those that it has here.
        sudo: Put it there as root, to whom it then belongs.
    """

    source: str | PathLike[str]
    target: str
    mode: int | None = None
    sudo: bool = False

    def __str__(self) -> str:
        return f"FileDeployment {self.target}"


class ScriptDeployment(msgspec.Struct, frozen=True):
    """Run a script on the machine. It fails if the exit code is not 0.

    Args:
        script: Its text; the first line may say by what it is run (``#!/usr/bin/python3``), else that is ``sh``.
        args: Its arguments. Whoever lists the machine's processes sees them.
        name: Its file on the machine, relative to the user's home, which stays; None for a file that is
            removed afterwards.
        delete: Remove the file afterwards also if it has a name.
        timeout: Seconds until it is ended, with all that it has started; None for no limit.
        environment: Variables for it. Nobody sees them among the machine's processes; what is a ``Secret`` is blotted
            out of the outputs that are kept.
        sudo: Run it as root. The password that one logged in with is told to sudo where it asks for one.
        on_output: Called with ``"stdout"`` or ``"stderr"`` and a piece of text, as it is written.
    """

    script: str
    args: Sequence[str] = ()
    name: str | None = None
    delete: bool = False
    timeout: float | None = None
    environment: Mapping[str, str | Secret] = NO_VARIABLES
    sudo: bool = False
    on_output: OnOutput | None = None

    def __str__(self) -> str:
        return f"ScriptDeployment {self.name}" if self.name else "ScriptDeployment"

    def __repr__(self) -> str:
        return f"<{self}>"


class ScriptFileDeployment(msgspec.Struct, frozen=True):
    """Run a script that is in a file of this computer's; see ``ScriptDeployment``.

    Args:
        script_file: The file.
        args: As for ``ScriptDeployment``.
        name: As for ``ScriptDeployment``.
        delete: As for ``ScriptDeployment``.
        timeout: As for ``ScriptDeployment``.
        environment: As for ``ScriptDeployment``.
        sudo: As for ``ScriptDeployment``.
        on_output: As for ``ScriptDeployment``.
    """

    script_file: str | PathLike[str]
    args: Sequence[str] = ()
    name: str | None = None
    delete: bool = False
    timeout: float | None = None
    environment: Mapping[str, str | Secret] = NO_VARIABLES
    sudo: bool = False
    on_output: OnOutput | None = None

    def __str__(self) -> str:
        return f"ScriptFileDeployment {self.script_file}"

    def __repr__(self) -> str:
        return f"<{self}>"


class CloudInit(msgspec.Struct, frozen=True):
    """What cloud-init on a new machine is to do at its first start: user data for ``create_node``.

    The step itself waits for the end of cloud-init, and fails if that says that it failed.

    Args:
        user_data: What cloud-init gets: a text that begins with ``#cloud-config``, a script, or what else it knows.
        check: Have it checked by ``cloud-init schema`` before anything is made, where this computer has that.
        timeout: Seconds until it has to have ended.
    """

    user_data: str
    check: bool = True
    timeout: float = 900.0

    def __str__(self) -> str:
        return "CloudInit"

    def __repr__(self) -> str:
        return "<CloudInit>"


class WaitFor(msgspec.Struct, frozen=True, kw_only=True):
    """Wait until something is so on the machine: all of what is given.

    Args:
        port: Something takes connections on this port, seen from the machine itself.
        file: There is such a file or folder.
        command: This line for ``sh`` ends with 0.
        cloud_init: Cloud-init has ended, well or not.
        sudo: Look at file and command as root.
        timeout: Seconds until it has to be so.
    """

    port: int | None = None
    file: str | None = None
    command: str | None = None
    cloud_init: bool = False
    sudo: bool = False
    timeout: float = 300.0

    def __str__(self) -> str:
        goals = [
            *([f"port {self.port}"] if self.port is not None else []),
            *([f"file {self.file}"] if self.file is not None else []),
            *(["command"] if self.command is not None else []),
            *(["cloud-init"] if self.cloud_init else []),
        ]
        return f"WaitFor {' and '.join(goals)}"

    def __repr__(self) -> str:
        return f"<{self}>"


class Reboot(msgspec.Struct, frozen=True, kw_only=True):
    """Reboot the machine by its provider, and wait until one can log in again.

    Args:
        timeout: Seconds until it has to be back.
    """

    timeout: float = 600.0

    def __str__(self) -> str:
        return "Reboot"


class MultiStepDeployment(msgspec.Struct, frozen=True):
    """Several steps in their order, as one.

    Args:
        add: The steps.
    """

    add: Steps = ()

    def __str__(self) -> str:
        return "MultiStepDeployment"


StepFunction = Callable[[SSHConnection], object] | Callable[[AsyncSSHConnection], Awaitable[object]]
"""A step of one's own: given the connection of the client's flavour; what it raises fails the deployment."""

Step = (
    SSHKeyDeployment
    | FileDeployment
    | ScriptDeployment
    | ScriptFileDeployment
    | MultiStepDeployment
    | CloudInit
    | WaitFor
    | Reboot
    | StepFunction
)

Steps = Step | Sequence[Step]
"""One step, or several in their order."""
