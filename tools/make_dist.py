"""Build the wheel and the sdist into ``dist/``, and hold them to what is promised of them: ``make dist``.

The sdist has no file that git does not know, and gives the same wheel, byte for byte. The wheel has every file of
``src/cumuli``. The description has links that work on an index page. twine and check-wheel-contents are content. And
the wheel is installed into folders that are gone afterwards by pip, by ``uv tool`` and by pipx, and its command run.
"""

from __future__ import annotations

import email
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
BIN = Path(sys.executable).parent
LINK = re.compile(r"\]\(([^)\s]+)\)")
# hatchling adds them: the metadata, and what git leaves out, so that a build from the sdist leaves it out as well.
ADDED = {"PKG-INFO", ".gitignore"}


def run(*command: str | Path, within: Path = ROOT, **variables: str) -> str:
    """What a command wrote; one that fails ends this program, with all of it."""
    # Nothing of this checkout, nor of the venv that this program runs in, may stand in for what gets installed.
    ours = {name for name in os.environ if name.startswith("CUMULI_")} | {"PYTHONPATH", "VIRTUAL_ENV"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    done = subprocess.run(command, cwd=within, env=kept | variables, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def build() -> tuple[Path, Path]:
    shutil.rmtree(DIST, ignore_errors=True)
    run(BIN / "hatchling", "build", "-d", DIST)
    [wheel], [sdist] = DIST.glob("*.whl"), DIST.glob("*.tar.gz")
    return wheel, sdist


def check_sdist(sdist: Path, wheel: Path, scratch: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        archive.extractall(scratch, filter="data")
    known = set(run("git", "ls-files").splitlines())
    if junk := names - known - ADDED:
        sys.exit(f"In the sdist and not in git; add it there, or to .gitignore: {', '.join(sorted(junk))}")
    run(BIN / "hatchling", "build", "-t", "wheel", "-d", scratch, within=scratch / sdist.name.removesuffix(".tar.gz"))
    if (scratch / wheel.name).read_bytes() != wheel.read_bytes():
        sys.exit(f"The sdist gives another wheel than the checkout; compare {wheel} with one built from {sdist}.")


def check_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        [metadata] = [archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA")]
    expected = {name.removeprefix("src/") for name in run("git", "ls-files", "src").splitlines()}
    if names != expected:
        sys.exit(f"The wheel and src/ in git differ in these files: {', '.join(sorted(names ^ expected))}")
    if "cumuli/py.typed" not in names:
        sys.exit("The wheel has no py.typed, without which type checkers see none of its types.")
    check_links(str(email.message_from_string(metadata).get_payload()))


def check_links(description: str) -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
    base = urls["Changelog"].removesuffix("CHANGELOG.md")
    links = LINK.findall(description)
    relative = [link for link in links if not link.startswith(("https://", "#"))]
    ours = [link.removeprefix(base).partition("#")[0] for link in links if link.startswith(base)]
    gone = [path for path in ours if not (ROOT / path).exists()]
    if relative or gone or not ours:
        sys.exit(f"Links of README.md that do not work on an index page: {relative + gone or 'there are none at all'}")
    if urlsplit(base).netloc.endswith(".example"):
        print(f"THERE IS NO ADDRESS OF THE PROJECT YET: {base} is nobody's. Set [project.urls] before a release.")


def check_installed(name: str, command: Path, version: str, scratch: Path) -> None:
    told = run(command, "--version", within=scratch)
    providers = run(command, "providers", within=scratch)
    if version not in told or not re.search(r"^ec2 .*^s3 ", providers, re.MULTILINE | re.DOTALL):
        sys.exit(f"What {name} installed from the wheel of {version} said:\n{told}{providers}")
    print(f"{name}: cumuli --version, cumuli providers: as they should be ({told.strip()})")


def install(wheel: Path, scratch: Path) -> None:
    version = wheel.name.split("-")[1]
    wanted = f"cumuli[cli] @ {wheel.as_uri()}"
    run(sys.executable, "-m", "venv", scratch / "pip")
    run(scratch / "pip/bin/python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet", wanted)
    check_installed("pip", scratch / "pip/bin/cumuli", version, scratch)
    run(
        *(BIN / "uv", "tool", "install", "--python", sys.executable, wanted),
        UV_TOOL_DIR=str(scratch / "uv"),
        UV_TOOL_BIN_DIR=str(scratch / "uv-bin"),
    )
    check_installed("uv tool", scratch / "uv-bin/cumuli", version, scratch)
    run(
        *(BIN / "pipx", "install", "--python", sys.executable, wanted),
        PIPX_HOME=str(scratch / "pipx"),
        PIPX_BIN_DIR=str(scratch / "pipx-bin"),
        PIPX_MAN_DIR=str(scratch / "pipx-man"),
    )
    check_installed("pipx", scratch / "pipx-bin/cumuli", version, scratch)


def main() -> None:
    wheel, sdist = build()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        check_sdist(sdist, wheel, scratch)
        check_wheel(wheel)
        run(BIN / "twine", "check", "--strict", wheel, sdist)
        run(BIN / "check-wheel-contents", wheel)
        print("twine check --strict, check-wheel-contents, the sdist's own wheel: no complaint")
        install(wheel, scratch)
    print(f"In dist/: {wheel.name}, {sdist.name}")


if __name__ == "__main__":
    main()
