"""A scanner finds private keys and tokens in what a file holds.

It looks for what has a form of its own: keys in PEM, tokens that begin as their issuer has them
begin, credentials as clouds write them. A certificate or a public key is none, nor is a game's
``keys.json``, nor what an example leaves blank.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

from shared.domain.ignore_patterns import IGNORE_FILE
from shared.domain.private_files import Kind, LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterable

KEPT_BYTES: Final = 4_096  # of a block, as what is looked for may begin in it
LETTERS: Final = 4  # different ones in a token that is none of an example
LOOKED_AT_BYTES: Final = 8_192  # for a NUL, which no text has
KEY_SUFFIXES: Final = (".pem", ".key")  # secrets by name, unless what they hold is public
MEDIA_SUFFIXES: Final = (
    *(".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".bmp", ".ico", ".ktx2", ".basis", ".dds"),
    *(".mp3", ".ogg", ".opus", ".wav", ".m4a", ".flac", ".mp4", ".webm", ".mov"),
    *(".glb", ".fbx", ".bin", ".wasm", ".woff", ".woff2", ".ttf", ".otf", ".zip", ".gz", ".psd"),
)

_PRIVATE: Final = re.compile(
    rb"-----BEGIN (?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
    rb"(?:\s|\\+[nrt]|[\"'],?\s{0,64}\+?\s{0,64}[\"'])*+"
    rb"(?:\Z|[A-Za-z0-9+/=]{4}|Proc-Type:|DEK-Info:|Version:|Comment:)"
)
_PUBLIC: Final = re.compile(
    rb"-----BEGIN (?:(?:TRUSTED |X509 )?CERTIFICATE(?: REQUEST)?|X509 CRL|PKCS7|DH PARAMETERS"
    rb"|EC PARAMETERS|(?:[A-Z0-9]{2,12} )?PUBLIC KEY(?: BLOCK)?)-----"
)
_SERVICE_ACCOUNT: Final = re.compile(rb'"type"\s*:\s*"service_account"')
_AWS_ID: Final = re.compile(rb"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])")
_AWS_MARK: Final = re.compile(rb"A[KS]IA")
_AWS_SECRET: Final = re.compile(
    rb"(?<![A-Za-z0-9/+])(?=[A-Za-z0-9/+]*[a-z])(?=[A-Za-z0-9/+]*[A-Z])"
    rb"[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
)
_END: Final = rb"(?![A-Za-z0-9_])"
# What tokens begin with, what they are, and their form; as few marks as can be, as each is looked
# for in the whole of every text, which is quick where it begins with two letters or more.
_TOKENS: Final = tuple(
    (re.compile(mark), name, re.compile(rb"(?<![A-Za-z0-9_])(?:" + form + rb")" + _END))
    for mark, name, form in (
        (rb"gh[pousr]_", "a GitHub token", rb"gh[pousr]_([A-Za-z0-9]{36,255})"),
        (rb"github_pat_", "a GitHub token", rb"github_pat_([A-Za-z0-9_]{40,255})"),
        (rb"glpat-", "a GitLab token", rb"glpat-([A-Za-z0-9_-]{20,64})"),
        (rb"npm_", "an npm token", rb"npm_([A-Za-z0-9]{36})"),
        (rb"pypi-", "a PyPI token", rb"pypi-(AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,255})"),
        (rb"xox[abprs]-", "a Slack token", rb"xox[abprs]-([0-9]{8,}-[A-Za-z0-9-]{16,255})"),
        (rb"_live_", "a Stripe key", rb"[sr]k_live_([A-Za-z0-9]{24,255})"),
        (
            rb"sk-(?:ant|proj)-",
            "an API key",
            rb"sk-ant-([A-Za-z0-9_-]{32,255})|sk-proj-([A-Za-z0-9_-]{40,255})",
        ),
        (rb"GOCSPX-", "a Google client secret", rb"GOCSPX-([A-Za-z0-9_-]{28})"),
    )
)


class SecretScanner:
    """Looks at one file, block by block.

    Args:
        path: The file's; its suffix may say that it is a key.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._found = ""
        self._is_key_file = path.casefold().endswith(KEY_SUFFIXES)
        self._is_public = False
        self._is_utf16 = False
        self._is_binary: bool | None = None
        self._rest = b""

    def feed(self, block: bytes) -> None:
        """Look at the next bytes."""
        if self._is_binary is None and block:
            self._begin(block)
        if self._found or (self._is_binary and not self._is_key_file):
            return
        text = self._rest + (block.replace(b"\0", b"") if self._is_utf16 else block)
        self._found = _secret_in(text)
        if self._is_key_file and not self._is_public:
            self._is_public = _PUBLIC.search(text) is not None
        self._rest = text[-KEPT_BYTES:]

    def left_out(self) -> LeftOut | None:
        """The file, where what was seen of it, or else its name, looks like a secret."""
        if self._found or (self._is_key_file and not self._is_public):
            return LeftOut(self._path, Kind.SECRET, self._found)
        return None

    def _begin(self, block: bytes) -> None:
        marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        self._is_utf16 = block.startswith(marks)
        self._is_binary = not self._is_utf16 and b"\0" in block[:LOOKED_AT_BYTES]


def scan(path: str, blocks: Iterable[bytes]) -> LeftOut | None:
    """Look at a file; pictures, sounds and the like are not read.

    Args:
        path: The file's.
        blocks: What it holds.
    """
    if not is_scanned(path):
        return None
    scanner = SecretScanner(path)
    for block in blocks:
        scanner.feed(block)
    return scanner.left_out()


def is_scanned(path: str) -> bool:
    """Whether a file may hold text that is nobody's business."""
    return not path.casefold().endswith(MEDIA_SUFFIXES) and path != IGNORE_FILE


def _secret_in(text: bytes) -> str:
    """What looks like a secret; each mark is looked for first, as most texts have none."""
    if b"PRIVATE KEY" in text and _PRIVATE.search(text):
        return "a private key"
    if b"service_account" in text and b"private_key" in text and _SERVICE_ACCOUNT.search(text):
        return "the key of a service account"
    if _AWS_MARK.search(text) and _AWS_ID.search(text) and _AWS_SECRET.search(text):
        return "an AWS key with its secret"
    found = (name for mark, name, form in _TOKENS if mark.search(text) and _holds(form, text))
    return next(found, "")


def _holds(form: re.Pattern[bytes], text: bytes) -> bool:
    """Whether it is there, and no example: those repeat one letter."""
    return any(
        len(set(found[found.lastindex or 0].lower())) >= LETTERS for found in form.finditer(text)
    )
