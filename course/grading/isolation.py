"""The walls that a forked process puts around itself before it runs a student's code.

Bubblewrap has given the forkserver a file system without submissions, solutions and grades, and no network. Each of
its children leaves even that behind: it gets processes, a loopback, a home and a /proc of its own, gives up every
privilege, and ends with all that it has started. As root it becomes another user; as an ordinary user it takes a user
namespace. Both hold the limit on processes, which the kernel counts for each user in each user namespace.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct
from pathlib import Path

from course.grading import seccomp
from course.grading.limits import Limits

_CLONE_NEWNS, _CLONE_NEWUTS, _CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
_CLONE_NEWUSER, _CLONE_NEWPID, _CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
_NAMESPACES = _CLONE_NEWNS | _CLONE_NEWUTS | _CLONE_NEWIPC | _CLONE_NEWPID | _CLONE_NEWNET
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REC, _MS_PRIVATE = 1 << 14, 1 << 18
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
_CAPABILITIES_V3 = 0x20080522
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
# No account has these numbers. Two runs at once take different ones.
_FIRST_USER = 0x60000000

HOME = "/student"  # of a student's process: empty at first, and gone with it

_libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent() -> None:
    _do("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL)


def hide() -> None:
    """Let no other process of this user look into this one's memory."""
    _do("prctl", _PR_SET_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Become the parent of each process below that loses its own, so that one can wait for its end."""
    _do("prctl", _PR_SET_CHILD_SUBREAPER, 1)


def leave() -> None:
    """Take new namespaces; the next child is the first process in them. Raises `OSError`, with what failed."""
    if os.geteuid() == 0:
        _do("unshare", _NAMESPACES)
        return
    user, group = os.geteuid(), os.getegid()
    _do("unshare", _NAMESPACES | _CLONE_NEWUSER)
    _do("prctl", _PR_SET_DUMPABLE, 1)
    for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", name).write_text(line)
    hide()


def settle(limits: Limits, number: int) -> None:
    """In the first process of the new namespaces: rooms of its own, then no privileges. Raises `OSError`.

    `number` tells apart the users that root's children become.
    """
    end_with_parent()
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    plain = _MS_NOSUID | _MS_NODEV
    _mount("tmpfs", "/dev/shm", "tmpfs", plain | _MS_NOEXEC, f"size={limits.files},nr_inodes=1000,mode=1777")
    _mount("tmpfs", HOME, "tmpfs", plain, f"size={limits.files},nr_inodes=10000,mode=1777")
    _mount_proc()
    _raise_loopback()
    _give_up_privileges(number)
    hold(limits)
    if seccomp.available():
        seccomp.install()
    os.chdir(HOME)


def hold(limits: Limits) -> None:
    """The kernel's limits on this process, which its children inherit."""
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, limits.files),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CPU, int(limits.seconds) + 1),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 65536),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write that is too large gives an error instead


def _mount_proc() -> None:
    """A /proc of the new process tree. Where the kernel refuses that, an empty folder hides the old one."""
    plain = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    try:
        _mount("proc", "/proc", "proc", plain)
    except OSError:
        _mount("tmpfs", "/proc", "tmpfs", plain | _MS_RDONLY, "size=4096")


def _raise_loopback() -> None:
    """A new network namespace has its loopback interface down; course.start() listens on it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh22x", b"lo", 0)
        flags = struct.unpack("16sh22x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, asked))[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | _IFF_UP))


def _give_up_privileges(number: int) -> None:
    for capability in range(64):
        with contextlib.suppress(OSError):  # the kernel knows fewer
            _do("prctl", _PR_CAPBSET_DROP, capability)
    if os.geteuid() == 0:
        user = _FIRST_USER + number
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header, none = struct.pack("Ii", _CAPABILITIES_V3, 0), bytes(24)
    _do("capset", header, none)
    _do("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _do("prctl", _PR_SET_DUMPABLE, 1)  # else its own /proc/self is not its own
    end_with_parent()  # the kernel forgot it when the user changed


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    _do("mount", source.encode(), target.encode(), kind and kind.encode(), flags, options.encode() or None)


def _do(name: str, *arguments: object) -> None:
    """Call the C library. Raises `OSError`, with the call's name."""
    whole = [ctypes.c_ulong(each) if isinstance(each, int) else each for each in arguments]
    if getattr(_libc, name)(*whole):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
