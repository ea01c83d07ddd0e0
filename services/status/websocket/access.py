"""The access check of the WebSocket: a ticket, or a bearer token of a member."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from services.status.websocket.close_codes import CloseCode
from shared.domain.events import is_export_id
from shared.errors import ForbiddenError, NotFoundError, UnauthorizedError, UnavailableError
from shared.stores.exports import export_key, project_of
from shared.stores.projects import project_key
from shared.tokens import Ticket, TicketExpiredError, Tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.domain.export_document import Document
    from shared.domain.project import Project
    from shared.jetstream.event_log import EventLog
    from shared.jetstream.key_value import KeyValueStore

PROTOCOL: Final = "aethel.export.v1"


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """A client may not watch: the close code of its socket, and why."""

    def __init__(self, close_code: CloseCode, code: str, message: str) -> None:
        super().__init__(message)
        self.close_code = close_code
        self.code = code


def bad_request(message: str) -> Refused:
    """The refusal of a request that is malformed."""
    return Refused(CloseCode.BAD_REQUEST, "bad-request", message)


class Visitor(NamedTuple):
    """Who has signed in, and the ticket where it was by one."""

    user_id: str
    ticket: Ticket | None


class AccessCheck:
    """Decides who may watch an export, by what a client brings."""

    def __init__(
        self,
        tokens: Tokens,
        projects: KeyValueStore[Project],
        exports: KeyValueStore[Document],
        events: EventLog,
    ) -> None:
        self._tokens = tokens
        self._projects = projects
        self._exports = exports
        self._events = events

    async def visitor(
        self, export_id: str, *, ticket: str | None, offered: Sequence[str]
    ) -> Visitor | None:
        """Who has signed in: what a client brings is valid, whatever it may see; else None."""
        token = _token(ticket, offered) or ""
        with suppress(UnauthorizedError):
            opened = self._tokens.open_ticket(token, use="watch", export_id=export_id)
            return Visitor(opened.user_id, opened)
        with suppress(UnauthorizedError, UnavailableError):
            return Visitor((await self._tokens.user(token)).user_id, None)
        return None

    async def check(self, export_id: str, *, ticket: str | None, offered: Sequence[str]) -> Ticket:
        """The ticket from the query, or one made of what is offered as a subprotocol.

        Raises:
            Refused: 4003 expired, 4501 forbidden, 4502 bad request, 4504 no such export.
            UnavailableError: Nobody can tell at the moment.
        """
        if not is_export_id(export_id):
            raise Refused(CloseCode.NOT_FOUND, "not-found", "there is no such export")
        token = _token(ticket, offered)
        if token is None:
            raise bad_request("bring a ticket (?ticket=…) or a bearer token")
        try:
            return self._tokens.open_ticket(token, use="watch", export_id=export_id)
        except TicketExpiredError as error:
            raise Refused(CloseCode.TICKET_EXPIRED, error.code, str(error)) from error
        except UnauthorizedError as error:
            if ticket is not None:
                raise Refused(CloseCode.FORBIDDEN, error.code, str(error)) from error
            return await self._member(export_id, token)

    async def _member(self, export_id: str, bearer: str) -> Ticket:
        try:
            user = await self._tokens.user(bearer)
            project = await self._project_of(export_id)
            project.require(user.user_id, "viewer")
        except NotFoundError as error:
            raise Refused(CloseCode.NOT_FOUND, "not-found", "there is no such export") from error
        except (UnauthorizedError, ForbiddenError) as error:
            raise Refused(CloseCode.FORBIDDEN, error.code, str(error)) from error
        return Ticket(use="watch", export_id=export_id, project_id=project.id, user_id=user.user_id)

    async def _project_of(self, export_id: str) -> Project:
        """The export's project, by its document, or by its events while there is none yet.

        Raises:
            NotFoundError: There is no such export, or no such project any more.
        """
        names = [project_of(key) for key in await self._exports.keys(export_key("*", export_id))]
        names = names or [event.project_id for _, event in await self._events.of(export_id)]
        found = await self._projects.get(project_key(names[0])) if names else None
        if found is None:
            raise NotFoundError(f"no export {export_id!r}")
        return found.value


def _token(ticket: str | None, offered: Sequence[str]) -> str | None:
    return ticket or next((text for text in offered if text != PROTOCOL), None)
