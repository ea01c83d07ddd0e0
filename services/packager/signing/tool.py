"""Tools sign applications: other people's programs, and the operator's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from services.packager.processes.subprocess_runner import ProgramTimeoutError, run_program
from shared.errors import ExportError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from services.packager.signing.keys import SigningKeys

log = structlog.get_logger()

SHOWN_LINES: Final = 20


class SigningToolMissingError(ExportError):
    """A program that is needed is not installed: for operators to mend."""

    code = "tool-missing"
    title = "A program that is needed is not installed"


class SigningToolFailedError(ExportError):
    """A program failed or took too long: the network or a token perhaps, so it is tried again."""

    code = "tool-failed"
    title = "A program that is needed has failed"
    retryable = True


class ToolContext(Protocol):
    """What a tool needs of the build that it works for; ``build.context.BuildContext`` has it."""

    @property
    def scratch(self) -> Path:
        """The folder that the tool works in."""
        ...

    @property
    def keys(self) -> SigningKeys:
        """The keys, which also say how long a tool may take."""
        ...

    @property
    def stopping(self) -> threading.Event:
        """Set when nobody wants the result any more."""
        ...

    @property
    def log(self) -> Callable[[str], object]:
        """Writes a line into the log of the export."""
        ...

    @property
    def waiting(self) -> Callable[[str], object]:
        """Shows what the build waits for; an empty text ends that."""
        ...


def run_tool(argv: Sequence[str], context: ToolContext, *, doing: str, stdin: bytes = b"") -> None:
    """Run a program on what lies in the scratch folder, for as long as signing may take.

    The maker reads what is being done; what the program prints is for operators, as it may hold
    anything.

    Args:
        argv: The program and its arguments.
        context: The build that it works for.
        doing: What it does, for people: "Signing the program".
        stdin: Its standard input; short.

    Raises:
        ToolMissingError, ToolFailedError: It could not run, failed, or took too long.
        ProgramStoppedError: The export was stopped.
    """
    name = os.path.basename(argv[0])  # noqa: PTH119 - a string in, a string out
    timeout_s = context.keys.timeout_s
    context.log(f"{doing} …")
    try:
        finished = run_program(
            argv,
            folder=context.scratch,
            timeout_s=timeout_s,
            stopping=context.stopping,
            stdin=stdin,
            on_wait=lambda elapsed_s: context.waiting(f"{doing}: {elapsed_s:.0f} s"),
        )
    except ProgramTimeoutError:
        message = f"{doing}: {name} did not end within {timeout_s:.0f} s and was stopped"
        raise SigningToolFailedError(message) from None
    except OSError as error:
        raise SigningToolMissingError(f"{argv[0]} cannot be started: {error.strerror}") from error
    finally:
        context.waiting("")
    last = "\n".join(finished.output.splitlines()[-SHOWN_LINES:])
    log.info("tool.ended", tool=name, code=finished.code, output=last)
    if finished.code:
        message = f"{doing}: {name} failed with code {finished.code}; operators see why"
        raise SigningToolFailedError(message)
