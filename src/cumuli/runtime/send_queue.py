"""What the system still holds of what was sent."""

from __future__ import annotations

import sys

__all__ = ["unsent"]

try:
    import fcntl
    import termios
except ImportError:  # Windows has neither

    def unsent(descriptor: int) -> int:
        """As below: nobody says."""
        del descriptor
        return 0

else:

    def unsent(descriptor: int) -> int:
        """Bytes that were handed to the system and have not reached the peer; 0 where the system does not say.

        On a slow link that is as much as the socket's buffer holds, some megabytes: minutes, in which no call to
        the system succeeds or fails.
        """
        try:
            return int.from_bytes(fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
        except (OSError, ValueError):
            return 0
