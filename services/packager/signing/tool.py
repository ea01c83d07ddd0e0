"""Tools sign applications: other people's programs, and the operator's own."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from services.packager.processes.subprocess_runner import ProgramTimeoutError, run_program
from shared.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Sequence

log = structlog.get_logger()

SHOWN_LINES: Final = 20
TRUST: Final = ("/etc/ssl", "/etc/pki")  # the system's certificates
NAMES: Final = ("/etc/hosts", "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/services")


class SigningToolMissingError(ExportError):
    """A program that is needed is not installed: for operators to mend."""

    code = "tool-missing"
    title = "A program that is needed is not installed"


class SigningToolFailedError(ExportError):
    """A program failed or took too long: the network or a token perhaps, so it is tried again."""

    code = "tool-failed"
    title = "A program that is needed has failed"
    retryable = True


class Visible(msgspec.Struct, frozen=True, kw_only=True):
    """All that a tool of other people's may see beside the system's own files."""

    folder: str  # to change
    files: tuple[str, ...] = ()
    network: bool = False


class ToolBench(msgspec.Struct, frozen=True, kw_only=True):
    """Where the tools of one export work, and who hears of it; from any thread.

    ``launcher`` is a command that starts a program so that it sees a :class:`Visible` alone.
    ``log`` takes a line for the maker, ``waiting`` what the export waits for ("" for nothing).
    """

    launcher: tuple[str, ...]
    folder: Path
    timeout_s: float  # of each program
    stopping: threading.Event = msgspec.field(default_factory=threading.Event)
    log: Callable[[str], object] = lambda _: None
    waiting: Callable[[str], object] = lambda _: None


def run_confined(
    argv: Sequence[str],
    bench: ToolBench,
    *,
    doing: str,
    files: Sequence[Path] = (),
    network: bool = False,
    stdin: bytes = b"",
) -> None:
    """Run a program of other people's likewise; it sees the bench's folder and these files.

    Raises:
        ToolMissingError, ToolFailedError: It could not run, failed, or took too long.
        ProgramStoppedError: The export was stopped.
    """
    if shutil.which(argv[0]) is None:
        raise SigningToolMissingError(f"{argv[0]} cannot be started: it is not installed")
    visible = Visible(
        folder=str(bench.folder.absolute()),
        files=(*(str(file.absolute()) for file in files), *TRUST, *(NAMES if network else ())),
        network=network,
    )
    command = [*bench.launcher, msgspec.json.encode(visible).decode(), *argv]
    run_tool(command, bench, doing=doing, name=argv[0], stdin=stdin)


def run_tool(
    argv: Sequence[str], bench: ToolBench, *, doing: str, name: str = "", stdin: bytes = b""
) -> None:
    """Run a program on what lies in the bench's folder, for as long as signing may take.

    The maker reads what is being done; what the program prints is for operators, as it may hold
    anything.

    Args:
        argv: The program and its arguments.
        bench: Where it works.
        doing: What it does, for people: "Signing the program".
        name: The program's, where the first argument is not it.
        stdin: Its standard input; short.

    Raises:
        ToolMissingError, ToolFailedError: It could not run, failed, or took too long.
        ProgramStoppedError: The export was stopped.
    """
    name = os.path.basename(name or argv[0])  # noqa: PTH119 - a string in, a string out
    timeout_s = bench.timeout_s
    bench.log(f"{doing} …")
    try:
        finished = run_program(
            argv,
            folder=bench.folder,
            timeout_s=timeout_s,
            stopping=bench.stopping,
            stdin=stdin,
            on_wait=lambda elapsed_s: bench.waiting(f"{doing}: {elapsed_s:.0f} s"),
        )
    except ProgramTimeoutError:
        message = f"{doing}: {name} did not end within {timeout_s:.0f} s and was stopped"
        raise SigningToolFailedError(message) from None
    except OSError as error:
        raise SigningToolMissingError(f"{argv[0]} cannot be started: {error.strerror}") from error
    finally:
        bench.waiting("")
    last = "\n".join(finished.output.splitlines()[-SHOWN_LINES:])
    log.info("tool.ended", tool=name, code=finished.code, output=last)
    if finished.code:
        message = f"{doing}: {name} failed with code {finished.code}; operators see why"
        raise SigningToolFailedError(message)
