"""One tree of errors: HTTP problem details, dead-letter reasons and exit codes derive from it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


SHOWN: Final = 1_024  # letters of a client's own words that a refusal repeats


class ExportError(Exception):
    """A failure with a stable code, an HTTP status, and a message that says what to do.

    ``retryable`` is true where the same request may succeed later without any change;
    ``of_project`` where the cause lies in one project's data and says nothing of others.
    """

    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    public: ClassVar[str] = ""  # for users, where the message names what operators alone should see
    of_project: ClassVar[bool] = False
    quota: str = ""  # which of a user's limits is reached, where it is about one

    @property
    def told(self) -> str:
        """What users are told."""
        return self.public or str(self)


class ProjectError(ExportError):
    """The maker's fault, a bad project or option: the export fails at once, without dead letter."""

    code = "project-invalid"
    title = "The project cannot be exported"
    status = 422


class PreflightError(ProjectError):
    """A fault of the project that shows before any build work: it costs no build minutes."""


class UnavailableError(ExportError):
    """The world's fault: a server is away, full or slow. The same call may succeed later."""

    code = "unavailable"
    title = "A service that is needed cannot be reached"
    status = 503
    retryable = True
    retry_after_s: ClassVar[int] = 5


class TooManyRequestsError(ExportError):
    """More than one user may ask for; the same call may succeed after ``retry_after_s``."""

    code = "too-many-requests"
    title = "Too many requests"
    status = 429
    retryable = True

    def __init__(self, message: str, retry_after_s: int, *, quota: str = "") -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.quota = quota


class PathError(ProjectError):
    """A path that must not enter a project; ``path`` is the entry as the client named it."""

    code = "path-invalid"
    title = "A path is not allowed"

    def __init__(self, path: str, reason: str) -> None:
        shown = path if len(path) <= SHOWN else f"{path[:SHOWN]}…"
        super().__init__(f"{shown!r}: {reason}")
        self.path = path
        self.reason = reason


class InvalidRequestError(ExportError):
    """Wrong values; ``details`` is a list of (path into the document, what is wrong with it)."""

    code = "invalid-request"
    title = "The request is not valid"
    status = 400

    def __init__(self, message: str, details: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.details = tuple(details)


class UnauthorizedError(ExportError):
    """No token or ticket, or one that is not valid."""

    code = "unauthorized"
    title = "A valid bearer token is needed"
    status = 401


class ForbiddenError(ExportError):
    """A member whose role is too small."""

    code = "forbidden"
    title = "Your role does not allow this"
    status = 403


class NotFoundError(ExportError):
    """Also what somebody sees who is no member: existence does not leak."""

    code = "not-found"
    title = "Not found"
    status = 404


class ConflictError(ExportError):
    """Right at another time, or after something else was done first."""

    code = "conflict"
    title = "The current state does not allow this"
    status = 409


class GoneError(ExportError):
    """It was there and has expired or was deleted."""

    code = "gone"
    title = "No longer available"
    status = 410


class TooLargeError(ExportError):
    """More bytes, files or characters than the limits allow."""

    code = "too-large"
    title = "A limit is exceeded"
    status = 413


class UnknownPlatformError(ExportError):
    """No exporter is built for the platform."""

    code = "platform-unavailable"
    title = "The platform is not available"
    status = 422

    def __init__(self, platform: str, known: Collection[str]) -> None:
        available = ", ".join(sorted(known)) or "none"
        super().__init__(f"no exporter for {platform!r}; available: {available}")


class ConfigurationError(ExportError):
    """A setting is wrong: the process stops and says which, its value and what is allowed."""

    code = "configuration"
    title = "A setting is wrong"


def as_sentence(message: str) -> str:
    """An error's message as a sentence of its own, so that another may follow it.

    It begins with a capital where its first word is a word (a path or a quoted name stays as it is)
    and ends with a full stop, unless its last line is indented: that is code.
    """
    text = message.strip()
    if re.match(r"[a-z]+[ ,;:]", text):
        text = text[0].upper() + text[1:]
    is_code = text.rpartition("\n")[2].startswith(" ")
    return text if is_code or text.endswith((".", "!", "?", "…")) else f"{text}."


class StorageRefusedError(Exception):
    """S3 said no for good; ``code`` is S3's own (``PreconditionFailed``, ``AccessDenied``, …)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
