"""Runs a server for the sandbox. A script of its own, without a need for cumuli or site-packages.

    python launcher.py LOG tied COMMAND…       start it, print its pid, and end it when standard input ends
    python launcher.py LOG detached COMMAND…   the same, until it reads "keep": then leave, and let it run on

Whoever starts this holds the other end of standard input, and need not do anything for the server to
die with it: the kernel closes that pipe however its holder ends, by a crash or SIGKILL too. So does a
detached server, until its starter has written down where it is. And should the launcher of a tied
one be killed itself, the kernel kills the server (on Linux).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading

PATIENCE = 5.0
PR_SET_PDEATHSIG = 1
KEEP = "keep"


def die_with(launcher: int, number: int | None = None) -> None:
    """Ask the kernel to end this process when its starter ends, which may have happened before it was asked.

    ``number`` is the signal's; None is for SIGKILL, which not every system has.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL if number is None else number)
        if os.getppid() != launcher:
            os._exit(1)


def watch(server: subprocess.Popen[bytes]) -> None:
    """Wait for the end of standard input, then end the server; or for the word that it is to be kept."""
    while said := os.read(0, 4096):
        if KEEP.encode() in said:
            # Without this process's own cleaning up, which would warn of a child that runs on.
            os._exit(0)
    server.terminate()
    try:
        server.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()


def main() -> int:
    """Do what the arguments say; gives the exit status."""
    log, mode, *command = sys.argv[1:]
    launcher = os.getpid()
    # What was started in the background or under nohup is deaf to some of these, and so would the server be.
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    with open(log, "ab", buffering=0) as output:  # noqa: PTH123 - pathlib would double the time to start
        # What goes wrong here belongs there too, and whoever waits for the end of our starter's output need not wait.
        os.dup2(output.fileno(), 2)
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C at a terminal reaches a whole session; the server's end is for its starter to say.
            start_new_session=True,
            # This process has one thread as yet, so running Python after the fork is safe.
            preexec_fn=(lambda: die_with(launcher)) if mode == "tied" else None,  # noqa: PLW1509
        )
    # A starter that is gone already hears nothing, and its end of standard input says the rest.
    with contextlib.suppress(BrokenPipeError):
        os.write(1, b"%d\n" % server.pid)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=watch, args=(server,), daemon=True).start()
    return server.wait()


if __name__ == "__main__":
    raise SystemExit(main())
