"""The secrets of HS256: one signs, and another one is believed beside it while they are rotated."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from shared.errors import ConfigurationError
from shared.identity.settings import SecretSettings
from shared.settings import load, variables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

log = structlog.get_logger()

FILES: Final = tuple(f"{found['env']}_FILE" for _, found in variables(SecretSettings))


class SigningSecrets:
    """Read again as soon as one of their files has changed, so that rotating needs no restart.

    Args:
        read: All that are believed, the one that signs first (raises ConfigurationError).
        files: Where they lie.
    """

    def __init__(self, read: Callable[[], tuple[str, ...]], files: Sequence[Path] = ()) -> None:
        self._read = read
        self._files = files
        self._seen = self._stamps()
        self._secrets = read()

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ) -> SigningSecrets:
        """Those that an environment or its files hold.

        Raises:
            ConfigurationError: None, one that can be guessed, or the same one twice.
        """
        files = [Path(environ[name]) for name in FILES if environ.get(name)]
        return cls(lambda: load(SecretSettings, environ).checked(), files)

    @property
    def signing(self) -> str:
        """The one that signs."""
        return self.believed[0]

    @property
    def believed(self) -> tuple[str, ...]:
        """All whose signatures are good, the one that signs first."""
        stamps = self._stamps()
        if stamps != self._seen:
            self._seen = stamps
            self._read_again()
        return self._secrets

    def _read_again(self) -> None:
        """Half a rotation, or a bad one, must not stop a service that works."""
        try:
            secrets = self._read()
        except ConfigurationError as error:
            log.warning(
                "tokens.secrets-refused", error=str(error), still_believed=len(self._secrets)
            )
            return
        if secrets != self._secrets:
            log.info("tokens.secrets-changed", believed=len(secrets))
        self._secrets = secrets

    def _stamps(self) -> tuple[tuple[int, int, int] | None, ...]:
        """What changes with a file's content, whether it is written, replaced or linked anew."""
        return tuple(_stamp(file) for file in self._files)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
