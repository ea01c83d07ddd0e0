"""The one place where failures become exit codes.

2 usage, 3 the export failed, 4 unreachable, 5 canceled.
"""

from __future__ import annotations

from typing import ClassVar


class CommandError(Exception):
    """A message for a person, and the exit code for a script."""

    exit_code: ClassVar[int] = 1


class UsageError(CommandError):
    """What was asked for makes no sense; the message says what would."""

    exit_code = 2


class ExportFailedError(CommandError):
    """The export ended without an artifact, or the service refused the request."""

    exit_code = 3


class UnreachableError(CommandError):
    """A service cannot be reached."""

    exit_code = 4


class CanceledError(CommandError):
    """The export was canceled."""

    exit_code = 5
