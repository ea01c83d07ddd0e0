"""Secrets that lie in files, as engines and clusters mount them."""

from __future__ import annotations

from pathlib import Path

from shared.errors import ConfigurationError


def read_secret(variable: str, file: str, *, may_be_empty: bool = False) -> str:
    """What a file says now, without the end of its line.

    Args:
        variable: The one that names the file, for the message.
        file: Its path.
        may_be_empty: An empty one says that there is no secret.

    Raises:
        ConfigurationError: It cannot be read, or is empty.
    """
    try:
        secret = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{variable}={file}: the file cannot be read: {error}") from error
    if not (secret or may_be_empty):
        raise ConfigurationError(f"{variable}={file}: the file is empty")
    return secret
