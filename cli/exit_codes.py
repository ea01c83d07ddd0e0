"""The one place where failures become exit codes."""

from __future__ import annotations

import sys
from enum import IntEnum
from http import HTTPStatus
from typing import Final, Self

import click

from shared.errors import ConfigurationError, ExportError, UnavailableError


class ExitCode(IntEnum):
    """What a script learns from a command; ``--help`` prints the table."""

    DONE = 0, "done"
    FAILED = 1, "anything else; the message says what"
    USAGE = 2, "wrong usage: also an option that is refused, or an export not in the right state"
    EXPORT_FAILED = 3, "the export failed"
    UNREACHABLE = 4, "a service cannot be reached, or is too busy"
    CANCELED = 5, "the export was canceled"
    NOT_FOUND = 6, "there is no such project, export or dead letter, or no longer"
    NOT_ALLOWED = 7, "the token is not valid or does not allow it, or the plan does not"
    INTERRUPTED = 130, "Ctrl-C"

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Self:
        """Make a member that carries its meaning."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


HELP: Final = "\b\nExit codes:\n" + "\n".join(f"{code:5}  {code.meaning}" for code in ExitCode)

_BY_STATUS: Final[dict[int, ExitCode]] = {
    HTTPStatus.UNAUTHORIZED: ExitCode.NOT_ALLOWED,
    HTTPStatus.PAYMENT_REQUIRED: ExitCode.NOT_ALLOWED,
    HTTPStatus.FORBIDDEN: ExitCode.NOT_ALLOWED,
    HTTPStatus.NOT_FOUND: ExitCode.NOT_FOUND,
    HTTPStatus.GONE: ExitCode.NOT_FOUND,
    HTTPStatus.REQUEST_TIMEOUT: ExitCode.UNREACHABLE,
    HTTPStatus.TOO_MANY_REQUESTS: ExitCode.UNREACHABLE,
    HTTPStatus.BAD_GATEWAY: ExitCode.UNREACHABLE,
    HTTPStatus.SERVICE_UNAVAILABLE: ExitCode.UNREACHABLE,
    HTTPStatus.GATEWAY_TIMEOUT: ExitCode.UNREACHABLE,
}


class CommandError(Exception):
    """A message for a person, and the exit code for a script."""

    exit_code: ExitCode = ExitCode.FAILED


class UsageError(CommandError):
    """What was asked for makes no sense; the message says what would."""

    exit_code = ExitCode.USAGE


class ExportFailedError(CommandError):
    """The export ended without an artifact."""

    exit_code = ExitCode.EXPORT_FAILED


class UnreachableError(CommandError):
    """A service cannot be reached."""

    exit_code = ExitCode.UNREACHABLE


class CanceledError(CommandError):
    """The export was canceled."""

    exit_code = ExitCode.CANCELED


class MissingError(CommandError):
    """What a command is about is not there, or no longer."""

    exit_code = ExitCode.NOT_FOUND


class NotAllowedError(CommandError):
    """The token does not allow it."""

    exit_code = ExitCode.NOT_ALLOWED


def for_status(status: int) -> ExitCode:
    """The exit code for a problem that the service answered with."""
    if code := _BY_STATUS.get(status):
        return code
    wrong_request = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return ExitCode.USAGE if wrong_request else ExitCode.FAILED


def for_error(error: BaseException) -> ExitCode:
    """The exit code for whatever ended a command."""
    match error:
        case CommandError():
            return error.exit_code
        case click.exceptions.Abort():
            return ExitCode.INTERRUPTED  # as a shell has it
        case click.ClickException() | ConfigurationError():
            return ExitCode.USAGE
        case UnavailableError() | TimeoutError():
            return ExitCode.UNREACHABLE
        case ExportError():
            return for_status(error.status)
        case _:
            return ExitCode.UNREACHABLE if _is_of_http(error) else ExitCode.FAILED


def is_lost_connection(error: BaseException) -> bool:
    """Whether a client of HTTP or of NATS has given up."""
    return _is_of_http(error) or isinstance(error, _imported("nats.errors", "Error"))


def _is_of_http(error: BaseException) -> bool:
    return isinstance(error, _imported("aiohttp", "ClientError"))


def _imported(module: str, name: str) -> type[BaseException] | tuple[()]:
    """A class of a module that takes long to import; what nobody has imported raises nothing."""
    found: type[BaseException] | tuple[()] = getattr(sys.modules.get(module), name, ())
    return found
