"""What is run on the machine around a command: the shell's part, which is the same everywhere.

A command line is seen by everybody who lists a machine's processes, so variables and the password for sudo come
by the standard input. The innermost shell tells its process id before it becomes the command, so that
the command can be ended with all that it has started.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

from cumuli.errors import InvalidRequest
from cumuli.secret import Secret

__all__ = ["MARK", "check_names", "command_line", "ending", "preamble"]

MARK = "cumuli-"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# $1 is the mark: skip what sudo has not read, then take variables up to the mark again.
INNER = """m=$1; shift
while IFS= read -r l && [ "$l" != "$m" ]; do :; done
e=
while IFS= read -r l && [ "$l" != "$m" ]; do e="$e$l
"; done
eval "$e"; unset e l
echo "$m $$" >&2; unset m
exec "$@"
"""
# Root needs no sudo, and small images have none.
AS_ROOT = 'if [ "$(id -u)" = 0 ]; then exec "$@"; fi; exec sudo {options} -- "$@"'

# Ends a process, what descends from it and what is in its session, first gently. $1 is its id.
END = """p=$1
stat() { IFS= read -r l < "/proc/$1/stat"; } 2>/dev/null
stat $$ && set -- ${l##*) } && own=$4
sid=none; stat "$p" && set -- ${l##*) } && [ "$4" != "$own" ] && sid=$4
all=" $p "
find_all() {
  more=1
  while [ $more = 1 ]; do
    more=0
    for d in /proc/[0-9]*; do
      q=${d#/proc/}
      case "$all" in *" $q "*) continue;; esac
      stat "$q" || continue
      set -- ${l##*) }
      case "$all" in *" $2 "*) ;; *) [ "$4" = "$sid" ] || continue;; esac
      all="$all$q "; more=1
    done
  done
}
gone() {
  for q in $all; do
    kill -0 $q 2>/dev/null && stat $q && case "${l##*) }" in [ZX]*) ;; *) return 1;; esac
  done
}
find_all
kill -TERM $all 2>/dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do gone && exit 0; sleep 0.2 2>/dev/null || sleep 1; done
find_all
kill -KILL $all 2>/dev/null
exit 0
"""


def command_line(command: str | Sequence[str], *, mark: str, sudo: bool, password: bool) -> str:
    """What to have the machine run for a command.

    Args:
        command: A line for ``sh``, or the words of a command.
        mark: A word that occurs nowhere else.
        sudo: Whether to run it as root.
        password: Whether sudo is given a password.
    """
    words = ["sh", "-c", command] if isinstance(command, str) else list(command)
    return shlex.join([*_root(sudo=sudo, password=password), "sh", "-c", INNER, "sh", mark, *words])


def ending(pid: int, *, sudo: bool, password: bool) -> str:
    """What to have the machine run to end a command, with the process id that it told."""
    return shlex.join([*_root(sudo=sudo, password=password), "sh", "-c", END, "sh", str(pid)])


def _root(*, sudo: bool, password: bool) -> list[str]:
    if not sudo:
        return []
    return ["sh", "-c", AS_ROOT.format(options="-S -p ''" if password else "-n"), "sh"]


def check_names(environment: Iterable[str]) -> None:
    """Refuse variables that a shell has not got.

    Raises:
        InvalidRequest: One cannot have that name.
    """
    for name in environment:
        if not NAME.fullmatch(name):
            raise InvalidRequest(f"{name!r} is no name for a variable: letters, digits and _ only, no digit first")


def preamble(mark: str, environment: Mapping[str, str | Secret], password: Secret | None) -> bytes:
    """What goes to the standard input before the command's own.

    Raises:
        InvalidRequest: A variable cannot have that name.
    """
    check_names(environment)
    lines = [] if password is None else [password.reveal()]
    lines.append(mark)
    for name, value in environment.items():
        text = value.reveal() if isinstance(value, Secret) else value
        lines.append(f"export {name}={shlex.quote(text)}")
    lines.append(mark)
    return ("\n".join(lines) + "\n").encode()
