"""What an answer of the gateway means: a result, a refusal, or that it is to be asked again."""

from __future__ import annotations

import json
from typing import Any, Final

from cli.exit_codes import CommandError, UnreachableError, UsageError, for_status
from cli.web_address import led_to

ATTEMPTS: Final = 5
RETRY_STATUS: Final = {429, 502, 503, 504}
LONGEST_WAIT_S: Final = 60.0  # who is asked to wait longer is told so at once
FIRST_WAIT_S: Final = 1.0  # doubles
_LEADS_ELSEWHERE: Final = 300  # and above: RFC 9110 section 15
_REFUSED: Final = 400


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


def leads_elsewhere(status: int) -> bool:
    """Whether an answer is a redirect."""
    return _LEADS_ELSEWHERE <= status < _REFUSED


def check(url: str, path: str, status: int, content: bytes, location: str | None) -> Any:
    """Let only results of a gateway pass.

    Args:
        url: The gateway's.
        path: What was asked for.
        status: The answer's.
        content: What it consists of.
        location: Its header of that name.

    Returns:
        Its JSON, an object; None where it is empty.

    Raises:
        UsageError: The URL is not the gateway's own, which it leads to.
        UnreachableError: The gateway is away or too busy, or is none.
        ApiError: It has refused the request.
    """
    told = _parsed(content)
    if leads_elsewhere(status) and location:
        raise _elsewhere(url, path, location)
    if status in RETRY_STATUS:
        raise UnreachableError(
            f"{url}: {(told or {}).get('detail') or f'{path} answered {status}'}"
        )
    if status >= _REFUSED:
        raise ApiError(status, told or {"detail": f"{path} answered {status}"})
    if status >= _LEADS_ELSEWHERE or (content and told is None):
        told = required(url, path, None)
    return told


def required(url: str, path: str, told: Any) -> Any:
    """A result that is not empty (raises UnreachableError)."""
    if told is None:
        raise UnreachableError(f"{url} is no gateway: {path} answered something else than JSON")
    return told


def _parsed(content: bytes) -> dict[str, Any] | None:
    """The JSON object, None where there is none."""
    try:
        told = json.loads(content) if content else None
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _elsewhere(url: str, path: str, location: str) -> CommandError:
    """What to say of a redirect: the same service is somewhere else, or something else is there."""
    to = led_to(url + path, location).partition("?")[0]
    if to.endswith(path):
        to = to.removesuffix(path)
        return UsageError(f"{url} leads to {to}: set AETHEL_EXPORT_URL to that")
    return UnreachableError(f"{url} is no gateway: {path} leads to {to}")


def unanswered(url: str, error: Exception) -> UnreachableError:
    """What to say where nobody has answered at all."""
    return UnreachableError(f"no answer from {url}: {str(error) or repr(error)}")
