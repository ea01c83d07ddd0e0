"""Downloads: who may fetch an artifact, and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import structlog

from shared.domain.events import now
from shared.domain.log_keys import keys_of_document
from shared.errors import ConflictError, GoneError, NotFoundError

if TYPE_CHECKING:
    from services.gateway.exports.exports import Exports
    from services.gateway.projects.membership import Projects
    from shared.domain.export_document import State
    from shared.storage.bucket import Storage
    from shared.tokens import Ticket, Tokens, User

log = structlog.get_logger()

URL_LIVES_S: Final = 300


class ArtifactExpiredError(GoneError):
    """The artifact has expired; where the export can still be retried, the answer links to that."""

    title = "The artifact has expired"

    def __init__(self, state: State, *, retry_url: str) -> None:
        expired = f"the artifact expired at {state.download_expires_at:%Y-%m-%d %H:%M} UTC"
        self.members: dict[str, Any] = {"canRetry": state.can_retry}
        if state.can_retry:
            self.members["retryUrl"] = retry_url
            super().__init__(f"{expired}: POST to retryUrl, which makes it again as it was")
        else:
            super().__init__(f"{expired}. {state.retry_disabled_reason}")


class Downloads:
    """From a member, or a ticket, to a URL of the storage that lives some minutes."""

    def __init__(
        self, exports: Exports, *, projects: Projects, storage: Storage, tokens: Tokens
    ) -> None:
        self._exports = exports
        self._projects = projects
        self._storage = storage
        self._tokens = tokens

    async def url(self, project_id: str, export_id: str, *, user: User | None, ticket: str) -> str:
        """Where the artifact can be fetched.

        Args:
            project_id: The export's project.
            export_id: The export.
            user: Who asks; None: whoever has the ticket.
            ticket: A signed ticket for this download.

        Raises:
            UnauthorizedError, NotFoundError: Not for the caller.
            ConflictError: There is no artifact.
            ArtifactExpiredError: There is none any more.
        """
        if user is not None:
            await self._projects.get(project_id, user, "viewer")
            holder = {"user_id": user.user_id}
        else:
            found = await self._check_ticket(ticket, project_id, export_id)
            holder = {"ticket_of": found.user_id}
        document = await self._exports.get(project_id, export_id)
        state, key = document.state, document.artifact_key
        if key is None or state.download_expires_at is None:
            raise ConflictError(f"the export is {state.status}: there is nothing to download")
        if state.download_expires_at <= now():
            retry_url = f"{self._exports.links.status(project_id, export_id)}/retry"
            raise ArtifactExpiredError(await self._exports.state(document), retry_url=retry_url)
        name = state.file_name or "artifact"
        url = await self._storage.presign(key, file_name=name, expires_s=URL_LIVES_S)
        log.info("download.link-made", **holder, **keys_of_document(document))
        return url

    async def _check_ticket(self, text: str, project_id: str, export_id: str) -> Ticket:
        """A ticket is good for as long as its project is there."""
        ticket = self._tokens.open_ticket(text, use="download", export_id=export_id)
        found = await self._projects.find(project_id)
        if found is None or found.value.deleted_at or ticket.project_id != project_id:
            raise NotFoundError(f"no project {project_id!r}")
        return ticket
