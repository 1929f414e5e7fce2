"""What steps need of this computer, looked at before anything is made."""

from __future__ import annotations

import os
import stat

from cumuli.errors import InvalidRequest

__all__ = ["check_kind", "check_readable", "check_user_data", "read_text"]

CHECK_SECONDS = 60


def check_readable(path: str | os.PathLike[str]) -> None:
    """Refuse a file or a folder that cannot be copied.

    Raises:
        InvalidRequest: It is not there, or may not be read.
    """
    try:
        if os.path.isdir(path):
            os.listdir(path)
        else:
            if os.path.exists(path):
                check_kind(os.fspath(path), os.stat(path).st_mode)
            with open(path, "rb"):
                pass
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def check_kind(path: str, mode: int) -> None:
    """Refuse a pipe, a socket, a device: who opens one may wait for ever.

    Raises:
        InvalidRequest: It is no file.
    """
    if not stat.S_ISREG(mode):
        raise InvalidRequest(f"{path!r} cannot be copied: it is neither a file nor a folder")


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of a script.

    Raises:
        InvalidRequest: It is not there, may not be read, or is no text.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str | os.PathLike[str], error: OSError | ValueError) -> InvalidRequest:
    reason = error.strerror if isinstance(error, OSError) else error
    return InvalidRequest(f"{os.fspath(path)!r} cannot be read: {reason}")


def check_user_data(text: str) -> None:
    """Have cloud-init's own checker look at a text, where this computer has it.

    Raises:
        InvalidRequest: Cloud-init would not take it.
    """
    # All clients import this module, and few come here.
    import shutil
    import subprocess
    import tempfile

    program = shutil.which("cloud-init")
    if program is None or not text.startswith("#cloud-config"):
        return
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        try:
            done = subprocess.run(
                [program, "schema", "--config-file", file.name],
                capture_output=True,
                text=True,
                check=False,
                timeout=CHECK_SECONDS,
                stdin=subprocess.DEVNULL,
            )
        except (OSError, subprocess.SubprocessError):
            # A checker that does not work says nothing of what it was to check.
            return
    said = (done.stdout + done.stderr).replace(file.name, "user_data")
    # It ends with 1 for other reasons too, such as not being root.
    if done.returncode != 0 and "user_data" in said:
        raise InvalidRequest(f"cloud-init does not take the user data:\n{said.strip()[:2000]}")
