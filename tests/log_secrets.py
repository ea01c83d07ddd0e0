"""Looks for secrets in the logs of processes: those that are known, and whatever looks like one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.local.credentials import Credentials

WITHOUT_NET: Final = str(Path(__file__).parent / "without_net")  # for PYTHONPATH
LOOKS: Final = {
    "a presigned URL": r"X-Amz-(Signature|Credential|Security-Token)\b",
    "a ticket": r"[?&]ticket=(?!\[)",
    "a bearer token": r"\bBearer\s+[\w.~+/-]{8,}",
    "a JWT": r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+",
    "a password in a URL": r"://[^/\s:@'\"]+:(?!\[redacted\]@)[^/\s@'\"]+@",
    "a seed": r"\bS[ACNOUX][A-Z2-7]{56}\b",
    "a cookie": r"(?i)\b(set-)?cookie['\"]?\s*[:=]",
    "a private key": r"BEGIN [A-Z ]*PRIVATE KEY",
}


def of_installation(credentials: Credentials) -> dict[str, str]:
    """All that a data folder keeps from others, by what it is."""
    identities = ("gateway", "packager", "uploader", "status", "operator")
    return {
        "the secret of tokens": credentials.jwt,
        "the storage's own key": credentials.s3_secret_key,
        "the key of its parts": credentials.weed_key,
        **{f"the password of {user}": word for user, word in credentials.nats.items()},
        **{f"the key of {who}": credentials.s3_key(who)[1] for who in identities},
    }


def found(data: Path, secrets: dict[str, str]) -> list[str]:
    """What is in the logs of a data folder's processes, each once for a file, with its line."""
    logs = sorted([*data.glob("logs/*.log"), *data.glob("n*/log")])
    assert logs, f"no logs in {data}"
    return [
        f"{name} in {log}: {line[:600]}"
        for log in logs
        for name, line in _in(log.read_text(errors="replace"), secrets).items()
    ]


def _in(text: str, secrets: dict[str, str]) -> dict[str, str]:
    return {name: line for line in text.splitlines() for name in _names(line, secrets)}


def _names(line: str, secrets: dict[str, str]) -> Iterator[str]:
    yield from (name for name, secret in secrets.items() if secret in line)
    yield from (name for name, look in LOOKS.items() if re.search(look, line))
