"""Runs a server for the sandbox. A script of its own, without a need for polycloud or site-packages.

    python launcher.py LOG detached COMMAND…   start it in a session of its own, print its pid, leave
    python launcher.py LOG tied COMMAND…       start it, print its pid, and end it when standard input ends

Whoever starts the second form holds the other end of standard input, and need not do anything for
the server to die with it: the kernel closes that pipe however its holder ends, by a crash or SIGKILL
too. And should the launcher itself be killed, the kernel kills the server (on Linux).
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading

PATIENCE = 5.0
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the one that started it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def end(server: subprocess.Popen[bytes]) -> None:
    """Wait for the end of standard input, then end the server."""
    while os.read(0, 4096):
        pass
    server.terminate()
    try:
        server.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()


def main() -> int:
    """Do what the arguments say; gives the exit status."""
    log, mode, *command = sys.argv[1:]
    with open(log, "ab", buffering=0) as output:  # noqa: PTH123 - pathlib would double the time to start
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C at a terminal reaches a whole session; the server's end is for its starter to say.
            start_new_session=True,
            # This process has one thread as yet, so running Python after the fork is safe.
            preexec_fn=die_with_parent if mode == "tied" else None,  # noqa: PLW1509
        )
    os.write(1, b"%d\n" % server.pid)
    if mode == "detached":
        # Without this process's own cleaning up, which would warn of a child that runs on.
        os._exit(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end, args=(server,), daemon=True).start()
    return server.wait()


if __name__ == "__main__":
    raise SystemExit(main())
