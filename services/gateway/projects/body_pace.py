"""The pace of a body: whoever falls silent, or sends too slowly, is not waited for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from litestar.exceptions import InternalServerException

from shared.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SILENCE_S: Final = 60.0  # that a body may keep us waiting for; it earns more with what comes
SLOWEST: Final = 4 << 10  # bytes a second
SLOWEST_IN_A_CROWD: Final = 32 << 10  # while others wait for its place


class BrokenBodyError(ExportError):
    """The client went away, fell silent or was too slow in the middle of a body."""

    code = "body-incomplete"
    title = "The body did not arrive whole"
    status = 408
    retryable = True


def _nobody_waits() -> bool:
    return False


async def paced(
    body: AsyncIterator[bytes], *, others_wait: Callable[[], bool] = _nobody_waits
) -> AsyncIterator[bytes]:
    """The chunks of a body, as long as they keep coming (raises BrokenBodyError).

    Nor may they trickle in: whoever does that for long keeps others from their turn. One limit that
    is set anew for each chunk: a task for each would cost more than the chunk.
    """
    clock = asyncio.get_running_loop().time
    left_s, waits_since = SILENCE_S, clock()
    try:
        async with asyncio.timeout(left_s) as limit:
            async for chunk in body:
                limit.reschedule(None)  # what the reader does with it is not the client's silence
                slowest = SLOWEST_IN_A_CROWD if others_wait() else SLOWEST
                earned_s = len(chunk) / slowest
                left_s = min(left_s - (clock() - waits_since) + earned_s, SILENCE_S)
                yield chunk
                waits_since = clock()
                limit.reschedule(waits_since + left_s)
    except TimeoutError as error:
        raise BrokenBodyError("it came too slowly, or not at all: send it again") from error
    except InternalServerException as error:  # Litestar's word for it
        raise BrokenBodyError("the connection was closed in the middle of the body") from error
