"""What ``import cumuli`` costs, and what its lazy names are."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import cumuli

SOURCE = Path(cumuli.__file__)


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has after running ``code``, beyond those of an idle one."""
    program = f"import sys; before = set(sys.modules); {code}; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_cumuli_imports_nothing_else() -> None:
    assert loaded_by("import cumuli") == {"cumuli"}


def test_errors_models_and_the_registry_import_no_provider_and_no_http_library() -> None:
    names = "CloudError, Node, Object, Secret, SSHKey, RetryPolicy, Timeouts, deadline, compute, storage, providers"
    loaded = loaded_by(f"from cumuli import {names}; import cumuli.registry")
    assert "cumuli.compute.models" in loaded
    banned = {"http", "http.client", "ssl", "socket", "asyncio", "aiohttp", "botocore", "urllib.request", "rich"}
    assert not loaded & banned
    assert not loaded & {"cumuli.runtime.blocking.runtime", "cumuli.runtime.loop.runtime"}
    assert not [name for name in loaded if name.startswith("cumuli.providers.")]


def test_listing_the_providers_imports_none() -> None:
    loaded = loaded_by("import cumuli; assert cumuli.providers('compute')")
    assert not [name for name in loaded if name.startswith("cumuli.providers.")]
    assert not loaded & {"http.client", "aiohttp", "botocore"}


def test_a_sync_client_needs_no_asyncio_library() -> None:
    loaded = loaded_by("import cumuli; cumuli.compute('memory')")
    assert "cumuli.runtime.blocking.runtime" in loaded
    assert not loaded & {"aiohttp", "cumuli.runtime.loop.runtime", "botocore"}


CLIENTS = {
    "EC2": "'key', 'secret', region='us-east-1'",
    "S3": "'key', 'secret', region='us-east-1'",
    "OpenStack": "auth_url='http://127.0.0.1:9/v3', username='u', password='p', project_name='p', region='r'",
}


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_starts_without_what_few_need(name: str) -> None:
    # What msgspec imports itself is not for us to say.
    loaded = loaded_by(f"import msgspec; before = set(sys.modules); import cumuli; cumuli.{name}({CLIENTS[name]})")
    assert not loaded & {
        "asyncio",
        "asyncssh",
        "difflib",
        "email",
        "http",
        "inspect",
        "json",
        "shutil",
        "subprocess",
        "tempfile",
    }


def checked_imports() -> dict[str, str]:
    """What the block for type checkers imports: name to module."""
    found: dict[str, str] = {}
    for node in ast.parse(SOURCE.read_text()).body:
        if isinstance(node, ast.If):
            for statement in node.body:
                assert isinstance(statement, ast.ImportFrom)
                for alias in statement.names:
                    assert alias.asname == alias.name
                    found[alias.name] = statement.module or ""
    return found


def test_type_checkers_and_the_interpreter_see_the_same_names() -> None:
    assert checked_imports() == cumuli._MODULES
    assert sorted(cumuli.__all__) == sorted(cumuli._MODULES)
    assert dir(cumuli) == sorted(cumuli.__all__)


@pytest.mark.parametrize("name", sorted(cumuli._MODULES))
def test_every_public_name_is_there(name: str) -> None:
    found = getattr(cumuli, name)
    if name in cumuli._PACKAGES:
        assert found is import_module(f"cumuli.{name}")
        assert callable(found)
    else:
        assert found is getattr(import_module(cumuli._MODULES[name]), name)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="Nonsense"):
        cumuli.Nonsense  # noqa: B018 - the look-up is the test


def test_compute_stays_callable_after_its_modules_are_imported() -> None:
    loaded_by(
        "import cumuli; import cumuli.compute.models as models; import cumuli.storage.models;"
        "cumuli.compute('memory'); cumuli.compute.models.Node; cumuli.storage('memory');"
        "assert cumuli.providers('compute')"
    )
