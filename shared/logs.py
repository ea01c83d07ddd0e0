"""The process's own log: structlog events, a constant dotted name and keys, one object a line."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import structlog

from shared.log_values import for_a_terminal, without_secrets

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

    from shared.settings import LogSettings


# Without local variables: they hold tokens and secrets, and make one error as long as a book.
_tracebacks = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def configure(settings: LogSettings, *, service: str, for_good: bool = False) -> None:
    """Send structlog and the standard library's logging to standard error in the same form.

    ``for_good``: it is not set up otherwise later in this process; loggers need not look.
    """

    def named(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        return {**line, "service": service}

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        named,
        structlog.processors.add_log_level,
    ]
    stamped = structlog.processors.TimeStamper(fmt="iso", utc=True)  # no secret: last
    if settings.format == "json":
        renderer: list[structlog.typing.Processor] = [
            _tracebacks,
            without_secrets,
            stamped,
            structlog.processors.JSONRenderer(),
        ]
    else:
        renderer = [
            structlog.processors.format_exc_info,
            without_secrets,
            stamped,
            for_a_terminal,
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ]
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(settings.level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=for_good,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=settings.level, force=True)
    # Requests are logged once, by our own middleware. Of WebSockets it would tell the whole query,
    # and so the ticket.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
