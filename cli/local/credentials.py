"""The credentials of one data folder: random, made once, readable by their owner only."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Final

import msgspec

from cli.local.errors import StackError
from cli.local.private_files import private_folder, write_private
from shared.jetstream.permissions import USERS

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "secrets.json"


def _passwords() -> dict[str, str]:
    return {user: secrets.token_hex(16) for user in USERS}


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that must not be guessed, hexadecimal."""

    jwt: str = msgspec.field(default_factory=lambda: secrets.token_hex(32))
    nats: dict[str, str] = msgspec.field(default_factory=_passwords)  # by user
    s3_secret_key: str = msgspec.field(default_factory=lambda: secrets.token_hex(20))
    weed_key: str = msgspec.field(default_factory=lambda: secrets.token_hex(16))

    def s3_key(self, identity: str) -> tuple[str, str]:
        """Key id and secret of one of the storage's identities."""
        return identity, derived(self.s3_secret_key, identity)


def derived(secret: str, purpose: str) -> str:
    """A secret for one purpose, hexadecimal; neither the first nor another follows from it."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha256").hex()


def open_credentials(data: Path) -> Credentials:
    """Read the folder's credentials; make those that an earlier version did not have.

    Raises:
        StackError: A folder with something else in it, or a damaged file.
    """
    path = data / FILE
    if not path.exists():
        if data.is_dir() and any(entry.name != "lock" for entry in data.iterdir()):
            raise StackError(f"{data} is not a data folder of ours: name an empty or a new one")
        private_folder(data)
        write_private(path, b"{}")
    try:
        known = msgspec.json.decode(path.read_bytes(), type=Credentials)
    except (msgspec.MsgspecError, OSError) as error:
        raise StackError(f"{path} is damaged ({error}): move {data} away and start anew") from error
    credentials = msgspec.structs.replace(known, nats={**_passwords(), **known.nats})
    write_private(path, msgspec.json.encode(credentials))
    private_folder(data)  # an older version left it open to others
    return credentials
