"""What is taken for a live account, and what is secret of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cumuli.certify.places import places_of


@pytest.mark.parametrize(
    ("endpoint", "kind"),
    [
        ("http://127.0.0.1:5000", "real server"),
        ("http://127.1.2.3", "real server"),
        ("http://localhost:80", "real server"),
        ("http://[::1]:80", "real server"),
        ("https://localhost.example.org", "live"),
        ("https://127.example.org", "live"),
        ("https://localhosting.example", "live"),
    ],
)
def test_only_this_machine_is_no_live_account(
    endpoint: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f"[profiles.work]\nprovider = 's3'\nendpoint = '{endpoint}'\n")
    monkeypatch.setenv("CUMULI_CONFIG", str(config))
    monkeypatch.setenv("ACME_SECRET_TOKEN", "given by the environment")
    [place] = places_of("work", [])
    assert place.kind == kind
    assert "given by the environment" in place.secrets()
