"""Clients by name."""

import subprocess
import sys
from pathlib import Path

import pytest

import cumuli
from cumuli import registry
from cumuli.errors import CloudError, ConfigurationError
from cumuli.registry import ProviderInfo


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("CUMULI_CONFIG", str(path))
    return path


def written(config: Path, text: str) -> None:
    config.write_text(text)
    config.chmod(0o600)


def test_a_provider_by_name(config: Path) -> None:
    with cumuli.compute("memory", region="memory-7") as client:
        assert isinstance(client, cumuli.MemoryCompute)
        assert client.list_locations()[0].region == "memory-7"
    assert isinstance(cumuli.async_compute("memory"), cumuli.AsyncMemoryCompute)
    assert isinstance(cumuli.storage("memory"), cumuli.MemoryStorage)
    assert isinstance(cumuli.async_storage("memory"), cumuli.AsyncMemoryStorage)


def test_a_provider_by_name_reads_no_config(config: Path) -> None:
    written(config, "this is not TOML")
    cumuli.compute("memory").close()


def test_a_profile_by_name_and_what_wins(config: Path) -> None:
    written(config, '[profiles.mine]\nprovider = "memory"\nregion = "memory-3"\npage_size = 2\n')
    assert cumuli.compute("mine").list_locations()[0].region == "memory-3"
    assert cumuli.compute("mine", region="memory-4").list_locations()[0].region == "memory-4"
    assert cumuli.compute("mine", region=None).list_locations()[0].region == "memory-3"
    assert isinstance(cumuli.async_compute("mine"), cumuli.AsyncMemoryCompute)


def test_a_wrong_name_is_told_what_there_is(config: Path) -> None:
    written(config, '[profiles.mine]\nprovider = "memory"\n')
    with pytest.raises(ConfigurationError, match=r"'ec3' is neither .* mean 'ec2'\? Comp.*: ec2, gog.*s: mine$"):
        cumuli.compute("ec3")
    with pytest.raises(ConfigurationError, match=r"a profile; did you mean 'mine'\?"):
        cumuli.compute("mien")
    with pytest.raises(ConfigurationError, match=r"a provider nor a profile\. Compute providers: ec2"):
        cumuli.compute("zzz")
    with pytest.raises(ConfigurationError, match=r"is a compute provider; use cumuli\.compute"):
        cumuli.storage("ec2")
    with pytest.raises(ConfigurationError, match=r"a profile; run: cumuli sandbox up\. Storage"):
        cumuli.storage("sandbox-s3")
    with pytest.raises(ConfigurationError, match=r"no profile 'sandbox-s3' .*; run: cumuli sandbox up$"):
        registry.open_client("storage", provider=None, profile="sandbox-s3", settings={})
    written(config, '[profiles.mine]\nprovider = "nimbus"\n')
    with pytest.raises(ConfigurationError, match=r"profile 'mine'.*names the provider 'nimbus', which is not known\."):
        cumuli.compute("mine")
    config.unlink()
    with pytest.raises(ConfigurationError, match=r"There are no profiles; .*config\.toml is for them$"):
        cumuli.compute("zzz")


def test_wrong_settings_are_named(config: Path) -> None:
    with pytest.raises(
        ConfigurationError,
        match=r"no such setting: regoin; did you mean region\? MemoryCompute takes: .*timeout",
    ) as caught:
        cumuli.compute("memory", regoin="x", page_size=2)
    assert "_runtime" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="gogrid: missing a required argument: 'api_key'"):
        cumuli.compute("gogrid")
    written(config, '[profiles.mine]\nprovider = "memory"\nregoin = "x"\n')
    with pytest.raises(ConfigurationError, match=r"the profile 'mine' in .*config\.toml: no such setting: regoin"):
        cumuli.compute("mine")


def test_credentials_of_a_profile_are_not_mixed_with_explicit_ones(config: Path) -> None:
    written(config, '[profiles.mine]\nprovider = "gogrid"\napi_key = "profile-key"\nsecret = {command = ["false"]}\n')
    # The profile's secret would fail to be looked up: that it does not shows that nobody asks for it.
    cumuli.compute("mine", api_key="k", secret="s").close()
    with pytest.raises(ConfigurationError, match="missing a required argument: 'secret'"):
        cumuli.compute("mine", api_key="k")
    with pytest.raises(ConfigurationError, match="false failed with exit status 1"):
        cumuli.compute("mine")
    # A secret alone belongs to whom the profile names.
    cumuli.compute("mine", secret="s").close()


def test_provider_and_profile_must_agree(config: Path) -> None:
    written(config, '[profiles.mine]\nprovider = "memory"\n')
    client = registry.open_client("compute", provider="memory", profile="mine", settings={})
    assert isinstance(client, cumuli.MemoryCompute)
    with pytest.raises(ConfigurationError, match="is of the provider 'memory', not 'ec2'"):
        registry.open_client("compute", provider="ec2", profile="mine", settings={})
    with pytest.raises(ConfigurationError, match="name a provider or a profile"):
        registry.open_client("compute", settings={})


def test_the_names_of_the_providers() -> None:
    assert {"ec2", "memory", "gogrid"} <= set(cumuli.providers("compute"))
    assert cumuli.providers() == sorted({*cumuli.providers("compute"), *cumuli.providers("storage")})
    with pytest.raises(ConfigurationError, match="no service 'dns'; there are compute, storage"):
        cumuli.providers("dns")  # type: ignore[arg-type] # the mistake is the test


@pytest.mark.parametrize("info", registry.BUILT_IN, ids=lambda info: f"{info.service}-{info.name}")
@pytest.mark.parametrize("asynchronous", [False, True])
def test_every_built_in_provider_can_be_imported(info: ProviderInfo, asynchronous: bool) -> None:
    found = info.load(asynchronous=asynchronous)
    assert getattr(cumuli, found.__name__) is found
    assert found.__name__.startswith("Async") == asynchronous


PLUGIN = """
from cumuli.registry import ProviderInfo
import sys
BOTH = (
    ProviderInfo(
        name="acme", service="compute", title="Acme", client="acme_client:Acme", async_client="acme_client:AsyncAcme"
    ),
    ProviderInfo(
        name="acme", service="storage", title="Acme", client="nowhere:X", async_client="acme_client:Missing"
    ),
)
OTHER = object()
"""
CLIENT = "class Acme:\n    def __init__(self, *, token: str) -> None:\n        self.token = token\nAsyncAcme = 1\n"
CHECK = """
import sys, cumuli
assert "acme" in cumuli.providers("compute")
assert "acme" in cumuli.providers("storage")
assert "broken" not in cumuli.providers() and "other" not in cumuli.providers()
assert "acme_client" not in sys.modules
assert cumuli.compute("acme", token="t").token == "t"
def fails(call, words):
    try:
        call()
    except cumuli.ConfigurationError as error:
        assert words in str(error), error
    else:
        raise AssertionError(words)
fails(lambda: cumuli.compute("acme", tokn="t"), "Acme takes: token")
fails(lambda: cumuli.async_compute("acme"), "which is no class")
fails(lambda: cumuli.storage("acme"), "cannot be imported from 'nowhere:X'")
fails(lambda: cumuli.async_storage("acme"), "cannot be imported from 'acme_client:Missing'")
"""


def test_other_packages_join_by_an_entry_point(tmp_path: Path) -> None:
    (tmp_path / "acme_plugin.py").write_text(PLUGIN)
    (tmp_path / "acme_client.py").write_text(CLIENT)
    meta = tmp_path / "acme-1.0.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (meta / "entry_points.txt").write_text(
        "[cumuli.providers]\nacme = acme_plugin:BOTH\nbroken = acme_absent:INFO\nother = acme_plugin:OTHER\n"
    )
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{CHECK}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "the provider 'broken' of acme 1.0 cannot be loaded from 'acme_absent:INFO': No module named" in done.stderr
    assert "the provider 'other' of acme 1.0" in done.stderr
    assert "it gives no ProviderInfo but this type: object; upgrade that package, or uninstall it" in done.stderr


def test_errors_of_the_registry_are_of_the_tree(config: Path) -> None:
    with pytest.raises(CloudError):
        cumuli.compute("")
