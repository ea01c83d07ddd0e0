"""What it means when S3 says no."""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal["missing", "unavailable", "refused"]
KINDS: Final[tuple[Kind, ...]] = ("missing", "unavailable", "refused")
STS: Final = "AssumeRole"  # what the operations of a token service begin with

_MISSING: Final = {"404", "NoSuchKey", "NoSuchUpload", "NotFound"}
_TRANSIENT: Final = {
    "SlowDown",
    "InternalError",
    "ServiceUnavailable",
    "RequestTimeout",
    "RequestTimeTooSkewed",  # a clock that jumped, ours or theirs
    "403",  # what a HEAD is answered then: it has no body to say why
    "InvalidAccessKeyId",  # keys that are being rotated; whoever rotates them may not be done yet
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "Throttling",
    "503",
    "500",
}


def kind_of(code: str, status: int) -> Kind:
    """Which of our errors an answer is, by S3's own code and the HTTP status."""
    if code in _MISSING:
        return "missing"
    if code in _TRANSIENT or status >= 500:  # noqa: PLR2004 - RFC 9110 section 15.6
        return "unavailable"
    return "refused"
