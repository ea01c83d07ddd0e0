"""How many sockets one user may have open in this process: in all, and on one export."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from services.status.websocket.access import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.tokens import Ticket

TOO_MANY: Final = 4529  # as HTTP's 429
PER_USER: Final = 100
PER_EXPORT: Final = 10


class SocketPlaces:
    """Counts sockets by who watches what: a ticket, too, opens no more than one user may have."""

    def __init__(self, *, per_user: int = PER_USER, per_export: int = PER_EXPORT) -> None:
        self._per_user = per_user
        self._per_export = per_export
        self._taken: Counter[tuple[str, ...]] = Counter()

    @contextmanager
    def place(self, ticket: Ticket) -> Iterator[None]:
        """Hold a place for one more socket.

        Raises:
            Refused: 4529, the user has no more.
        """
        of_user, of_export = (ticket.user_id,), (ticket.user_id, ticket.export_id)
        if self._taken[of_user] >= self._per_user:
            raise _too_many(f"you have {self._per_user} sockets open: close some")
        if self._taken[of_export] >= self._per_export:
            raise _too_many(f"you have {self._per_export} sockets open on this export: close some")
        self._taken.update((of_user, of_export))
        try:
            yield
        finally:
            for key in (of_user, of_export):
                self._taken[key] -= 1
                if not self._taken[key]:
                    del self._taken[key]


def _too_many(message: str) -> Refused:
    return Refused(TOO_MANY, "too-many-sockets", message)
