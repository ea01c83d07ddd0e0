"""A build server whose builds have been taken over: each one attacks in the way that it is told.

The attack's name lies in the project. What an attack could get hold of, it shows in the
message of its error.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.sandbox import channel
from services.packager.sandbox.messages import (
    Done,
    FetchMetadata,
    FetchPackage,
    Listing,
    Log,
    Open,
    Part,
    Planned,
    Progress,
    Remember,
    Sign,
    SignedFile,
)
from services.packager.sandbox.server import main
from services.packager.storage.derived_files import DerivedFileRecord
from shared.domain.build_warnings import BuildWarnings
from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.packager.build.context import BuildContext
    from services.packager.build.plan import BuildPlan
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from shared.domain.options import Platform

HELD: Final = "nothing was there"
MIB: Final = 1 << 20


class Attacker:
    """An exporter that has been taken over."""

    def __init__(self, name: Platform) -> None:
        self.name = name

    def plan(self, project: ProjectFiles, request: Request, context: BuildContext) -> BuildPlan:
        """Attack."""
        del request
        attack, _, target = project.read("attack.txt").decode().partition(" ")
        link: Any = context.derived._link  # type: ignore[attr-defined]
        with context.decoding("assets/bad.png"):
            found = ATTACKS[attack](link, target, project)
        raise ProjectError(found or HELD)


def reads(_link: Any, target: str, _project: Any) -> str:
    """A file that is not the project's, or a folder."""
    path = Path(target)
    return str(list(path.iterdir())) if path.is_dir() else path.read_text(errors="replace")


def writes(_link: Any, target: str, _project: Any) -> str:
    """A file elsewhere."""
    Path(target).write_text("taken over")
    return "written"


def links(_link: Any, target: str, _project: Any) -> str:
    """Its own folder, by way of a link."""
    Path("way").symlink_to(target)
    return Path("way").read_text()


def connects(_link: Any, target: str, _project: Any) -> str:
    """A server of ours."""
    host, _, port = target.partition(":")
    with socket.create_connection((host, int(port)), timeout=5):
        return "connected"


def speaks(_link: Any, _target: str, _project: Any) -> str:
    """Any network at all."""
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            with suppress(OSError):
                socket.socket(family, kind).close()
                return f"{family!r} {kind!r}"
    return ""


def kills(_link: Any, target: str, _project: Any) -> str:
    """A process of ours."""
    os.kill(int(target), signal.SIGKILL)
    return "killed"


def escapes(_link: Any, _target: str, _project: Any) -> str:
    """The group that is killed; a process of its own would stay behind."""
    child = os.fork()
    if child == 0:
        for leave in (os.setsid, lambda: os.setpgid(0, 0)):
            with suppress(OSError):
                leave()
        time.sleep(1_000)
    time.sleep(1)  # until it has tried
    return str(child)


def commands(_link: Any, _target: str, _project: Any) -> str:
    """The kernel."""
    libc = ctypes.CDLL(None, use_errno=True)
    x86 = os.uname().machine == "x86_64"
    calls = {
        "ptrace": (101 if x86 else 117, 0, 0, 0, 0),
        "mount": (165 if x86 else 40, b"none", b"/tmp", b"tmpfs", 0, 0),
        "unshare": (272 if x86 else 97, 0x10000000),
        "bpf": (321 if x86 else 280, 0, 0, 0),
        "keyctl": (250 if x86 else 219, 0, -3, 1),
        "io_uring_setup": (425, 1, ctypes.create_string_buffer(256)),
        "perf_event_open": (298 if x86 else 241, 0, 0, -1, -1, 0),
        "userfaultfd": (323 if x86 else 282, 0),
        "clone newuser": (56 if x86 else 220, 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0),
    }
    for name, arguments in calls.items():
        result = libc.syscall(*arguments)
        if result == 0 and name.startswith("clone"):
            os._exit(0)
        if result >= 0 or ctypes.get_errno() not in {1, 38}:  # EPERM, ENOSYS
            return f"{name}: {result} {ctypes.get_errno()}"
    return ""


def gains(_link: Any, target: str, _project: Any) -> str:
    """What root may do, which programs of others' would give it back where that is left."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, powers = (ctypes.c_uint32 * 2)(0x20080522), (ctypes.c_uint32 * 6)()
    if libc.capget(header, powers) or any(powers):
        return f"{list(powers)}"
    if libc.prctl(39, 0, 0, 0, 0) != 1:  # PR_GET_NO_NEW_PRIVS
        return "new privileges"
    bounds = range(41 if target == "root" else 0)
    left = [number for number in bounds if libc.prctl(23, number, 0, 0, 0) > 0]  # CAPBSET_READ
    return f"{left}" if left else ""


def holds(_link: Any, _target: str, _project: Any) -> str:
    """What was left open for it beside its job, the way to its packager, and the file it reads."""
    found = []
    for descriptor in range(3, 1_024):
        with suppress(OSError):
            mode = os.fstat(descriptor).st_mode
            found.append((stat.S_ISSOCK(mode), stat.S_ISREG(mode)))
    return "" if sorted(found) == [(False, True)] * 2 + [(True, False)] else str(found)


def knows(_link: Any, _target: str, _project: Any) -> str:
    """What a process is born with."""
    return str(sorted(os.environ.items()))


def swells(_link: Any, target: str, _project: Any) -> str:
    """Memory, in one of many ways."""
    held: list[Any] = []
    for _ in range(1 << 20):
        match target:
            case "bytes":
                held.append(bytes(8 * MIB))
            case "files":
                held.append(channel.in_memory(b"x" * 8 * MIB))
            case "small":
                held.append([object() for _ in range(1_000)])
            case "fork":
                held.append(bytes(8 * MIB))
                if len(held) % 40 == 0 and os.fork() == 0:
                    held.append(bytearray(100 * MIB))
                    time.sleep(1_000)
    return "there is no end"


def fills(_link: Any, _target: str, _project: Any) -> str:
    """The disk, in one file."""
    with Path("large").open("wb") as file:
        file.writelines(bytes(MIB) for _ in range(1 << 20))
    return "there is no end"


def burns(_link: Any, _target: str, _project: Any) -> str:
    """Time."""
    while True:
        pass


def sleeps(_link: Any, _target: str, _project: Any) -> str:
    """For ever."""
    time.sleep(1_000_000)
    return ""


def crashes(_link: Any, target: str, _project: Any) -> str:
    """As a decoder would."""
    os.kill(os.getpid(), getattr(signal, target))
    time.sleep(60)
    return ""


def starts(_link: Any, target: str, _project: Any) -> str:
    """A program of the system's."""
    os.execv(target, [target])  # noqa: S606 - the attack


def leaves(_link: Any, target: str, _project: Any) -> str:
    """Without a word."""
    os._exit(int(target))


def abandons(_link: Any, _target: str, _project: Any) -> str:
    """A process of its own, which keeps the way to the packager open."""
    if os.fork() == 0:
        time.sleep(1_000)
    os._exit(1)


def floods(link: Any, _target: str, _project: Any) -> str:
    """News."""
    for number in range(4_000):
        link.send(Log(f"line {number}"))
    return ""


def shrinks(link: Any, _target: str, _project: Any) -> str:
    """The memory that its packager has lent it, and reads."""
    _, lent = link.ask(_plan)
    for piece in lent:
        with suppress(PermissionError):
            os.ftruncate(piece, 0)
            return "shrunk"
        with suppress(PermissionError):
            fcntl.fcntl(piece, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
            return "sealed"
    return ""


def babbles(link: Any, target: str, _project: Any) -> str:
    """What no build would say."""
    messages: dict[str, Callable[[], Iterator[tuple[object, list[int]]]]] = {
        "garbage": lambda: iter([(msgspec.Raw(os.urandom(200)), [])]),
        "stranger": lambda: iter([(Open(0, "assets/another.png"), [])]),
        "climbs": lambda: iter([(Open(0, "../../../etc/passwd"), [])]),
        "part": lambda: iter([(Part(0, 0, 10), [])]),
        "sign": lambda: iter([(Sign(0, "x", (SignedFile("a", 1, 0o644),)), [0])]),
        "done": lambda: iter([(Done(size_bytes=1, sha256="0" * 64), [])]),
        "plans": lambda: iter([(_plan(0), []), (_plan(1), [])]),
        "vast": lambda: iter([(_plan(0, 10**14), [])]),
        "elsewhere": lambda: iter([(_plan(0), []), (Part(1, 9, 10), [])]),
        "huge": lambda: iter([(_plan(0), []), (Part(1, 0, 1 << 40), [])]),
        "empty": lambda: iter([(_plan(0), []), (Part(1, 0, 0), [])]),
        "lists": lambda: iter([(Listing(0, 2), [channel.in_memory(b"{}")])]),
        "list": lambda: iter([(_plan(0), []), (Listing(1, 2), [channel.in_memory(b"{}")])]),
        "long list": lambda: iter([(_plan(0), []), (Listing(1, 1 << 40), [])]),
        "directory": lambda: iter([(_plan(0), []), (Part(1, 0, 10), [os.open(".", os.O_RDONLY)])]),
        "asks": lambda: ((Remember(n, f"{n:064x}", _NOTHING), []) for n in range(100_000)),
        "package": lambda: iter([(FetchMetadata(0, "../-/passwd"), [])]),
        "version": lambda: iter([(_package("1.0.0/../../secret", _HASH), [])]),
        "hash": lambda: iter([(_package("1.0.0", "sha512-../../x"), [])]),
        "path": lambda: iter([(Progress(packed_bytes=1, files=1, path="nowhere"), [])]),
    }
    for message, files in messages[target]():
        channel.send(link._end, message, files)
        time.sleep(0.05 if target != "asks" else 0)
    time.sleep(30 if target != "path" else 0)
    return ""


_HASH: Final = f"sha1-{'A' * 27}="


def _package(version: str, integrity: str) -> FetchPackage:
    return FetchPackage(number=0, name="three", version=version, integrity=integrity)


_NOTHING: Final = DerivedFileRecord(None, None, "")


def _plan(number: int, size_bytes: int = 1) -> Planned:
    return Planned(
        number=number,
        file_name="a.zip",
        key="0" * 64,
        content_type="application/zip",
        size_bytes=size_bytes,
        files=1,
        is_application=False,
        reusable=True,
        warnings=BuildWarnings(),
    )


ATTACKS: Final[dict[str, Callable[[Any, str, Any], str]]] = {
    attack.__name__: attack
    for attack in (
        reads,
        writes,
        links,
        connects,
        speaks,
        kills,
        escapes,
        commands,
        gains,
        holds,
        knows,
        swells,
        fills,
        burns,
        sleeps,
        crashes,
        leaves,
        abandons,
        starts,
        floods,
        shrinks,
        babbles,
    )
}


if __name__ == "__main__":
    main(int(sys.argv[1]), {"web": Attacker("web")})
