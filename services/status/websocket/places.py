"""How many sockets one user may have open in this process: in all, and on one export."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from services.status.websocket.access import Refused
from services.status.websocket.close_codes import CloseCode
from shared.errors import TooManyRequestsError
from shared.service.cell_rate import CellRate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.tokens import Ticket

PER_USER: Final = 100
PER_EXPORT: Final = 10
PER_SECOND: Final = 10  # once as many have come as may be open
LONGEST_S: Final = 10.0  # that one is held back


class SocketPlaces:
    """Counts sockets by who watches what: a ticket, too, opens no more than one user may have."""

    def __init__(self, *, per_user: int = PER_USER, per_export: int = PER_EXPORT) -> None:
        self._per_user = per_user
        self._rate = CellRate(
            PER_SECOND, burst=per_user, longest_s=LONGEST_S, what=f"{PER_SECOND} sockets a second"
        )
        self._per_export = per_export
        self._taken: Counter[tuple[str, ...]] = Counter()

    def wait_s(self, user_id: str) -> float:
        """How long one more socket of a user has to wait before it is let in.

        Raises:
            Refused: 4529, that would be too long.
        """
        try:
            return self._rate.take(user_id)
        except TooManyRequestsError as error:
            raise _too_many(str(error)) from error

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
    return Refused(CloseCode.TOO_MANY, "too-many-sockets", message)
