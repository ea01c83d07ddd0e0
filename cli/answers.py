"""What an answer of the gateway means: a result, a refusal, or that it is to be asked again."""

from __future__ import annotations

from typing import Any, Final

from cli.exit_codes import CommandError, UnreachableError, for_status

ATTEMPTS: Final = 5
RETRY_STATUS: Final = {429, 502, 503, 504}
LONGEST_WAIT_S: Final = 60.0  # who is asked to wait longer is told so at once
FIRST_WAIT_S: Final = 1.0  # doubles
_REFUSED: Final = 400  # and above: RFC 9110 section 15


class ApiError(CommandError):
    """The gateway has refused a request: its ``status`` and the whole ``problem``."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        details = "".join(
            f"\n  {d.get('path')}: {d.get('message')}" for d in problem.get("details") or []
        )
        super().__init__(f"{problem.get('detail') or problem.get('title') or status}{details}")
        self.status = status
        self.problem = problem
        self.exit_code = for_status(status)


def wait_s(attempt: int) -> float:
    """How long to wait after an attempt, the first one is 1, that nobody has answered."""
    return FIRST_WAIT_S * 2.0 ** (attempt - 1)


def asked_again_after_s(status: int, retry_after: str | None, attempt: int) -> float | None:
    """How long to wait before the request is repeated; None: the answer counts."""
    asked_s = float(retry_after) if retry_after and retry_after.isdecimal() else 0.0
    seconds = max(asked_s, wait_s(attempt))
    may_wait = attempt < ATTEMPTS and seconds <= LONGEST_WAIT_S
    return seconds if status in RETRY_STATUS and may_wait else None


def check(url: str, path: str, status: int, problem: Any) -> None:
    """Let only answers pass that are no refusals.

    Args:
        url: The gateway's.
        path: What was asked for.
        status: The answer's.
        problem: Its JSON; anything else where it has none.

    Raises:
        UnreachableError: The gateway is away or too busy.
        ApiError: It has refused the request.
    """
    if status < _REFUSED:
        return
    told = problem if isinstance(problem, dict) else {"detail": f"{path} answered {status}"}
    if status in RETRY_STATUS:
        raise UnreachableError(f"{url}: {told.get('detail')}")
    raise ApiError(status, told)


def unanswered(url: str, error: Exception) -> UnreachableError:
    """What to say where nobody has answered at all."""
    return UnreachableError(f"no answer from {url}: {str(error) or repr(error)}")
