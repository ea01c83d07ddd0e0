"""A seccomp filter refuses the system calls that no build needs: network, mounts, other processes.

It is the kernel's own interface (``seccomp(2)``), a list of numbers and one comparison for each, so
that no library has to be there when a process is confined. A refused call fails with ``EPERM``.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import struct
from functools import cache
from typing import Final

# Numbers of x86-64 and of arm64, from the kernel's own tables.
_REFUSED: Final[dict[str, tuple[int, int]]] = {
    "accept": (43, 202),
    "accept4": (288, 242),
    "acct": (163, 89),
    "add_key": (248, 217),
    "bind": (49, 200),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "connect": (42, 203),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "listen": (50, 201),
    "memfd_secret": (447, 447),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "setpgid": (109, 154),  # the whole group is killed: nobody may leave it
    "setsid": (112, 157),
    "settimeofday": (164, 170),
    "socket": (41, 198),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
_CONNECTIONS: Final = ("accept", "accept4", "connect")  # where one server may be reached
_SOCKET: Final = {"x86_64": 41, "aarch64": 198}
_SENDING: Final = {  # and which argument has the flags
    "x86_64": ((44, 3), (46, 2), (307, 3)),  # sendto, sendmsg, sendmmsg
    "aarch64": ((206, 3), (211, 2), (269, 3)),
}
_FAST_OPEN: Final = 0x20000000  # MSG_FASTOPEN, which would connect unseen by Landlock
_CLONE3: Final = 435  # its arguments cannot be looked at: programs fall back to clone
_CLONE: Final = {"x86_64": 56, "aarch64": 220}
_NEW_NAMESPACES: Final = 0x7E020000  # CLONE_NEW* but CLONE_NEWTIME, which only unshare knows
_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32: Final = 0x40000000

_LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_AT_LEAST: Final = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_ANY_BIT: Final = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_AND: Final = 0x54  # BPF_ALU | BPF_AND | BPF_K
_RETURN: Final = 0x06  # BPF_RET | BPF_K
_NUMBER, _ARCHITECTURE, _ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW: Final = 0x7FFF0000
_FAIL: Final = 0x00050000  # with the error's number in its low bits
_KILL: Final = 0x80000000

_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2

_libc: Final = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def is_known() -> bool:
    """Whether the numbers of this architecture are known."""
    return platform.machine() in _ARCHITECTURES


def restrict(*, connections: bool = False) -> None:
    """Refuse those calls to this thread and all that it starts; ``no_new_privs`` must be set.

    With ``connections`` there may be TCP: sockets of that kind alone, which connect where Landlock
    lets them, and no new server.

    Raises:
        OSError: The kernel has no seccomp, or refuses.
    """
    code = filter_of(platform.machine(), connections=connections)
    program = _Program(len(code) // 8, code)
    if _libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, f"seccomp: {os.strerror(number)}")


@cache
def filter_of(machine: str, *, connections: bool = False) -> bytes:
    """The program, for an architecture that is known."""
    column = list(_ARCHITECTURES).index(machine)
    kept = {*_CONNECTIONS, "socket"} if connections else set()
    refused = sorted(numbers[column] for name, numbers in _REFUSED.items() if name not in kept)
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _FAIL | errno.ENOSYS),
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _FAIL | errno.ENOSYS),
    ]
    for number in refused:
        lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _FAIL | errno.EPERM)]
    if connections:
        lines += _tcp_alone(machine)
    lines += [
        (_EQUAL, 0, 3, _CLONE[machine]),
        (_LOAD, 0, 0, _ARGUMENT),
        (_ANY_BIT, 0, 1, _NEW_NAMESPACES),
        (_RETURN, 0, 0, _FAIL | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _tcp_alone(machine: str) -> list[tuple[int, int, int, int]]:
    """Sockets must be of TCP, and nothing is sent before they are connected."""
    lines = [
        (_EQUAL, 0, 11, _SOCKET[machine]),
        (_LOAD, 0, 0, _ARGUMENT),
        (_EQUAL, 1, 0, socket.AF_INET),
        (_EQUAL, 0, 6, socket.AF_INET6),
        (_LOAD, 0, 0, _ARGUMENT + 8),
        (_AND, 0, 0, 0xF),  # less SOCK_NONBLOCK and SOCK_CLOEXEC
        (_EQUAL, 0, 3, socket.SOCK_STREAM),
        (_LOAD, 0, 0, _ARGUMENT + 16),
        (_EQUAL, 2, 0, 0),
        (_EQUAL, 1, 0, socket.IPPROTO_TCP),
        (_RETURN, 0, 0, _FAIL | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    for number, argument in _SENDING[machine]:
        lines += [
            (_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, _ARGUMENT + 8 * argument),
            (_ANY_BIT, 0, 1, _FAST_OPEN),
            (_RETURN, 0, 0, _FAIL | errno.EPERM),
            (_RETURN, 0, 0, _ALLOW),
        ]
    return lines
