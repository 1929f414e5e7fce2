"""Running the steps of a deployment on a machine that one is logged in at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, cast

from cumuli.compute.auth import SSHKey
from cumuli.deploy.aio import AsyncSSHConnection
from cumuli.deploy.client import SSHConnection
from cumuli.deploy.errors import DeploymentError
from cumuli.deploy.output import OnOutput, hidden
from cumuli.deploy.results import StepResult
from cumuli.deploy.steps import (
    CloudInit,
    FileDeployment,
    MultiStepDeployment,
    Reboot,
    ScriptDeployment,
    ScriptFileDeployment,
    SSHKeyDeployment,
    Step,
    Steps,
    WaitFor,
)
from cumuli.errors import CloudError, InvalidRequest, NotSupported, Timeout
from cumuli.runtime.deadline import grace
from cumuli.runtime.protocol import Runtime
from cumuli.runtime.ssh.login import CommandResult, CommandTimedOut
from cumuli.runtime.ssh.shell import check_names
from cumuli.runtime.ssh.this_computer import check_readable, check_user_data, read_text
from cumuli.secret import Secret

__all__ = ["Machine", "flat", "name_of", "prepared", "run_steps"]

TAIL = 4096
SHORTEST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
# How long one look at what is waited for may take.
LOOK_SECONDS = 30.0
REMOVE_SECONDS = 20.0

ADD_KEY = """umask 077
mkdir -p ~/.ssh && touch ~/.ssh/authorized_keys || exit 1
if ! grep -qxF -- "$CUMULI_KEY" ~/.ssh/authorized_keys; then
  [ -z "$(tail -c 1 ~/.ssh/authorized_keys)" ] || echo >> ~/.ssh/authorized_keys
  printf '%s\\n' "$CUMULI_KEY" >> ~/.ssh/authorized_keys
fi
"""
# As root: what is copied belongs to root, and a folder's content goes into a folder that is there.
INSTALL = """mkdir -p -- "$(dirname -- "$2")" || exit 1
chown -R 0:0 -- "$1" || exit 1
if [ -d "$1" ]; then mkdir -p -- "$2" && cp -Rp -- "$1/." "$2"; else cp -p -- "$1" "$2"; fi
"""
# Tells one start of a machine from another: the kernel's, and that of the first process for a container.
START = "cat /proc/sys/kernel/random/boot_id; cut -d' ' -f22 /proc/1/stat"
CLOUD_INIT = "cloud-init status --wait >/dev/null 2>&1; [ -e /run/cloud-init/result.json ]"
CLOUD_INIT_DONE = "cloud-init status --long"


class Machine(Protocol):
    """What steps need of the machine besides a connection."""

    @property
    def connection(self) -> AsyncSSHConnection: ...
    @property
    def secrets(self) -> Sequence[Secret]:
        """What must be in no output that is kept."""
        ...

    async def reboot(self) -> None:
        """Have the provider reboot it."""
        ...

    async def connect_again(self, timeout: float) -> None:
        """Close the connection, and open another one as soon as there is somebody to talk to."""
        ...


def flat(steps: Steps) -> list[Step]:
    """Steps one by one.

    Raises:
        InvalidRequest: Something among them is no step.
    """
    return list(_flat(steps))


def _flat(steps: object) -> Iterator[Step]:
    given = type(steps).__name__
    if isinstance(steps, MultiStepDeployment):
        yield from _flat(steps.add)
    elif isinstance(
        steps,
        SSHKeyDeployment | FileDeployment | ScriptDeployment | ScriptFileDeployment | CloudInit | WaitFor | Reboot,
    ) or (callable(steps) and not isinstance(steps, type)):
        yield steps
    elif isinstance(steps, Iterable) and not isinstance(steps, str | bytes | Mapping):
        for step in cast("Iterable[object]", steps):
            yield from _flat(step)
    else:
        kind = steps.__name__ if isinstance(steps, type) else given
        raise InvalidRequest(f"{kind} is no step of a deployment; see cumuli.deploy")


def name_of(step: Step) -> str:
    """What a step is called."""
    if callable(step):
        return str(getattr(step, "__name__", type(step).__name__))
    return str(step)


async def prepared(steps: Sequence[Step], runtime: Runtime) -> list[Step]:
    """Steps with what they need of this computer looked at, so that nothing is made for steps that cannot run.

    Raises:
        InvalidRequest: A file is not there, a key is none, a variable cannot have its name, a wait has no goal.
    """
    return await runtime.offload(lambda: [_prepared(step) for step in steps])


def _prepared(step: Step) -> Step:
    if isinstance(step, SSHKeyDeployment):
        return SSHKeyDeployment(step.key if isinstance(step.key, SSHKey) else SSHKey(step.key))
    if isinstance(step, FileDeployment):
        check_readable(step.source)
    if isinstance(step, ScriptDeployment | ScriptFileDeployment):
        check_names(step.environment)
    if isinstance(step, ScriptFileDeployment):
        return ScriptDeployment(
            read_text(step.script_file),
            step.args,
            step.name,
            step.delete,
            step.timeout,
            step.environment,
            step.sudo,
            step.on_output,
        )
    if isinstance(step, CloudInit) and step.check:
        check_user_data(step.user_data)
    if isinstance(step, WaitFor) and not str(step).removeprefix("WaitFor "):
        raise InvalidRequest("WaitFor waits for nothing: give port=, file=, command= or cloud_init=True")
    return step


async def run_steps(
    runtime: Runtime, machine: Machine, steps: Sequence[tuple[str, Step]], told: Callable[[str], Awaitable[None]]
) -> tuple[StepResult, ...]:
    """Run steps in their order.

    Args:
        runtime: The client's.
        machine: Where.
        steps: The steps, each with its name.
        told: Is told what begins, in words.

    Raises:
        DeploymentError: One failed; those after it were not begun.
    """
    done: list[StepResult] = []
    for number, (name, step) in enumerate(steps, 1):
        await told(f"{name} ({number} of {len(steps)})" if len(steps) > 1 else name)
        started = _now(runtime)
        run = _Run(runtime, machine)
        try:
            await run.step(step)
        except Exception as error:
            done.append(run.result(name, started))
            result, told_of = done[-1], _words(error)
            output = (result.stderr or result.stdout)[-TAIL:]
            raise DeploymentError(
                hidden(f"{name} failed: {told_of}", machine.secrets)
                + (f"\n{output.rstrip()}" if output.strip() else ""),
                step=name,
                exit_code=result.exit_code,
                output=output,
                steps=tuple(done),
            ) from error
        done.append(run.result(name, started))
    return tuple(done)


def _words(error: Exception) -> str:
    if isinstance(error, CloudError):
        return error.message
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _now(runtime: Runtime) -> dt.datetime:
    return dt.datetime.fromtimestamp(runtime.now(), dt.UTC)


class _Failed(CloudError):
    """A command did not end with 0."""


class _Run:
    """One step that is run."""

    def __init__(self, runtime: Runtime, machine: Machine) -> None:
        self._runtime = runtime
        self._machine = machine
        self._command: CommandResult | None = None
        self._secrets: list[Secret] = list(machine.secrets)

    def result(self, name: str, started: dt.datetime) -> StepResult:
        """What is known of the step now."""
        command = self._command
        if command is None:
            return StepResult(step=name, started_at=started, ended_at=_now(self._runtime))
        return StepResult(
            step=name,
            started_at=started,
            ended_at=_now(self._runtime),
            exit_code=command.exit_code,
            stdout=hidden(command.stdout, self._secrets),
            stderr=hidden(command.stderr, self._secrets),
            stdout_size=command.stdout_size,
            stderr_size=command.stderr_size,
        )

    async def step(self, step: Step) -> None:
        if isinstance(step, SSHKeyDeployment):
            await self._add_key(step)
        elif isinstance(step, FileDeployment):
            await self._copy(step)
        elif isinstance(step, ScriptDeployment):
            await self._script(step)
        elif isinstance(step, WaitFor):
            await self._wait_for(step)
        elif isinstance(step, CloudInit):
            await self._cloud_init(step)
        elif isinstance(step, Reboot):
            await self._reboot(step)
        elif callable(step):
            await self._call(step)
        else:
            raise NotSupported(f"{type(step).__name__} is taken apart before")

    async def _run(
        self,
        command: str | Sequence[str],
        *,
        sudo: bool = False,
        environment: Mapping[str, str | Secret] | None = None,
        timeout: float | None = None,
        on_output: OnOutput | None = None,
    ) -> CommandResult:
        """Run a command, and keep what it wrote whatever becomes of it.

        Raises:
            _Failed: It did not end with 0.
        """
        try:
            result = await self._machine.connection.run(
                command, sudo=sudo, environment=environment or {}, timeout=timeout, on_output=on_output
            )
        except CommandTimedOut as error:
            self._command = error.result
            raise
        self._command = result
        if result.exit_code != 0:
            how = f"exit code {result.exit_code}" if result.signal is None else f"ended by the signal {result.signal}"
            raise _Failed(how)
        return result

    async def _add_key(self, step: SSHKeyDeployment) -> None:
        key = step.key if isinstance(step.key, SSHKey) else SSHKey(step.key)
        await self._run(ADD_KEY, environment={"CUMULI_KEY": key.text})

    async def _copy(self, step: FileDeployment) -> None:
        connection = self._machine.connection
        if not step.sudo or connection.username == "root":
            await connection.put(step.source, step.target, mode=step.mode)
            return
        place = f".cumuli-{self._runtime.token()}"
        await connection.put(step.source, place, mode=step.mode)
        try:
            await self._run(["sh", "-c", INSTALL, "sh", place, step.target], sudo=True)
        finally:
            await self._remove(place, sudo=True)

    async def _script(self, step: ScriptDeployment) -> None:
        connection = self._machine.connection
        self._secrets += [value for value in step.environment.values() if isinstance(value, Secret)]
        path = step.name or f".cumuli-{self._runtime.token()}.sh"
        text = step.script if step.script.startswith("#!") else f"#!/bin/sh\n{step.script}"
        command = path if path.startswith(("/", "./", "../")) else f"./{path}"
        try:
            await connection.write(text, path, mode=0o700)
            await self._run(
                [command, *step.args],
                sudo=step.sudo,
                environment=step.environment,
                timeout=step.timeout,
                on_output=step.on_output,
            )
        finally:
            if step.name is None or step.delete:
                await self._remove(path)

    async def _remove(self, path: str, *, sudo: bool = False) -> None:
        """Remove what was only put there for a step, also if its time is up, as far as there is still a connection.

        A failure must not hide that of the step.
        """
        try:
            with grace(REMOVE_SECONDS):
                await self._machine.connection.run(["rm", "-rf", "--", path], sudo=sudo, timeout=REMOVE_SECONDS)
        except CloudError:
            return

    async def _wait_for(self, step: WaitFor) -> None:
        end = self._runtime.monotonic() + step.timeout
        if step.cloud_init:
            await self._until(end, step.timeout, lambda: self._looks(CLOUD_INIT, step, end), "cloud-init has not ended")
        if step.file is not None:
            file = step.file
            await self._until(
                end, step.timeout, lambda: self._looks(["test", "-e", file], step, end), f"there is no {file}"
            )
        if step.port is not None:
            port, connection = step.port, self._machine.connection
            await self._until(
                end, step.timeout, lambda: connection.is_listening(port), f"nothing takes connections on port {port}"
            )
        if step.command is not None:
            command = step.command
            await self._until(
                end, step.timeout, lambda: self._looks(command, step, end), "the command does not succeed"
            )

    async def _looks(self, command: str | Sequence[str], step: WaitFor, end: float) -> bool:
        left = max(end - self._runtime.monotonic(), 1.0)
        result = await self._machine.connection.run(command, sudo=step.sudo, timeout=left)
        if command is step.command:
            self._command = result
        return result.exit_code == 0

    async def _until(self, end: float, seconds: float, look: Callable[[], Awaitable[bool]], otherwise: str) -> None:
        pause = SHORTEST_PAUSE
        while True:
            try:
                if await look():
                    return
            except Timeout:
                # The time of this look is that of the whole wait.
                raise Timeout(f"after {seconds:g} s {otherwise}", retryable=False) from None
            left = end - self._runtime.monotonic()
            if left <= 0:
                raise Timeout(f"after {seconds:g} s {otherwise}", retryable=False)
            await self._runtime.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE)

    async def _cloud_init(self, step: CloudInit) -> None:
        await self._wait_for(WaitFor(cloud_init=True, timeout=step.timeout))
        await self._run(CLOUD_INIT_DONE, timeout=LOOK_SECONDS)

    async def _reboot(self, step: Reboot) -> None:
        end = self._runtime.monotonic() + step.timeout
        before = (await self._run(START, timeout=LOOK_SECONDS)).stdout
        await self._machine.reboot()
        pause = SHORTEST_PAUSE
        while True:
            left = end - self._runtime.monotonic()
            if left <= 0:
                raise Timeout(f"{step.timeout:g} s after its reboot the machine is still the old one, or not back")
            await self._runtime.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE)
            try:
                await self._machine.connect_again(max(end - self._runtime.monotonic(), 1.0))
                if (await self._run(START, timeout=LOOK_SECONDS)).stdout != before:
                    return
            except _Failed:
                raise
            except CloudError:
                # It goes down while one looks.
                continue

    async def _call(self, function: Callable[..., object]) -> None:
        connection = self._machine.connection
        if self._runtime.is_blocking:
            given = function(SSHConnection(connection))
            if isinstance(given, Coroutine):
                given.close()
                raise InvalidRequest("a step of a sync client is a plain function, and this one is async")
            return
        given = function(connection)
        if isinstance(given, Awaitable):
            await given
