"""A new service takes new files in folders of its own, and lines in the one table: nothing else names the services."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.project_copy import contents, copied, run

FILES = {
    "weather/__init__.py": '''
"""Weather: the portable API."""

from cumuli.callable_module import make_callable

make_callable(__name__)
''',
    "weather/capabilities.py": '''
"""What a weather provider may or may not be able to do."""

from __future__ import annotations

from cumuli.capabilities import Capability

__all__ = ["WeatherCapability"]


class WeatherCapability(Capability):
    """One thing that a weather provider may or may not be able to do."""

    GET_FORECAST = "get_forecast"
''',
    "weather/models.py": '''
"""Forecasts."""

from __future__ import annotations

import msgspec

__all__ = ["Forecast"]


class Forecast(msgspec.Struct, frozen=True):
    """What the weather will be."""

    text: str
''',
    "weather/aio.py": '''
"""``AsyncWeather``: the portable client. ``Weather`` is generated from it."""

from __future__ import annotations

from cumuli.client import AsyncClient, Driver
from cumuli.weather.capabilities import WeatherCapability
from cumuli.weather.models import Forecast

__all__ = ["AsyncWeather"]


class AsyncWeather(AsyncClient):
    """The weather of one provider."""

    def __init__(self, driver: Driver) -> None:
        super().__init__(driver)

    async def get_forecast(self, place: str) -> Forecast:
        """What the weather will be at a place."""
        self.capabilities.require(WeatherCapability.GET_FORECAST, provider=self.provider)
        return Forecast(f"rain in {place}")
''',
    "providers/acme/__init__.py": '"""Acme."""\n',
    "providers/acme/aio.py": '''
"""``AsyncAcmeWeather``: the client. ``AcmeWeather`` is generated from it."""

from __future__ import annotations

from typing import Unpack

from cumuli.calls.caller import Caller
from cumuli.calls.options import ClientOptions, make_caller, make_runtime
from cumuli.capabilities import Capabilities
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.protocol import RuntimeFactory
from cumuli.weather.aio import AsyncWeather
from cumuli.weather.capabilities import WeatherCapability

__all__ = ["AsyncAcmeWeather"]


class AcmeDriver:
    """It does nothing."""

    provider = "acme"
    capabilities = Capabilities(frozenset({WeatherCapability.GET_FORECAST}))

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    async def close(self) -> None:
        """Nothing is open."""


class AsyncAcmeWeather(AsyncWeather):
    """Acme's weather."""

    def __init__(
        self, *, _runtime: RuntimeFactory = asynchronous_runtime, **options: Unpack[ClientOptions]
    ) -> None:
        caller = make_caller(make_runtime(_runtime, options), options, provider="acme")
        super().__init__(AcmeDriver(caller))
''',
    "cli/weather/__init__.py": '''
"""The commands for the weather."""

from __future__ import annotations

from cumuli.cli.commands import Command, Commands

__all__ = ["COMMANDS"]

COMMANDS = Commands(
    heading="The weather",
    example="cumuli forecast {name} Paris",
    commands=(Command("forecast", "forecast:forecast", "What the weather will be."),),
)
''',
    "cli/weather/forecast.py": '''
"""``cumuli forecast``."""

from __future__ import annotations

import cumuli
from cumuli.cli.session import output

__all__ = ["forecast"]


def forecast(cloud: str, place: str, /) -> None:
    """Tell what the weather will be.

    Args:
        cloud: A provider or profile.
        place: Where.
    """
    with cumuli.weather(cloud) as client:
        output().raw(client.get_forecast(place).text)
''',
}
SERVICE = """    ServiceEntry(
        name="weather",
        title="weather",
        client="Weather",
        names={"models": "Forecast"},
    ),
"""
PROVIDER = '    ProviderEntry("weather", "acme", "Acme Weather", "acme", "AcmeWeather"),\n'
# What the generators write, and the table; nothing else of what was there is touched.
CHANGED = {
    *("src/cumuli/table.py", "src/cumuli/__init__.py", "src/cumuli/by_name.py", "src/cumuli/service_names.py"),
    "README.md",
}
NEW = ("src/cumuli/weather/", "src/cumuli/providers/acme/", "src/cumuli/cli/weather/")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a service that it has not, and one provider of it."""
    project = copied(tmp_path_factory.mktemp("project"))
    before = contents(project)
    package = project / "src" / "cumuli"
    for name, text in FILES.items():
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_text(text.lstrip())
    table = package / "table.py"
    text = table.read_text()
    for opening, addition in (("SERVICES = (\n", SERVICE), ("PROVIDERS = (\n", PROVIDER)):
        assert text.count(opening) == 1
        text = text.replace(opening, opening + addition)
    table.write_text(text)
    stale = run(project, "tools/generate_names.py", "--check")
    assert stale.returncode == 1
    assert "differs from the table: src/cumuli/by_name.py" in stale.stdout
    for command in (["tools/generate_names.py"], ["-m", "cumuli.generate", "src/cumuli"]):
        done = run(project, *command)
        assert done.returncode == 0, done.stdout + done.stderr
    after = contents(project)
    assert {name for name, content in before.items() if after.get(name) != content} == CHANGED
    assert [name for name in after.keys() - before if not name.startswith(NEW)] == []
    return project


def test_its_clients_are_opened_by_name(project: Path) -> None:
    program = """if True:
        import asyncio, cumuli
        with cumuli.weather("acme") as client:
            assert type(client) is cumuli.AcmeWeather and isinstance(client, cumuli.Weather)
            assert client.get_forecast("Rome") == cumuli.Forecast("rain in Rome")
        async def main():
            async with cumuli.async_weather("acme") as client:
                assert type(client) is cumuli.AsyncAcmeWeather and isinstance(client, cumuli.AsyncWeather)
                assert await client.get_forecast("Rome") == cumuli.Forecast("rain in Rome")
        asyncio.run(main())
        assert cumuli.providers("weather") == ["acme"]
        assert {"weather", "async_weather", "AcmeWeather", "Forecast", "WeatherCapability"} <= set(cumuli.__all__)
        def refused(call, *words):
            try:
                call()
            except cumuli.ConfigurationError as error:
                assert all(word in str(error) for word in words), error
            else:
                raise AssertionError(words)
        refused(lambda: cumuli.weather("acne"), "did you mean 'acme'? Weather providers: acme")
        refused(lambda: cumuli.weather("ec2"), "'ec2' is a compute provider")
        refused(lambda: cumuli.compute("acme"), "'acme' is a weather provider; use cumuli.weather()")
        refused(lambda: cumuli.providers("dns"), "there are weather, compute, storage")
    """
    done = run(project, "-c", program)
    assert done.returncode == 0, done.stderr


def test_type_checkers_know_it(project: Path) -> None:
    program = project / "program.py"
    program.write_text(
        "import cumuli\n\n"
        'exact: cumuli.AcmeWeather = cumuli.weather("acme")\n'
        'portable: cumuli.AsyncWeather = cumuli.async_weather(str("a profile"))\n'
        'names: list[str] = cumuli.providers("weather")\n'
    )
    done = run(project, "-m", "mypy", "--strict", program, "src/cumuli/weather", "src/cumuli/by_name.py")
    assert done.returncode == 0, done.stdout
    program.write_text('import cumuli\n\nwrong: cumuli.EC2 = cumuli.weather("acme")\n')
    assert run(project, "-m", "mypy", "--strict", program).returncode == 1
    program.unlink()


def test_the_command_line_knows_it(project: Path) -> None:
    listed = run(project, "-m", "cumuli", "providers").stdout
    assert re.search(r"^acme +weather +Acme Weather *$", listed, re.MULTILINE)
    listed = run(project, "-m", "cumuli", "--help").stdout
    assert "The weather" in listed
    assert "What the weather will be." in listed
    assert run(project, "-m", "cumuli", "forecast", "acme", "Paris").stdout == "rain in Paris"
    wrong = run(project, "-m", "cumuli", "nodes", "list", "-p", "acme")
    assert "'acme' has weather and no servers; try: cumuli forecast acme Paris" in wrong.stderr
    wrong = run(project, "-m", "cumuli", "ls", "acme:")
    assert "'acme' has weather and no object storage; try: cumuli forecast acme Paris" in wrong.stderr


@pytest.mark.parametrize(
    ("file", "line", "words"),
    [
        ("weather/wrong.py", "from cumuli.compute.models import Node", "which weather may not know"),
        ("weather/wrong.py", "import time", "imports time; use a service of the runtime"),
        ("compute/wrong.py", "from cumuli.weather.models import Forecast", "which compute may not know"),
        ("providers/acme/wrong.py", "from cumuli.weather.models import Forecast", ""),
        ("providers/acme/wrong.py", "from cumuli.cli.weather import COMMANDS", "which providers/acme may not know"),
    ],
)
def test_the_checker_of_imports_knows_it(project: Path, file: str, line: str, words: str) -> None:
    planted = project / "src" / "cumuli" / file
    planted.write_text(f"{line}\n")
    try:
        done = run(project, "tools/check_imports.py")
    finally:
        planted.unlink()
    assert words in done.stdout
    assert done.returncode == bool(words), done.stdout


@pytest.mark.parametrize(
    "check",
    [
        ("-m", "ruff", "check", "src", "tools"),
        ("-m", "ruff", "format", "--check", "src/cumuli/__init__.py", "src/cumuli/by_name.py"),
        ("tools/check_imports.py",),
        ("tools/generate_names.py", "--check"),
        ("-m", "cumuli.generate", "--check", "src/cumuli"),
        ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/test_import.py"),
    ],
    ids=lambda check: check[0] if len(check) < 3 else f"{check[1]} {check[2]}",
)
def test_the_projects_checks_are_content(project: Path, check: tuple[str, ...]) -> None:
    done = run(project, *check)
    assert done.returncode == 0, done.stdout + done.stderr


def test_readme_keeps_what_is_written_by_hand(project: Path) -> None:
    readme = (project / "README.md").read_text()
    assert '| Acme Weather | `weather("acme")` | `AcmeWeather` `AsyncAcmeWeather` | nothing yet |' in readme
    assert re.search(r'^\| Amazon EC2 \| `compute\("ec2"\)` \| `EC2` `AsyncEC2` \| moto, ', readme, re.MULTILINE)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"weather", "acme"', '"wether", "acme"', "acme is of the service 'wether'; there are ['weather', "),
        ('"AcmeWeather"', '"EC2"', "the public name 'EC2' is in "),
        ('"Forecast"', '"Node"', "the public name 'Node' is in "),
        ('name="weather"', 'name="errors"', "'errors' will not do as a service's name"),
        (PROVIDER, PROVIDER * 2, "weather has two providers named acme; rename one"),
    ],
)
def test_a_table_that_contradicts_itself_is_told(project: Path, old: str, new: str, words: str) -> None:
    table = project / "src" / "cumuli" / "table.py"
    text = table.read_text()
    before = contents(project)
    try:
        table.write_text(text.replace(old, new))
        done = run(project, "tools/generate_names.py")
    finally:
        table.write_text(text)
    assert done.returncode == 1
    assert words in done.stdout
    assert "Traceback" not in done.stderr
    assert contents(project) == before
