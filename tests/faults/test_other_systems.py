"""Systems that lack what only POSIX has, such as Windows: played by a child process that does without it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.keepalive import reply
from tests.faults.s3.strict import Asked, StrictS3

# Before anything of cumuli is imported. The standard library finds out at its own import what there is.
WITHOUT = """
import asyncio, errno, os, select, shutil, signal, socket, ssl, subprocess, sys, tempfile
for name in ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"):
    sys.modules[name] = None
for name in ("poll", "POLLIN", "POLLOUT", "POLLERR", "POLLHUP", "POLLRDHUP", "epoll", "kqueue"):
    if hasattr(select, name):
        delattr(select, name)
for name in (
    "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "fchmod", "fchown", "fork", "getuid", "geteuid", "getgid",
    "getppid", "kill", "killpg", "mkfifo", "pidfd_open", "register_at_fork", "sendfile", "setsid", "statvfs",
):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGHUP", "SIGKILL", "SIGPIPE", "SIGALRM", "SIGCHLD", "pidfd_send_signal", "pthread_sigmask"):
    if hasattr(signal, name):
        delattr(signal, name)
os.supports_dir_fd = set()
import cumuli
"""
IMPORTS = """
for name in cumuli.__all__:
    getattr(cumuli, name)
import cumuli.registry, cumuli.cli.app, cumuli.sandbox
try:
    cumuli.LocalStorage(root=sys.argv[1])
except cumuli.ConfigurationError as error:
    print(error)
"""
SETTINGS = """
endpoint, folder = sys.argv[1:]
settings = dict(key="key", secret="secret", region="us-east-1", endpoint=endpoint, proxy="")
content = bytes(range(256)) * 16384
"""
CALLS = {
    "sync": """
with cumuli.S3(**settings) as s3:
    s3.upload_object(content, "bucket", "large")
    print([found.name for found in s3.list_container_objects("bucket")])
    for _ in range(2):
        s3.download_object(("bucket", "large"), folder + "/file", overwrite_existing=True)
""",
    "async": """
async def main():
    async with cumuli.AsyncS3(**settings) as s3:
        await s3.upload_object(content, "bucket", "large")
        print([found.name for found in await s3.list_container_objects("bucket")])
        for _ in range(2):
            await s3.download_object(("bucket", "large"), folder + "/file", overwrite_existing=True)

asyncio.run(main())
""",
}
ENDING = """
print(open(folder + "/file", "rb").read() == content, os.listdir(folder))
"""


def ran(program: str, *arguments: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CUMULI_")}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + program, *arguments], env=kept, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_public_name_is_there_and_a_folder_says_what_it_lacks(tmp_path: Path) -> None:
    assert "has no locks of files" in ran(IMPORTS, str(tmp_path))


def listing(asked: Asked) -> bytes | None:
    if asked.operation != "ListObjectsV2":
        return None
    return reply(
        200,
        b"<ListBucketResult><Name>bucket</Name><IsTruncated>false</IsTruncated><Contents><Key>large</Key><Size>1</Size>"
        b'<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"1"</ETag></Contents></ListBucketResult>',
    )


@pytest.mark.parametrize("flavour", CALLS)
def test_objects_are_put_listed_and_got(flavour: str, tmp_path: Path) -> None:
    with StrictS3(listing) as server:
        told = ran(SETTINGS + CALLS[flavour] + ENDING, server.origin, str(tmp_path))
    assert told == "['large']\nTrue ['file']\n"
