"""What a machine does when it starts, and the files that it is given for it before its first start. Pure.

An image of a container has no init that would do it, and any image is to do that has a shell and an sshd.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence

from cumuli.errors import MalformedResponse

__all__ = ["CLOUD_INIT", "COMMAND", "FOLDER", "HOST_KEYS", "file_in", "files_of", "packed"]

FOLDER = "/.cumuli"
COMMAND = ["/bin/sh", f"{FOLDER}/boot"]
HOST_KEYS = f"{FOLDER}/host_keys"
CLOUD_INIT = "/usr/bin/cloud-init"
NO_CLOUD = "var/lib/cloud/seed/nocloud"
BLOCK = 512

# The first process, and so the parent of all that lose theirs: dash and bash reap them while they wait.
BOOT = r"""#!/bin/sh
# cumuli's: the first process of this machine. TERM is a shutdown, INT a reboot, which leaves the container alone.
# First of all: the first process of a container is deaf to what it has not asked for.
all() {
    # Not ignored: what is ignored when a shell starts, it can never trap.
    trap : TERM INT
    kill -TERM -1 2> /dev/null
    sleep 0.2
    kill -KILL -1 2> /dev/null
}
trap 'all; exit 0' TERM
trap 'all; exec /bin/sh /.cumuli/boot' INT
umask 022
cd /.cumuli || exit 78
if [ ! -x /usr/sbin/sshd ]; then
    echo "cumuli: this image has no /usr/sbin/sshd, so nobody could log in; take one that has, or install" \
        "openssh-server in yours" >&2
    exit 78
fi
if [ -e fresh ]; then
    # An image of another machine has that one's keys.
    rm -f /etc/ssh/ssh_host_* host_keys
    [ -e password ] || rm -f password-login
    [ ! -s /etc/machine-id ] || tr -d - < /proc/sys/kernel/random/uuid > /etc/machine-id
    if [ -e authorized_keys ]; then
        for user in root debian ubuntu fedora rocky almalinux cloud-user; do
            home=$(sed -n "s,^$user:[^:]*:[^:]*:[^:]*:[^:]*:\([^:]*\):.*,\1,p" /etc/passwd)
            [ -n "$home" ] || continue
            mkdir -p "$home/.ssh"
            cat authorized_keys >> "$home/.ssh/authorized_keys"
            chmod 700 "$home/.ssh"
            chmod 600 "$home/.ssh/authorized_keys"
            chown -R "$user" "$home/.ssh"
        done
    fi
    if [ -e password ]; then
        chpasswd < password || exit 78
        : > password-login
    fi
    rm -f fresh authorized_keys password
fi
mkdir -p /run/sshd
chmod 755 /run/sshd
for kind in ed25519 ecdsa; do
    [ -e /etc/ssh/ssh_host_${kind}_key ] || ssh-keygen -q -N '' -t $kind -f /etc/ssh/ssh_host_${kind}_key
done
cat /etc/ssh/ssh_host_*_key.pub > host_keys.new
mv host_keys.new host_keys
options="-o UsePAM=no"
[ ! -e password-login ] || options="$options -o PasswordAuthentication=yes -o PermitRootLogin=yes"
# Without PAM, whose modules want rights that containers have not got.
/usr/sbin/sshd -D -e $options &
if [ -e user-data ]; then
    {
        mv user-data user-data.begun
        if [ -x /usr/bin/cloud-init ]; then
            cloud-init init --local
            cloud-init init
            cloud-init modules --mode config
            cloud-init modules --mode final
        else
            mkdir -p /var/log /var/lib/cloud/instance
            chmod 700 user-data.begun
            ./user-data.begun > /var/log/cloud-init-output.log 2>&1
            : > /var/lib/cloud/instance/boot-finished
        fi
    } < /dev/null &
fi
while :; do
    sleep 3600 &
    wait $!
done
"""


def files_of(
    *, public_keys: Sequence[str], password: str | None, user_data: str | None, token: str
) -> dict[str, bytes]:
    """The files that a new machine is given, by their paths without the first slash."""
    own = FOLDER[1:]
    # An image of another machine has that one's host keys, which nobody may read as this one's: it has none yet.
    files = {f"{own}/boot": BOOT, f"{own}/fresh": "", HOST_KEYS[1:]: ""}
    if public_keys:
        files[f"{own}/authorized_keys"] = "".join(f"{key}\n" for key in public_keys)
    if password is not None:
        files[f"{own}/password"] = f"root:{password}\n"
    if user_data is not None:
        files[f"{own}/user-data"] = user_data
        files[f"{NO_CLOUD}/user-data"] = user_data
        files[f"{NO_CLOUD}/meta-data"] = f"instance-id: {token}\n"
    return {path: text.encode() for path, text in files.items()}


def packed(files: dict[str, bytes]) -> bytes:
    """A tar archive of files that root alone may read, in folders likewise where there are none yet."""
    parts: list[bytes] = []
    for folder in dict.fromkeys(path.rpartition("/")[0] for path in files):
        if folder == FOLDER[1:]:
            info = tarfile.TarInfo(folder)
            info.type, info.mode = tarfile.DIRTYPE, 0o700
            parts.append(info.tobuf())
    for path, content in files.items():
        info = tarfile.TarInfo(path)
        info.size, info.mode = len(content), 0o600
        parts += [info.tobuf(), content, bytes(-len(content) % BLOCK)]
    return b"".join([*parts, bytes(2 * BLOCK)])


def file_in(archive: bytes) -> bytes:
    """The content of the only file in a tar archive.

    Raises:
        MalformedResponse: It is no such archive.
    """
    for info, content in _members(archive):
        if info.isreg():
            return content
    raise MalformedResponse("podman sent an archive without the file that it was asked for")


def _members(archive: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    position = 0
    while position + BLOCK <= len(archive) and archive[position]:
        try:
            info = tarfile.TarInfo.frombuf(archive[position : position + BLOCK], "utf-8", "surrogateescape")
        except tarfile.HeaderError as error:
            raise MalformedResponse(f"podman sent an archive that cannot be read: {error}") from None
        begin = position + BLOCK
        yield info, archive[begin : begin + info.size]
        position = begin + info.size + -info.size % BLOCK
