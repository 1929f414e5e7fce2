"""The quick part of the tests on every other Python that this machine has: ``make test-pythons``.

Supported are 3.11 to 3.14, and the free-threaded build. The one that ``make test`` runs on is left out, and what the
machine does not have is said in capitals. Each gets a new venv with what ``requirements/dev.lock`` pins, as far as that
installs there. The quick part is what depends on Python itself: the runtimes on real sockets, their TLS, everything
that reads annotations, and all that decodes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENVS = ROOT / ".cache" / "pythons"
LOCK = ROOT / "requirements" / "dev.lock"
UV = Path(sys.executable).parent / "uv"
# By uv's names for them; of a tuple, the first that is there.
PYTHONS = (("3.11",), ("3.12",), ("3.13",), ("3.14",), ("3.14t", "3.13t"))
QUICK = [
    "tests/contract",
    *("tests/unit/calls", "tests/unit/compute", "tests/unit/runtime", "tests/unit/wire"),
    *("tests/faults/test_answers.py", "tests/faults/test_connections.py"),
    *("tests/faults/test_asyncio_tls.py", "tests/faults/test_blocking_tls.py"),
    *("tests/unit/test_import.py", "tests/unit/test_credential_arguments.py"),
]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}


def uv(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = (UV, "--no-python-downloads", *arguments)
    return subprocess.run(command, cwd=ROOT, env=environment() | variables, capture_output=True, text=True, check=False)


def found(names: tuple[str, ...]) -> tuple[str, str] | None:
    """The first that is there, and its path."""
    # What pyenv keeps is on nobody's path but for the one that is switched on.
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = [*map(str, sorted(pyenv.glob("versions/*/bin"))), os.environ.get("PATH", "")]
    for name in names:
        done = uv("python", "find", "--system", name, PATH=os.pathsep.join(folders))
        if done.returncode == 0:
            return name, done.stdout.strip()
    return None


def prepared(name: str, interpreter: str) -> Path:
    """The Python of a new venv with cumuli and what its tests need."""
    python = VENVS / name / "bin" / "python"
    made = uv("venv", "--clear", "--python", interpreter, VENVS / name)
    if made.returncode:
        sys.exit(made.stderr)
    if uv("pip", "install", "--python", python, "--require-hashes", "-r", LOCK).returncode:
        left_out = [
            pin.split("==")[0]
            for pin in re.split(r"^(?=\S)", LOCK.read_text(), flags=re.MULTILINE)
            if pin and not installs(python, pin)
        ]
        print(f"{name}: WITHOUT {', '.join(left_out).upper()}, WHICH DO NOT INSTALL THERE", flush=True)
    ours = uv("pip", "install", "--python", python, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    if ours.returncode:
        sys.exit(ours.stderr)
    return python


def installs(python: Path, pin: str) -> bool:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(pin)
        file.flush()
        return (
            uv("pip", "install", "--python", python, "--no-deps", "--require-hashes", "-r", file.name).returncode == 0
        )


def tried(name: str, python: Path) -> bool:
    # Extensions that do not say that they can do without the lock would bring it back.
    variables = environment() | ({"PYTHON_GIL": "0"} if name.endswith("t") else {})
    command = (python, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", *(sys.argv[1:] or QUICK))
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode == 0


def main() -> None:
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    here += "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    missing: list[str] = []
    failed: list[str] = []
    for names in PYTHONS:
        if here in names:
            continue
        there = found(names)
        if there is None:
            missing.append(" or ".join(names))
            continue
        name, interpreter = there
        began = time.monotonic()
        print(f"Python {name}: {' '.join(sys.argv[1:] or QUICK)}", flush=True)
        if not tried(name, prepared(name, interpreter)):
            failed.append(name)
        print(f"Python {name}: {time.monotonic() - began:.0f} seconds", flush=True)
    if missing:
        print(f"NOT ON THIS MACHINE, AND SO NOT TRIED: PYTHON {', '.join(missing).upper()} (T: FREE-THREADED)")
    if failed:
        sys.exit(f"Tests failed on Python {', '.join(failed)}.")


if __name__ == "__main__":
    main()
