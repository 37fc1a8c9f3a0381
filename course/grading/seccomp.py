"""A filter of system calls for a student's process: none with which one builds rooms, or looks into other processes.

It is a second wall behind the namespaces. The numbers come from the kernel's tables:
https://github.com/torvalds/linux/blob/master/arch/x86/entry/syscalls/syscall_64.tbl and, for aarch64,
https://github.com/torvalds/linux/blob/master/include/uapi/asm-generic/unistd.h.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

_X86 = {
    "ptrace": 101, "syslog": 103, "pivot_root": 155, "chroot": 161, "mount": 165, "umount2": 166, "swapon": 167,
    "reboot": 169, "init_module": 175, "add_key": 248, "request_key": 249, "keyctl": 250, "unshare": 272,
    "perf_event_open": 298, "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310,
    "process_vm_writev": 311, "kcmp": 312, "finit_module": 313, "memfd_create": 319, "kexec_load": 246, "bpf": 321,
    "userfaultfd": 323, "shmget": 29, "msgget": 68, "semget": 64, "io_uring_setup": 425, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsmount": 432, "pidfd_getfd": 438, "mount_setattr": 442,
    "memfd_secret": 447,
}  # fmt: skip
_ARM = {
    "ptrace": 117, "syslog": 116, "pivot_root": 41, "chroot": 51, "mount": 40, "umount2": 39, "swapon": 224,
    "reboot": 142, "init_module": 105, "add_key": 217, "request_key": 218, "keyctl": 219, "unshare": 97,
    "perf_event_open": 241, "open_by_handle_at": 265, "setns": 268, "process_vm_readv": 270,
    "process_vm_writev": 271, "kcmp": 272, "finit_module": 273, "memfd_create": 279, "kexec_load": 104, "bpf": 280,
    "userfaultfd": 282, "shmget": 194, "msgget": 186, "semget": 190, "io_uring_setup": 425, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsmount": 432, "pidfd_getfd": 438, "mount_setattr": 442,
    "memfd_secret": 447,
}  # fmt: skip
# machine: (AUDIT_ARCH, refused calls, socket, clone, clone3)
_MACHINES = {
    "x86_64": (0xC000003E, _X86, 41, 56, 435),
    "aarch64": (0xC00000B7, _ARM, 198, 220, 435),
}
_X32 = 0x40000000
_NEW_NAMESPACES = 0x7E020080  # the CLONE_NEW* flags
_FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: those that a network namespace holds in

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2


def available() -> bool:
    return platform.machine() in _MACHINES


def program() -> bytes:
    """The filter in the kernel's form, for this machine."""
    architecture, refused, socket, clone, clone3 = _MACHINES[platform.machine()]
    allow, eperm = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE | errno.EPERM)
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if platform.machine() == "x86_64":
        steps += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    for number in sorted(refused.values()):
        steps += [(_EQUAL, 0, 1, number), eperm]
    # clone3 takes its flags from memory, which a filter cannot read; without it the C library takes clone.
    steps += [(_EQUAL, 0, 1, clone3), (_RETURN, 0, 0, _REFUSE | errno.ENOSYS)]
    steps += [(_EQUAL, 0, 4, clone), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_ANY_BIT, 0, 1, _NEW_NAMESPACES), eperm, allow]
    steps += [(_EQUAL, 0, len(_FAMILIES) + 2, socket), (_LOAD, 0, 0, _FIRST_ARGUMENT)]
    steps += [(_EQUAL, len(_FAMILIES) - place, 0, family) for place, family in enumerate(_FAMILIES)]
    steps += [(_RETURN, 0, 0, _REFUSE | errno.EAFNOSUPPORT), allow]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def install() -> None:
    """Filter this process and all that it starts, for good. It needs no-new-privileges. Raises `OSError`."""
    code = program()
    steps = ctypes.create_string_buffer(code, len(code))
    whole = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.create_string_buffer(whole, len(whole)), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")
