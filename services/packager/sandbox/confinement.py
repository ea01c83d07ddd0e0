"""A process is confined: what it may use, read, start and reach, and as whom.

Each protection stands alone, so that one which a kernel lacks takes no other with it. Which of them
are on is found by trying them, in a process that ends at once.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from services.packager.sandbox import landlock, seccomp
from services.packager.sandbox.landlock import Access

if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST_USER: Final = 0x7A000000  # no system gives numbers so high to people or services
OPEN_FILES: Final = 1_024
PROCESSES: Final = 256
_CODE: Final = Path(__file__).parents[3]
_SYSTEM: Final = tuple(map(Path, ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache")))
_DEVICES: Final = tuple(map(Path, ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")))
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
_PR_CAPBSET_DROP: Final = 24
_LAST_CAPABILITY: Final = 63
_CAPABILITY_VERSION: Final = 0x20080522
_NO_CAPABILITIES: Final = (ctypes.c_uint32 * 6)()

_libc: Final = ctypes.CDLL(None, use_errno=True)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one build may use."""

    memory_bytes: Annotated[int, msgspec.Meta(ge=1)]
    cpu_s: Annotated[int, msgspec.Meta(ge=1)]  # of each process
    file_bytes: Annotated[int, msgspec.Meta(ge=1)]  # of each file that it writes
    own_programs: bool = False  # whether it may start those that a project brings
    processes: Annotated[int, msgspec.Meta(ge=1)] = PROCESSES  # and threads, of a user of its own


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The files that a process may see beside Python's and the system's own programs."""

    scratch: Path  # to change
    programs: tuple[Path, ...] = ()  # to read and to start
    readable: tuple[Path, ...] = ()
    listed: tuple[Path, ...] = ()  # the names in them, and nothing else


class Protections(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the kernel's protections work here."""

    landlock_abi: int
    seccomp: bool
    own_user: bool

    @property
    def suffice(self) -> bool:
        """Whether strangers' projects may be built: no other files, no network."""
        return self.landlock_abi >= landlock.NEEDED_ABI and self.seccomp

    @property
    def suffice_for_pages(self) -> bool:
        """Whether a browser may show pages of strangers: their own server is all they reach."""
        return self.suffice and self.landlock_abi >= landlock.NETWORK_ABI

    @property
    def suffice_for_programs(self) -> bool:
        """Whether programs of strangers may run: they must not end others' processes, either."""
        return self.suffice and self.landlock_abi >= landlock.SCOPES_ABI

    def __str__(self) -> str:
        files = f"Landlock {self.landlock_abi}" if self.landlock_abi else "no Landlock"
        calls = "seccomp" if self.seccomp else "no seccomp"
        return f"{files}, {calls}, {'own user' if self.own_user else 'the same user'}"


class Confinement:
    """How a process will be confined: made ready before it is forked, and entered in it.

    What is done here need not be done in each process, which pays for every page that it touches.

    Args:
        view: What it may see.
        limits: What it may use.
        protections: Those that work here.
        user: A number of its own, where we may give it one.
        network: Whether it may connect to servers.
        port: Of TCP; it may connect to servers there alone, its own one, say.

    Raises:
        OSError: A protection that should work did not.
    """

    def __init__(
        self,
        view: View,
        limits: Limits,
        protections: Protections,
        *,
        user: int | None,
        network: bool = False,
        port: int | None = None,
    ) -> None:
        self._user = user
        self._limits = _limits(limits, processes=limits.processes if user is not None else None)
        self._seccomp = protections.seccomp and not network
        self._connections = port is not None
        self._ruleset: int | None = None
        if protections.landlock_abi:
            allowed = _allowed(view, own_programs=limits.own_programs)
            self._ruleset = landlock.ruleset(allowed, network=network, port=port)
        if self._seccomp:
            seccomp.filter_of(platform.machine(), connections=self._connections)  # kept there

    def enter(self) -> None:
        """Confine this process, whose only thread this is, for good.

        Raises:
            OSError: A protection that should work did not.
        """
        for kind, bounds in self._limits:
            resource.setrlimit(kind, bounds)
        if self._ruleset is not None:
            landlock.enter(self._ruleset)
        self.close()
        if self._user is not None:
            _become(self._user)
        _drop_capabilities()
        die_with_parent()
        adopt_orphans()
        landlock.no_new_privileges()
        if self._seccomp:
            seccomp.restrict(connections=self._connections)

    def close(self) -> None:
        """Forget it, in a process that is not confined by it."""
        if self._ruleset is not None:
            os.close(self._ruleset)
            self._ruleset = None


def confine(
    view: View,
    limits: Limits,
    protections: Protections,
    *,
    user: int | None,
    network: bool = False,
    port: int | None = None,
) -> None:
    """Confine this process, whose only thread this is, for good; arguments as above.

    Raises:
        OSError: A protection that should work did not.
    """
    bound_capabilities()
    Confinement(view, limits, protections, user=user, network=network, port=port).enter()


def die_with_parent() -> None:
    """Be killed when whoever started this process is gone; a change of user forgets that."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def adopt_orphans() -> None:
    """Be the parent of all that is left of programs, so that whoever watches us finds it."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def restrict_program(folder: Path, *, programs: Iterable[Path], readable: Iterable[Path]) -> None:
    """Take from a program of a project all files but its own folder; it is confined already.

    What it leaves behind can change nothing that lies elsewhere, and signal nobody outside.

    Raises:
        OSError: The kernel refuses.
    """
    landlock.restrict(
        [
            *((path, Access.RUN) for path in (*_SYSTEM, *programs)),
            *((path, Access.READ) for path in readable),
            *((path, Access.READ_FILE | Access.WRITE_FILE) for path in _DEVICES),
            (folder, Access.CHANGE | Access.EXECUTE),
        ]
    )


def probe() -> Protections:
    """Try each protection in a process of its own."""
    abi = landlock.abi()
    return Protections(
        landlock_abi=abi if abi and _works(lambda: landlock.restrict([])) else 0,
        seccomp=seccomp.is_known() and _works(_try_seccomp),
        own_user=os.geteuid() == 0 and _works(_try_user),
    )


def _limits(limits: Limits, *, processes: int | None) -> list[tuple[int, tuple[int, int]]]:
    """What is set, by its kind.

    The system counts processes by user: a limit makes sense for one of our own alone.
    """
    found = []
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        *(((resource.RLIMIT_NPROC, processes),) if processes else ()),
    ):
        hard = resource.getrlimit(kind)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        found.append((kind, (allowed, allowed)))
    # The first ends a process with a signal that says why, the second whoever ignores that.
    return [*found, (resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 5))]


def _allowed(view: View, *, own_programs: bool) -> list[tuple[Path, Access]]:
    """What is named here and nothing else; ``sys.path`` may begin with a folder full of data.

    Where a project's own programs run, so do the system's: whoever may start a loader may do that
    anyway.
    """
    started = Access.EXECUTE if own_programs else Access(0)
    return [
        *((path, Access.READ | started) for path in _SYSTEM),
        *((path, Access.READ) for path in (*python_folders(), _CODE / "services")),
        *((path, Access.READ) for path in (_CODE / "shared", *view.readable)),
        *((path, Access.READ_FILE | Access.WRITE_FILE) for path in _DEVICES),
        *((path, Access.READ_DIR) for path in view.listed),
        *((path, Access.RUN) for path in view.programs),
        (view.scratch, Access.CHANGE | started),
    ]


@cache
def python_folders() -> frozenset[Path]:
    """Where Python and its packages are; asked for before a fork, it is known to all builds."""
    libraries = (
        sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")
    )
    return frozenset(Path(folder) for folder in (sys.prefix, sys.base_prefix, *libraries))


def bound_capabilities() -> None:
    """Let no program that is started from here on gain what root may; who is not root never can."""
    for number in range(_LAST_CAPABILITY + 1):
        _libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0)


def _drop_capabilities() -> None:
    """Root without its powers is nobody; others have none to drop."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _libc.capset(header, _NO_CAPABILITIES)


def _try_seccomp() -> None:
    landlock.no_new_privileges()
    seccomp.restrict()


def _become(user: int) -> None:
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _try_user() -> None:
    """Also whether such a user can read our own code and Python's."""
    _become(FIRST_USER)
    for path in (Path(__file__), Path(os.__file__)):
        path.read_bytes()


def _works(attempt: object) -> bool:
    """Whether it raises nothing, in a child."""
    child = os.fork()
    if child == 0:
        try:
            attempt()  # type: ignore[operator]
        except BaseException:  # noqa: BLE001 - whatever it is
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0
