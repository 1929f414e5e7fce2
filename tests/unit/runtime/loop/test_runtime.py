"""The async runtime apart from the network."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cumuli.errors import ConfigurationError
from cumuli.runtime import asynchronous_runtime
from cumuli.runtime.protocol import TransportSettings


def test_a_sync_program_does_not_import_aiohttp_nor_asyncio() -> None:
    program = (
        "import sys\n"
        "from cumuli.runtime import blocking_runtime\n"
        "from cumuli.runtime.protocol import TransportSettings\n"
        "blocking_runtime(TransportSettings())\n"
        "assert not {'aiohttp', 'asyncio'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_no_connections_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="max_connections"):
        asynchronous_runtime(TransportSettings(max_connections=0))


def test_an_async_runtime_needs_no_library() -> None:
    program = (
        "import sys\n"
        "from cumuli.runtime import asynchronous_runtime\n"
        "from cumuli.runtime.protocol import TransportSettings\n"
        "asynchronous_runtime(TransportSettings())\n"
        "others = {name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names\n"
        "print(sorted(name for name in others if not name.startswith('_')))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"aiohttp", "httpx", "httpcore", "yarl", "anyio"} & set(done.stdout.split("'"))
