"""What is said of extras that are missing, by how the package is installed."""

from __future__ import annotations

import json
import shlex
from importlib import metadata
from pathlib import Path

import pytest

from cumuli.extras import how_to_install


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        (None, "pip install 'cumuli[aws]'"),
        ("no JSON", "pip install 'cumuli[aws]'"),
        ("[]", "pip install 'cumuli[aws]'"),
        ('{"dir_info": {}}', "pip install 'cumuli[aws]'"),
        ('{"dir_info": {}, "url": 7}', "pip install 'cumuli[aws]'"),
        ('{"dir_info": null, "url": "file:///src/cumuli"}', "pip install 'cumuli[aws]'"),
        ('{"url": "file:///dist/cumuli-1.whl", "archive_info": {}}', "pip install 'cumuli[aws]'"),
        ('{"url": "file:///src/cumuli", "dir_info": {}}', "pip install '/src/cumuli[aws]'"),
        (
            '{"url": "file:///my%20src/it%27s", "dir_info": {"editable": true}}',
            "pip install --editable " + shlex.quote("/my src/it's[aws]"),
        ),
    ],
)
def test_each_way_to_be_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: str | None, command: str
) -> None:
    folder = tmp_path / "cumuli-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.4\nName: cumuli\nVersion: 1\n")
    if origin is not None:
        (folder / "direct_url.json").write_text(origin)
    monkeypatch.setattr(metadata, "distribution", lambda _name: metadata.Distribution.at(folder))
    assert how_to_install("aws") == command


def test_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> metadata.Distribution:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    assert how_to_install("cli") == "pip install 'cumuli[cli]'"


def test_the_checkout_names_itself() -> None:
    """As ``make`` installs it."""
    root = Path(__file__).parents[2]
    origin = json.loads(metadata.distribution("cumuli").read_text("direct_url.json") or "{}")
    assert origin["dir_info"]["editable"]
    assert how_to_install("aws") == f"pip install --editable '{root}[aws]'"
