"""What `cumuli certify --sandbox` does about servers that need what is not installed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from cumuli import sandbox
from cumuli.certify import running
from cumuli.certify.places import SANDBOX
from cumuli.certify.running import sandbox_places
from cumuli.cli import app
from cumuli.errors import ConfigurationError, ConnectionFailed
from cumuli.sandbox.openstack import layout
from cumuli.sandbox.servers import EVERY, LARGE, machines, openstack


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server that has to be started is among those that can be certified, but the large ones."""
    few = {name: SANDBOX[name] for name in ("memory", *LARGE)}
    monkeypatch.setattr(running, "SANDBOX", few)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A system that has the programs, with an empty cache."""
    monkeypatch.setenv("CUMULI_SANDBOX_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(openstack, "missing_programs", list)
    monkeypatch.setattr(machines, "check_programs", lambda: None)
    monkeypatch.setattr(machines, "storage_driver", lambda: "overlay")


def left_out() -> dict[str, str]:
    missing: dict[str, str] = {}
    with sandbox_places((), left_out=missing.__setitem__) as places:
        assert {place.provider for place in places} == {"memory"}
    return missing


def test_every_server_of_the_sandbox_can_be_certified() -> None:
    servers = {stand.server for stands in SANDBOX.values() for stand in stands if stand.server}
    assert servers | {"cloudfiles"} == {*EVERY}


@pytest.mark.usefixtures("few", "bare")
def test_what_would_be_installed_is_left_out_with_how_to_get_it() -> None:
    missing = left_out()
    assert list(missing) == ["machines", "openstack"]
    assert "needs an image of Debian; to make it, once: cumuli sandbox run machines" in missing["machines"]
    assert "700 MB of packages; to get them, once: cumuli sandbox run openstack" in missing["openstack"]


@pytest.mark.usefixtures("few", "bare")
def test_so_is_what_the_system_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def check() -> None:
        raise ConfigurationError("needs podman: apt-get install podman")

    monkeypatch.setattr(machines, "check_programs", check)
    monkeypatch.setattr(layout, "RABBIT", tmp_path / "nowhere")
    monkeypatch.setattr(openstack, "missing_programs", layout.missing_programs)
    missing = left_out()
    assert missing["machines"] == "needs podman: apt-get install podman"
    assert "apt-get install --no-install-recommends" in missing["openstack"]
    assert "rabbitmq-server" in missing["openstack"]


@pytest.mark.usefixtures("few", "bare")
def test_so_is_what_does_not_start_unless_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def starting(*_: str) -> Generator[None]:
        raise ConnectionFailed("it did not come")
        yield

    monkeypatch.setattr(openstack.OpenStackSandbox, "lacking", lambda _: "")
    monkeypatch.setattr(sandbox, "running", starting)
    monkeypatch.setattr(sandbox, "running_all", starting)
    assert left_out()["openstack"] == "it did not come"
    with ExitStack() as stack, pytest.raises(ConnectionFailed):
        stack.enter_context(sandbox_places(("openstack",), left_out=lambda *_: None))


@pytest.mark.usefixtures("few", "bare")
def test_the_command_says_so_in_capitals_and_certifies_the_rest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CUMULI_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("CUMULI_CERTIFY_HOME", str(tmp_path / "journals"))
    only = ("--only", "sizes", "--flavour", "sync", "--report", str(tmp_path / "report"))
    assert app.run(["certify", "--sandbox", "--service", "compute", *only]) == 0
    told = capsys.readouterr().err
    assert "OPENSTACK IS LEFT OUT OF THIS RUN. NOTHING IS SHOWN OF IT: the openstack sandbox needs 700 MB" in told
    assert "MACHINES IS LEFT OUT" in told
