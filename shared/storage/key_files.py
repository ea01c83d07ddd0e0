"""A pair of S3 keys that lies in two files, and may be replaced while we work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import structlog
from aiobotocore.credentials import AioCredentials
from botocore.credentials import CredentialProvider

from shared.errors import ConfigurationError
from shared.secret_files import read_secret

if TYPE_CHECKING:
    from aiobotocore.session import AioSession
    from botocore.credentials import ReadOnlyCredentials

    from shared.settings import S3Settings

log = structlog.get_logger()

# What storages say of a key that they do not know; a HEAD is answered without a word.
REFUSED: Final = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "Unauthorized", "403"}
READS: Final = 3


def check_pair(settings: S3Settings) -> None:
    """Raise where a key has no secret, or a secret no key.

    Raises:
        ConfigurationError: With both variables.
    """
    if bool(settings.access_key_id) != bool(settings.secret_access_key):
        raise ConfigurationError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together")


class FileCredentials(AioCredentials):
    """The pair as it is signed with: never one half of it old and the other new.

    Two files cannot be replaced at the same moment. So the pair stays as it is until both halves
    have changed, or until it is refused. One half may come from the environment; then the other is
    read once the pair is refused.
    """

    def __init__(self, settings: S3Settings) -> None:
        super().__init__(settings.access_key_id, settings.secret_access_key, method="key-files")
        self._settings = settings
        self._told = ""

    async def get_frozen_credentials(self) -> ReadOnlyCredentials:  # type: ignore[override]
        """The pair for one signature."""
        key, secret = self._read()
        if key != self.access_key and secret != self.secret_key:
            self._take(key, secret)
        return await super().get_frozen_credentials()

    def refused(self) -> None:
        """Take what the files say now, be it half of it."""
        found = self._read()
        for _ in range(READS):
            before, found = found, self._read()
            if before == found:
                break
        self._take(*found)

    def _read(self) -> tuple[str, str]:
        key, secret = self._settings.access_key_id, self._settings.secret_access_key
        try:
            if file := self._settings.access_key_id_file:
                key = read_secret("AWS_ACCESS_KEY_ID_FILE", file)
            if file := self._settings.secret_access_key_file:
                secret = read_secret("AWS_SECRET_ACCESS_KEY_FILE", file)
        except ConfigurationError as error:
            if str(error) != self._told:
                log.warning("storage.key_unreadable", error=str(error))
            self._told = str(error)
            return self.access_key, self.secret_key
        self._told = ""
        return key, secret

    def _take(self, key: str, secret: str) -> None:
        if (key, secret) != (self.access_key, self.secret_key):
            log.info("storage.key_renewed", access_key_id=key)
        self.access_key, self.secret_key = key, secret


class KeyFiles(CredentialProvider):
    """Gives a session that pair, and has a refused request signed once more."""

    METHOD = "key-files"

    def __init__(self, settings: S3Settings) -> None:
        super().__init__()
        self._credentials = FileCredentials(settings)

    def serve(self, session: AioSession) -> None:
        """Before anything that the SDK would find by itself."""
        session.get_component("credential_provider").insert_before("env", self)
        session.register("needs-retry.s3", self._retry)

    async def load(self) -> FileCredentials:
        """What every request of the session is signed with."""
        return self._credentials

    def _retry(self, response: Any, attempts: int, **_: Any) -> int | None:
        """Seconds until the request is signed anew; None: it is not."""
        if response is None or attempts > 1:
            return None
        if response[1].get("Error", {}).get("Code") not in REFUSED:
            return None
        self._credentials.refused()
        return 0
