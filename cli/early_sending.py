"""Sending what a project lacks while the folder's other files are still being hashed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cli.answers import ApiError, required
from cli.content_sender import PACK_BYTES, PARALLEL

if TYPE_CHECKING:
    from cli.blocking_client import BlockingClient
    from cli.content_sender import ContentSender
    from cli.project_folder import Content, FolderReading

MOST_HASHES: Final = 10_000  # of one question, as the gateway takes them
QUESTIONS: Final = 16  # the gateway looks through the whole project for each


class EarlySending:
    """Asks which of the contents read so far are missing, and lets those go.

    It is in nobody's way: where the gateway does not answer such questions, or refuses the whole
    project, nothing is sent, and the manifest's own answer counts. A small folder asks nothing.

    Args:
        client: Of the gateway.
        url: Where it is asked.
        sender: Sends what is missing.
        reading: The folder.
    """

    def __init__(
        self, client: BlockingClient, url: str, sender: ContentSender, reading: FolderReading
    ) -> None:
        self._client = client
        self._url = url
        self._sender = sender
        self._totals = {"files": reading.files, "totalBytes": reading.size_bytes}
        self._enough = max(PARALLEL * PACK_BYTES, reading.size_bytes // QUESTIONS)
        self._offered: list[Content] = []
        self._offered_bytes = 0
        self._asked: set[str] = set()
        self._may_ask = True

    def offer(self, content: Content) -> None:
        """A content that was read; from time to time it is asked for with those before it."""
        if not self._may_ask or content.sha256 in self._asked:
            return
        self._asked.add(content.sha256)
        self._offered.append(content)
        self._offered_bytes += content.size
        is_full = len(self._offered) == MOST_HASHES
        if is_full or (self._offered_bytes >= self._enough and not self._sender.is_behind):
            self._ask()

    def finish(self) -> None:
        """Send the rest, if anything was sent."""
        if self._sender.files and self._offered:
            self._ask()

    def _ask(self) -> None:
        """Ask which are missing, and send them."""
        self._sender.check()
        contents, self._offered, self._offered_bytes = self._offered, [], 0
        question = {"sha256": [content.sha256 for content in contents], **self._totals}
        try:
            answer = required(self._url, self._url, self._client.send("POST", self._url, question))
        except ApiError:
            self._may_ask = False
            return
        missing = set(answer["missing"])
        self._sender.send([content for content in contents if content.sha256 in missing])
