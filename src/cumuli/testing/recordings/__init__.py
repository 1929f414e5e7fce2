"""Record and replay: what a program said to a cloud, and was answered, in a file that it is tested by.

    from cumuli.testing import recording, replaying

    with recording("recordings/nodes.json"):      # once, with a real cloud or the sandbox
        main()
    with replaying("recordings/nodes.json"):      # from then on, without a network and without waiting
        main()

Both are for the clients that are made within, of either flavour.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypedDict

from cumuli.runtime.skipped_time import skipping
from cumuli.runtime.wrapping import wrapping
from cumuli.testing.recordings.errors import RecordingError, UnexpectedRequest, UnusedExchanges
from cumuli.testing.recordings.recorder import Recorder
from cumuli.testing.recordings.redaction import Redactor
from cumuli.testing.recordings.replayer import Replay
from cumuli.testing.recordings.written import read, write

__all__ = ["RecordingError", "RecordingOptions", "UnexpectedRequest", "UnusedExchanges", "recording", "replaying"]

MAX_BODY: Final = 1024 * 1024
SECRET_VARIABLE: Final = re.compile(
    r"SECRET|PASSWORD|PASSWD|PASSPHRASE|TOKEN|CREDENTIAL|(?:API|AUTH|PRIVATE)_?KEY"
    r"|(?:ACCESS|ACCOUNT|ENCRYPTION|MASTER|SHARED|SIGNING|STORAGE)_KEY|(?:^|_)(?:PASS|ST_KEY)$"
)


class RecordingOptions(TypedDict, total=False):
    """The keyword arguments of ``recording``. ``replaying`` takes all but ``max_body``."""

    secrets: Iterable[str]
    replace: Mapping[str, str] | None
    max_body: int


@contextmanager
def recording(
    path: str | os.PathLike[str],
    *,
    secrets: Iterable[str] = (),
    replace: Mapping[str, str] | None = None,
    max_body: int = MAX_BODY,
) -> Generator[None]:
    """Record what the clients that are made within send, and are answered, into a file.

    The file is written at the end, and only if the block ends well; what was there is replaced. Passwords, keys,
    tokens, user data and signatures are not in it: what is secret is told by the names of headers and fields, is
    ``REDACTED`` there, and from eight characters on everywhere else, also where it is packed in base64 or the like.
    So is what environment variables hold that are called like secrets.

    Args:
        path: The file. Its folder is made.
        secrets: Further texts that are not to be in it.
        replace: Texts that are to be written otherwise, such as ``{"123456789012": "000000000000"}`` for the number
            of an account. Give ``replaying`` the same.
        max_body: Most bytes of the content of one answer. Of uploads no more than 64 KiB are kept, of longer ones
            their hash.

    Raises:
        RecordingError: An answer is longer than ``max_body``, or the file cannot be written.
    """
    recorder = Recorder(_redactor(secrets, replace), max_body=max_body)
    with wrapping(recorder.wrap):
        yield
    write(Path(path), recorder.finish())


@contextmanager
def replaying(
    path: str | os.PathLike[str], *, secrets: Iterable[str] = (), replace: Mapping[str, str] | None = None
) -> Generator[None]:
    """Answer the clients that are made within from a recording. Nothing is sent, and nothing waits.

    Whose credentials the clients have does not matter, nor which port a server of this machine is at. The clock begins
    at the time of the recording, and goes on by what is waited for, in no time.

    Args:
        path: The file.
        secrets: As when it was recorded.
        replace: As when it was recorded.

    Raises:
        RecordingError: The file cannot be used.
        UnexpectedRequest: A request is not in the recording. Raised by the call, and again at the end of the block.
        UnusedExchanges: At the end of the block: it ended well, and not every request of the recording was made.
    """
    replay = Replay(read(Path(path)), Path(path), _redactor(secrets, replace))
    try:
        with skipping(), wrapping(replay.wrap):
            yield
    except Exception as error:
        # What went wrong first, where the program went on and failed of it.
        if replay.unexpected is None or replay.unexpected is error:
            raise
        raise replay.unexpected from error
    replay.finish()


def _redactor(secrets: Iterable[str], replace: Mapping[str, str] | None) -> Redactor:
    named = (value for name, value in os.environ.items() if SECRET_VARIABLE.search(name.upper()))
    return Redactor([*secrets, *named], replace)
