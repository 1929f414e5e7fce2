"""``deploy_node``: create, wait, log in, configure, hand over; and whatever happens, leave nothing behind unsaid.

A node that cumuli makes here has a tag of its own from its first moment, by which it is found again also where
the answer to its creation was lost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from functools import partial
from os import PathLike, fspath
from typing import Any, Generic, Literal, Protocol, TypeVar

import msgspec

from cumuli.compute.auth import Auth, Password
from cumuli.compute.lookout import Lookout
from cumuli.compute.models import Node, NodeState
from cumuli.compute.waiting import LOST_NODE, NEWBORN, NODES, ON_THE_WAY, REFUSALS, RESTING, Goal, addresses, wait_until
from cumuli.deploy.aio import AsyncSSHConnection
from cumuli.deploy.errors import DeploymentError
from cumuli.deploy.output import hidden
from cumuli.deploy.results import Deployment, DeploymentPhase, DeploymentProgress, StepResult
from cumuli.deploy.running import flat, name_of, prepared, run_steps
from cumuli.deploy.steps import CloudInit, Step, Steps
from cumuli.errors import (
    AlreadyExists,
    AuthenticationError,
    CloudError,
    Conflict,
    ConnectionFailed,
    DeadlineExceeded,
    InvalidRequest,
    NodeFailed,
    NodeNotFound,
    NotFound,
    QuotaExceeded,
)
from cumuli.runtime.deadline import current_deadline, deadline, grace
from cumuli.runtime.protocol import Runtime
from cumuli.runtime.ssh.host_keys import alias_of, checked_host_keys, forget, known_hosts_of
from cumuli.runtime.ssh.library import check_keys, check_library
from cumuli.runtime.ssh.login import HostKeyPolicy, Login
from cumuli.secret import Secret

__all__ = ["TAG", "Creation", "Deployer", "Fleet", "Given", "OnProgress", "PrivateKey", "SSHInterface", "deploy_all"]

NodeT = TypeVar("NodeT", bound=Node)
GivenNodeT = TypeVar("GivenNodeT", bound=Node, covariant=True)

TAG = "cumuli-deployment"

PrivateKey = str | PathLike[str] | Secret
"""A private key: the path of its file, or its text as a ``Secret``."""
OnProgress = Callable[[DeploymentProgress], object]
SSHInterface = Literal["public", "private"]
Creation = Callable[[Mapping[str, str] | None, str | None], Awaitable[NodeT]]
"""Creates a node with these tags, and with this user data if that is not None."""

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 3.0
# A machine that lets nobody in may still be on its way to putting the keys in their place.
LET_IN_WITHIN = 60.0
# How often a machine that does not answer is looked at by its provider.
ALIVE_EVERY = 10.0
CLEAN_UP_SECONDS = 120.0
# When a node whose creation was not answered is looked for: a new one may not be listed at once.
LOOKED_FOR_AFTER = (0.0, 1.0, 3.0, 6.0)
DESTROY_ATTEMPTS = 4
# What says that nothing was made.
REFUSED = (*REFUSALS, NotFound, QuotaExceeded, Conflict, AlreadyExists)
DEAD = frozenset({*LOST_NODE, *RESTING, NodeState.STOPPING})
DEAD_LOOKS = 2


class Given(msgspec.Struct, Generic[NodeT], frozen=True, kw_only=True):
    """What ``deploy_node`` was asked for besides the node; see there."""

    deploy: Steps
    ssh_username: str
    ssh_alternate_usernames: Sequence[str]
    ssh_key: PrivateKey | Sequence[PrivateKey] | None
    ssh_key_password: str | Secret | None
    ssh_password: str | Secret | None
    ssh_port: int | None
    ssh_interface: SSHInterface | Callable[[NodeT], str | tuple[str, int] | None]
    ssh_timeout: float
    ssh_host_key: HostKeyPolicy | str
    ssh_known_hosts: str | PathLike[str] | None
    timeout: float
    on_failure: Literal["destroy", "keep"]
    on_progress: OnProgress | None

    def __repr__(self) -> str:
        # Scripts, keys and passwords.
        return "<Given>"


class Cloud(Protocol[GivenNodeT]):
    """What a deployment needs of the compute client."""

    @property
    def provider(self) -> str: ...
    @property
    def runtime(self) -> Runtime: ...

    async def look(self, ids: Sequence[str]) -> Sequence[GivenNodeT]: ...
    async def tagged(self, tag: str) -> Sequence[GivenNodeT]: ...
    async def destroy(self, node_id: str) -> None: ...
    async def reboot(self, node_id: str) -> None: ...
    async def host_keys(self, node_id: str) -> Sequence[str]: ...
    def is_gone(self, node_id: str) -> bool: ...


class Fleet(Generic[NodeT]):
    """Deployments that go on at the same time: they look together, and are cleaned up after together.

    Attributes:
        lookout: Looks at all of their nodes.
        unfinished: Deployments of which it is not known yet that nothing is left of them that should not be.
        left: What became of the nodes of those that failed, in words.
    """

    def __init__(self, cloud: Cloud[NodeT]) -> None:
        self.lookout: Lookout[NodeT] = Lookout(cloud.runtime, cloud.look)
        self.unfinished: list[Deployer[NodeT]] = []
        self.left: list[str] = []
        self.progress = cloud.runtime.lock()


# The fleet that a deployment belongs to, inside of deploy_nodes. Any: a variable knows no type of a client's nodes.
_fleet: ContextVar[Fleet[Any] | None] = ContextVar("cumuli_fleet", default=None)


class Deployer(Generic[NodeT]):
    """One deployment.

    Args:
        cloud: What it needs of the client.
        given: What was asked for.
        name: What the node is called in what is told; empty until it is known.
    """

    def __init__(self, cloud: Cloud[NodeT], given: Given[NodeT], name: str = "") -> None:
        self._cloud = cloud
        self._given = given
        self._runtime = cloud.runtime
        self._fleet: Fleet[NodeT] = _fleet.get() or Fleet(cloud)
        self._start = self._runtime.monotonic()
        self._steps: list[tuple[str, Step]] = []
        self._keys: tuple[str | Secret, ...] | None = None
        self._connection: AsyncSSHConnection | None = None
        self._login: Login | None = None
        # What is known of the node, which is ours to destroy if this made it.
        self.name = name
        self._node: NodeT | None = None
        self._tag: str | None = None
        self._is_maybe_made = False

    # What steps need of a machine

    @property
    def connection(self) -> AsyncSSHConnection:
        if self._connection is None:
            raise ConnectionFailed(f"the connection to {self.name} was lost")
        return self._connection

    @property
    def secrets(self) -> Sequence[Secret]:
        known = (_secret(self._given.ssh_key_password), self._login and self._login.password)
        return [secret for secret in known if secret]

    async def reboot(self) -> None:
        assert self._node is not None  # noqa: S101 - steps run on a node
        await self._cloud.reboot(self._node.id)

    async def connect_again(self, timeout: float) -> None:
        assert self._node is not None  # noqa: S101 - steps run on a node
        assert self._login is not None  # noqa: S101 - which is logged in at
        await self.disconnect()
        # A machine may have another address after its reboot.
        [node] = await self._cloud.look([self._node.id])
        host, port = self._address(node) or (self._login.host, self._login.port)
        self._login = msgspec.structs.replace(self._login, host=host, port=port)
        await self._connect(timeout)

    # The two verbs

    async def deploy_new(
        self, create: Creation[NodeT], tags: Mapping[str, str] | None, auth: Auth | None, *, tagged: bool, told: bool
    ) -> Deployment[NodeT]:
        """Create a node, and deploy it. If that fails, it is destroyed, unless it is to be kept.

        Args:
            create: Creates it.
            tags: Tags that it is to have.
            auth: How one gets into it, as far as that is known before.
            tagged: Whether it can have tags.
            told: Whether user data were given already.
        """
        steps = await self._prepare()
        user_data = [step.user_data for _, step in steps if isinstance(step, CloudInit)]
        if len(user_data) > 1 or (user_data and told):
            raise InvalidRequest("a node gets its user data once: give one CloudInit, or the provider's own argument")
        if tagged:
            self._tag = self._runtime.token()
            tags = {**(tags or {}), TAG: self._tag}
        self._fleet.unfinished.append(self)
        try:
            with deadline(self._given.timeout):
                await self._tell("creating", "creating")
                self._is_maybe_made = True
                try:
                    self._node = await create(tags, user_data[0] if user_data else None)
                except REFUSED:
                    self._is_maybe_made = False
                    raise
                self._forget_before(self._node)
                done = await self._deploy(self._node, auth, appeared=False)
            # Still inside: whoever is interrupted here has not got the node.
            await self._tell("done", "done")
        except BaseException as error:
            failure = self._as_deployment_error(error)
            await self._runtime.shielded(lambda: self.clean_up(failure))
            if failure is error:
                raise
            raise failure from error
        self._fleet.unfinished.remove(self)
        return done

    async def deploy_existing(self, node: Node | str, node_id: str) -> Deployment[NodeT]:
        """Deploy a node that is there; nothing is destroyed."""
        steps = await self._prepare()
        if any(isinstance(step, CloudInit) for _, step in steps):
            raise InvalidRequest("CloudInit is for nodes that are made: this one has had its first start")
        try:
            with deadline(self._given.timeout):
                [found] = await self._cloud.look([node_id])
                self._node, self.name = found, found.name or found.id
                done = await self._deploy(found, None, appeared=True)
        except Exception as error:
            failure = self._as_deployment_error(error)
            if failure is error:
                raise
            await self._tell_safely("failed", str(failure))
            raise failure from error
        await self._tell("done", "done")
        return done

    async def _prepare(self) -> list[tuple[str, Step]]:
        given = self._given
        check_library()
        steps = flat(given.deploy)
        names = [name_of(step) for step in steps]
        self._steps = list(zip(names, await prepared(steps, self._runtime), strict=True))
        if given.ssh_key is not None:
            keys = [given.ssh_key] if isinstance(given.ssh_key, str | Secret | PathLike) else list(given.ssh_key)
            self._keys = tuple(key if isinstance(key, Secret) else fspath(key) for key in keys)
            password, told = _secret(given.ssh_key_password), self._keys
            await self._runtime.offload(lambda: check_keys(told, password))
        if given.ssh_host_key not in {"accept-new", "strict"}:
            checked_host_keys(given.ssh_host_key)
        for name, seconds in (("timeout", given.timeout), ("ssh_timeout", given.ssh_timeout)):
            if not seconds > 0:
                raise InvalidRequest(f"{name} is {seconds:g}; it is a positive number of seconds")
        return self._steps

    async def _deploy(self, node: NodeT, auth: Auth | None, *, appeared: bool) -> Deployment[NodeT]:
        password = node.password
        await self._tell("waiting", "waiting until it runs")
        found = await self._until_running(node, appeared=appeared)
        if password is not None:
            found = msgspec.structs.replace(found, password=password)
        self._node = found
        host, port = self._address(found) or ("", None)
        self._login = await self._login_at(found, host, port, auth)
        try:
            await self._connect(self._given.ssh_timeout)
            done: tuple[StepResult, ...] = ()
            if self._steps:
                done = await self._run_steps()
            username = self.connection.username
            host, port = self._login.host, self._login.port
        finally:
            await self._runtime.shielded(self.disconnect)
        return Deployment(
            node=found,
            address=host,
            port=port or 22,
            username=username,
            steps=done,
            known_hosts=self._login.known_hosts,
        )

    async def _run_steps(self) -> tuple[StepResult, ...]:
        try:
            return await run_steps(self._runtime, self, self._steps, lambda message: self._tell("running", message))
        except DeploymentError as error:
            if isinstance(error.__cause__, ConnectionFailed):
                # What became of the machine says more than that nobody answers.
                try:
                    await self._check_alive(looks=1)
                except CloudError as dead:
                    error.message += f"; {dead.message}"
            raise

    # Waiting

    async def _until_running(self, node: NodeT, *, appeared: bool) -> NodeT:
        goal: Goal[NodeT] = Goal(
            lambda node: node.state is NodeState.RUNNING and self._address(node) is not None,
            verb="run",
            kinds=NODES,
            failed=LOST_NODE,
            on_the_way=ON_THE_WAY,
            resting=RESTING,
            not_found=NodeNotFound,
            error=NodeFailed,
            told=lambda node: " without an address to log in at" if node.state is NodeState.RUNNING else "",
        )
        known, born = frozenset({node.id}), node.state in NEWBORN
        try:
            found = await wait_until(
                self._runtime,
                self._fleet.lookout.look,
                [node.id],
                goal,
                appeared=known if appeared or not born else frozenset(),
                newborn=known if born and not appeared else frozenset(),
                is_gone=self._cloud.is_gone,
                timeout=self._given.timeout,
                provider=self._cloud.provider,
            )
        finally:
            # Else every later look at the others asks for this one as well, and fails when it is gone.
            self._fleet.lookout.leave(node.id)
        return found[node.id]

    def _address(self, node: NodeT) -> tuple[str, int | None] | None:
        """Where to log in at a node, or None while it has no address."""
        interface = self._given.ssh_interface
        if isinstance(interface, str):
            found = addresses(node, public=interface == "public")
            return (found[0], self._given.ssh_port) if found else None
        chosen = interface(node)
        if chosen is None or isinstance(chosen, str):
            return (chosen, self._given.ssh_port) if chosen else None
        return chosen

    async def _login_at(self, node: NodeT, host: str, port: int | None, auth: Auth | None) -> Login:
        given = self._given
        password = _secret(given.ssh_password)
        if password is None:
            password = auth.secret if isinstance(auth, Password) else node.password
        policy: HostKeyPolicy = "strict" if given.ssh_host_key == "strict" else "accept-new"
        if given.ssh_host_key in {"accept-new", "strict"}:
            expected = await self._told_host_keys(node, strict=policy == "strict")
        else:
            expected = checked_host_keys(given.ssh_host_key)
        return Login(
            host=host,
            port=port,
            name=f"{self.name} ({node.id})" if self.name != node.id else node.id,
            usernames=(given.ssh_username, *given.ssh_alternate_usernames),
            keys=self._keys,
            key_password=_secret(given.ssh_key_password),
            password=password,
            host_key=policy,
            expected=expected,
            known_hosts=self._known_hosts(node),
            alias=alias_of(self._cloud.provider, node.id) if given.ssh_known_hosts is None else None,
        )

    def _known_hosts(self, node: NodeT) -> str | None:
        if self._given.ssh_known_hosts is not None:
            return fspath(self._given.ssh_known_hosts)
        return known_hosts_of(self._cloud.provider, node.id)

    def _forget_before(self, node: NodeT) -> None:
        """Forget host keys that are known of a node which is being made: they are of another one with its id.

        Nodes in memory have the same ids in each program.
        """
        known = known_hosts_of(self._cloud.provider, node.id)
        if node.state in NEWBORN and known is not None and self._given.ssh_known_hosts is None:
            forget(known)

    async def _told_host_keys(self, node: NodeT, *, strict: bool) -> tuple[str, ...]:
        """The host keys that the provider tells; where none but those will do, they are waited for."""
        end = self._runtime.monotonic() + (self._given.ssh_timeout if strict else 0.0)
        pause = 1.0
        while True:
            try:
                found = tuple(await self._cloud.host_keys(node.id))
            except CloudError:
                # A console that cannot be read tells nothing; what then becomes of a key that is shown is settled.
                found = ()
            left = min(end, current_deadline()) - self._runtime.monotonic()
            if found or left <= 0:
                return found
            await self._tell("waiting", "waiting until the provider tells its host key")
            await self._runtime.sleep(min(pause, left))
            pause = min(pause * 1.5, ALIVE_EVERY)

    async def _connect(self, timeout: float) -> None:
        """Log in as soon as there is somebody to talk to."""
        login = self._login
        assert login is not None  # noqa: S101 - made before
        place = login.host if login.port is None else f"{login.host} port {login.port}"
        await self._tell("connecting", f"connecting to {login.usernames[0]}@{place}")
        start = looked = self._runtime.monotonic()
        end = min(start + timeout, current_deadline())
        refused_since: float | None = None
        pause = FIRST_PAUSE
        while True:
            try:
                with deadline(max(end - self._runtime.monotonic(), 1.0)):
                    self._connection = await self._attempt(login)
                return
            except AuthenticationError as error:
                refused_since = refused_since or self._runtime.monotonic()
                if self._runtime.monotonic() - refused_since > LET_IN_WITHIN:
                    raise
                failure: CloudError = error
            except (ConnectionFailed, DeadlineExceeded) as error:
                failure = error
            now = self._runtime.monotonic()
            if now >= end:
                if isinstance(failure, AuthenticationError):
                    raise failure
                raise DeadlineExceeded(
                    f"no login at {place} within {now - start:.0f} s: {failure.message}",
                    provider=self._cloud.provider,
                    retryable=False,
                ) from failure
            if now - looked >= ALIVE_EVERY:
                await self._check_alive(looks=DEAD_LOOKS)
                looked = self._runtime.monotonic()
            await self._runtime.sleep(min(pause * (0.75 + self._runtime.random() / 2), max(end - now, 0.0)))
            pause = min(pause * 1.5, LONGEST_PAUSE)

    async def _attempt(self, login: Login) -> AsyncSSHConnection:
        """A connection as the first user that the machine lets in."""
        from cumuli.runtime.ssh.link import connect  # it imports asyncssh, which is an extra

        failure: AuthenticationError | None = None
        for username in login.usernames:
            try:
                link = await self._runtime.on_loop(partial(connect, login, username))
            except AuthenticationError as error:
                failure = failure or error
                continue
            connection = AsyncSSHConnection(self._runtime, link, login)
            # Images of clouds let root in, say who else should have come, and end.
            if len(login.usernames) == 1 or (await connection.run("true", timeout=20)).exit_code == 0:
                return connection
            await connection.aclose()
        raise failure or AuthenticationError(f"{login.name} lets nobody of {', '.join(login.usernames)} work there")

    async def disconnect(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with grace(10):
                await connection.aclose()

    async def _check_alive(self, *, looks: int) -> None:
        """Tell a machine that will not answer any more.

        Raises:
            NodeFailed: It is stopped, terminated or in error, or gone.
        """
        assert self._node is not None  # noqa: S101 - it was waited for
        for number in range(1, looks + 1):
            try:
                [node] = await self._cloud.look([self._node.id])
            except NodeNotFound:
                reason = "it is gone"
            except REFUSALS:
                raise
            except CloudError:
                # A look that failed says nothing.
                return
            else:
                if node.state not in DEAD:
                    return
                state = node.provider_state or node.state.value
                reason = f"it is {state}" + (f": {node.state_reason}" if node.state_reason else "")
            if number == looks:
                raise NodeFailed(f"{self._node.id} will not answer: {reason}", provider=self._cloud.provider)
            await self._runtime.sleep(1.0)

    # The end

    def _as_deployment_error(self, error: BaseException) -> BaseException:
        """What is told of a failure: where there is a node, all that is known of it."""
        if not isinstance(error, Exception) or self._node is None:
            return error
        if isinstance(error, DeploymentError):
            failure = error
        else:
            words = error.message if isinstance(error, CloudError) else f"{type(error).__name__}: {error}"
            failure = DeploymentError(hidden(words, self.secrets))
        failure.message = f"{self.name} ({self._node.id}) could not be deployed: {failure.message}"
        failure.node = self._node
        failure.provider = self._cloud.provider
        return failure

    async def clean_up(self, failure: BaseException) -> None:
        """Destroy what this deployment has made, or name it, and add what became of it to the failure."""
        try:
            with grace(CLEAN_UP_SECONDS):
                ids = await self._left_behind()
                if self._given.on_failure == "keep":
                    words = [f"the node {node_id} is kept, as asked" for node_id in ids]
                else:
                    if ids:
                        await self._tell_safely("destroying", f"destroying {', '.join(ids)}")
                    words = [await self._destroyed(node_id, failure) for node_id in ids]
                if self._is_maybe_made and not ids:
                    words = [f"no node with the tag {TAG}={self._tag} is listed; look again later"]
        except CloudError as error:
            if self._node is not None:
                words = [f"the node {self._node.id} could NOT be destroyed: {error.message}; destroy it yourself"]
                if isinstance(failure, DeploymentError):
                    failure.cleanup_error = error
            else:
                look = f"the tag {TAG}={self._tag}" if self._tag else f"the name {self.name}"
                words = [f"a node may have been made, and could not be looked for ({error.message}): look for {look}"]
        if isinstance(failure, DeploymentError):
            failure.message += "".join(f"\n{each}" for each in words)
        else:
            _add_notes(failure, words)
        self._fleet.left += words
        if self in self._fleet.unfinished:
            self._fleet.unfinished.remove(self)
        await self._tell_safely("failed", str(failure) or type(failure).__name__)

    async def _left_behind(self) -> list[str]:
        """The ids of the nodes that this deployment has made."""
        if self._node is not None:
            return [self._node.id]
        if not self._is_maybe_made:
            return []
        if self._tag is None:
            raise CloudError("this provider has no tags")
        before = 0.0
        for seconds in LOOKED_FOR_AFTER:
            await self._runtime.sleep(seconds - before)
            before = seconds
            found = [node.id for node in await self._cloud.tagged(self._tag) if node.state is not NodeState.TERMINATED]
            if found:
                return found
        return []

    async def _destroyed(self, node_id: str, failure: BaseException) -> str:
        """Destroy a node, and say whether that was so."""
        pause = 0.5
        for attempt in range(1, DESTROY_ATTEMPTS + 1):
            try:
                await self._cloud.destroy(node_id)
            except NodeNotFound:
                break
            except CloudError as error:
                if attempt == DESTROY_ATTEMPTS or isinstance(error, REFUSALS):
                    if isinstance(failure, DeploymentError):
                        failure.cleanup_error = error
                    return f"the node {node_id} could NOT be destroyed: {error.message}; destroy it yourself"
                await self._runtime.sleep(pause)
                pause *= 3
            else:
                break
        if isinstance(failure, DeploymentError):
            failure.destroyed = True
        if self._login is not None and self._login.known_hosts is not None and self._given.ssh_known_hosts is None:
            forget(self._login.known_hosts)
        return f"the node {node_id} was destroyed"

    async def _tell(self, phase: DeploymentPhase, message: str) -> None:
        callback = self._given.on_progress
        if callback is None:
            return
        progress = DeploymentProgress(
            name=self.name,
            phase=phase,
            message=message,
            seconds=self._runtime.monotonic() - self._start,
            node=None if self._node is None else self._node.id,
            tag=self._tag,
        )
        async with self._fleet.progress:
            callback(progress)

    async def _tell_safely(self, phase: DeploymentPhase, message: str) -> None:
        """As ``_tell``, where an error of the listener's must not come between."""
        try:
            await self._tell(phase, message)
        except Exception:  # noqa: BLE001 - whatever a listener raises
            return


def _add_notes(error: BaseException, words: Sequence[str]) -> None:
    for each in words:
        if each not in getattr(error, "__notes__", ()):
            error.add_note(each)


def _secret(text: str | Secret | None) -> Secret | None:
    return Secret(text) if isinstance(text, str) else text


async def deploy_all(
    cloud: Cloud[NodeT],
    jobs: Sequence[Callable[[], Deployment[NodeT] | Awaitable[Deployment[NodeT]]]],
    *,
    concurrency: int,
) -> list[Deployment[NodeT] | CloudError]:
    """Run deployments at the same time; see ``AsyncCompute.deploy_nodes``."""
    if concurrency < 1:
        raise InvalidRequest(f"concurrency is {concurrency}; it is at least 1")
    fleet: Fleet[NodeT] = Fleet(cloud)
    runtime = cloud.runtime
    finished: list[Deployment[NodeT]] = []

    async def one(
        job: Callable[[], Deployment[NodeT] | Awaitable[Deployment[NodeT]]],
    ) -> Deployment[NodeT] | CloudError:
        try:
            given = job()
            finished.append(done := given if isinstance(given, Deployment) else await given)
        except CloudError as error:
            return error
        return done

    token = _fleet.set(fleet)
    try:
        return await runtime.gather([partial(one, job) for job in jobs], limit=concurrency)
    except BaseException as error:
        # Those that were interrupted clean up after themselves, and may not be waited for long enough.
        failure = error

        async def clean_up() -> None:
            for deployer in list(fleet.unfinished):
                await deployer.disconnect()
                await deployer.clean_up(failure)

        await runtime.shielded(clean_up)
        # Nobody gets what came of each, so this has to say it.
        there = [f"the node {done.node.id} ({done.node.name}) was deployed, and is there" for done in finished]
        _add_notes(error, [*fleet.left, *there])
        raise
    finally:
        _fleet.reset(token)
