"""The credentials of one data folder: random, made once, readable by their owner only."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Final

import msgspec

from cli.local.errors import StackError
from cli.local.private_files import FILE_MODE, private_folder, write_private

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "secrets.json"


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that must not be guessed, hexadecimal."""

    jwt: str = msgspec.field(default_factory=lambda: secrets.token_hex(32))
    nats_password: str = msgspec.field(default_factory=lambda: secrets.token_hex(16))
    s3_secret_key: str = msgspec.field(default_factory=lambda: secrets.token_hex(20))
    weed_key: str = msgspec.field(default_factory=lambda: secrets.token_hex(16))

    def s3_key(self, identity: str) -> tuple[str, str]:
        """Key id and secret of one of the storage's identities."""
        return identity, derived(self.s3_secret_key, identity)


def derived(secret: str, purpose: str) -> str:
    """A secret for one purpose, hexadecimal; neither the first nor another follows from it."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha256").hex()


def open_credentials(data: Path) -> Credentials:
    """Read the folder's credentials; make them where the folder is new.

    Raises:
        StackError: A folder with something else in it, or a damaged file.
    """
    path = data / FILE
    if not path.exists():
        if data.is_dir() and any(entry.name != "lock" for entry in data.iterdir()):
            raise StackError(f"{data} is not a data folder of ours: name an empty or a new one")
        private_folder(data)
        write_private(path, msgspec.json.encode(Credentials()))
    try:
        credentials = msgspec.json.decode(path.read_bytes(), type=Credentials)
    except (msgspec.MsgspecError, OSError) as error:
        raise StackError(f"{path} is damaged ({error}): move {data} away and start anew") from error
    private_folder(data)  # an older version left it open to others
    path.chmod(FILE_MODE)
    return credentials
