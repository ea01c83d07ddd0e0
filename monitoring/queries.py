"""Every PromQL expression, once: alerts, service levels and dashboards take them from here.

``window`` is a duration as Prometheus writes it (``15m``), or Grafana's ``$__rate_interval``. What
status pods see of streams and consumers is the same in each of them, hence ``max``, not ``sum``.
"""

from __future__ import annotations

from typing import Final

from shared.domain.failure_codes import DEAD_LETTER_REASONS
from shared.domain.service_levels import PROBE_ROUTES

# Exports, as the status service reads them from events.
ACCEPTED: Final = "export_accepted_total"
COMPLETED: Final = "export_completed_total"
FAILED: Final = 'export_failed_total{reason!="project"}'  # by our fault
REFUSED: Final = 'export_failed_total{reason="project"}'
CANCELED: Final = "export_canceled_total"
# Of those, each has a dead letter; the worker that wrote it may have died with its own count.
DEAD: Final = f'export_failed_total{{reason=~"{"|".join(sorted(DEAD_LETTER_REASONS))}"}}'


def increase(counter: str, window: str, *by: str) -> str:
    """How much a counter has grown in a window; ``counter`` may have matchers."""
    return _sum(f"increase({counter}[{window}])", *by)


def rate(counter: str, window: str, *by: str) -> str:
    """How much a counter grows in a second."""
    return _sum(f"rate({counter}[{window}])", *by)


def quantile(share: float, histogram: str, window: str, *by: str) -> str:
    """The value that this share of observations does not exceed; ``histogram`` has no suffix."""
    name, brace, matchers = histogram.partition("{")
    buckets = rate(f"{name}_bucket{brace}{matchers}", window, *by, "le")
    return f"histogram_quantile({share:g}, {buckets})"


def _sum(expression: str, *by: str) -> str:
    return f"sum by ({', '.join(by)}) ({expression})" if by else f"sum({expression})"


def accepted(window: str, *by: str) -> str:
    """Exports accepted."""
    return increase(ACCEPTED, window, *by)


def completed(window: str, *by: str) -> str:
    """Exports completed."""
    return increase(COMPLETED, window, *by)


def failed(window: str, *by: str) -> str:
    """Exports failed by our fault."""
    return increase(FAILED, window, *by)


def refused(window: str, *by: str) -> str:
    """Exports failed by their project's fault."""
    return increase(REFUSED, window, *by)


def canceled(window: str, *by: str) -> str:
    """Exports canceled."""
    return increase(CANCELED, window, *by)


def ended(window: str, *by: str) -> str:
    """Exports ended, whichever way."""
    return increase("export_duration_seconds_count", window, *by)


def failure_ratio(window: str, *by: str) -> str:
    """Exports that failed by our fault among those that have ended, from 0 to 1."""
    return f"{failed(window, *by)} / ({ended(window, *by)} > 0)"


def workers_lost(window: str) -> str:
    """Attempts whose worker died, by platform and stage."""
    lost = 'export_attempts_failed_total{cause="worker-lost"}'
    return increase(lost, window, "platform", "stage")


def attempts_failed(window: str) -> str:
    """Attempts that another one follows, by cause."""
    return increase("export_attempts_failed_total", window, "cause")


def duration(share: float, window: str, *by: str) -> str:
    """Seconds from being accepted to the end, of exports that completed."""
    return quantile(share, 'export_duration_seconds{outcome="completed"}', window, *by)


def stage(share: float, window: str, *by: str) -> str:
    """Seconds of a stage."""
    return quantile(share, "export_stage_seconds", window, *(by or ("stage",)))


def fold_lag(share: float, window: str) -> str:
    """Seconds until an event is in its document."""
    return quantile(share, "export_fold_lag_seconds", window)


def reaped(window: str) -> str:
    """Exports that had stopped moving, by what was done."""
    return increase("export_reaped_total", window, "outcome")


# Streams, consumers and who works for them.
PENDING: Final = "max by (consumer) (export_consumer_pending)"
# Films take hours, and a slice that stands still is ended within minutes.
FILM_SLICES: Final = "film-slices"
FILMING: Final = (
    f'sum by (consumer) (export_messages_in_hand{{consumer=~"{FILM_SLICES}|packager-video"}})'
)
IN_FLIGHT: Final = "max by (consumer) (export_consumer_in_flight)"
REDELIVERED: Final = "max by (consumer) (export_consumer_redelivered)"
OLDEST_S: Final = "max by (consumer) (export_consumer_oldest_seconds)"
WORKERS: Final = "max by (consumer) (export_workers)"
STALLED: Final = "max by (consumer) (export_consumer_stalled)"
BREAKER_OPEN: Final = "max by (consumer) (export_breaker_open)"
STREAM_FILL: Final = "max by (stream) (export_stream_fill_ratio)"
STREAM_BYTES: Final = "max by (stream) (export_stream_bytes)"
STREAM_MESSAGES: Final = "max by (stream) (export_stream_messages)"
FIGURES_AGE_S: Final = "time() - max(export_streams_looked_at_timestamp_seconds)"


def waiting_throughout(window: str) -> str:
    """How many messages waited at least, all the time."""
    return f"max by (consumer) (min_over_time(export_consumer_pending[{window}]))"


def waiting_more(window: str) -> str:
    """How many messages more wait than at its beginning."""
    return f"max by (consumer) (delta(export_consumer_pending[{window}]))"


def oldest_of(consumers: str) -> str:
    """Age of the oldest message of consumers, in seconds; ``consumers`` is a pattern."""
    return f'max by (consumer) (export_consumer_oldest_seconds{{consumer=~"{consumers}"}})'


def acknowledged(window: str) -> str:
    """How far a consumer has got on; 0 while all that it has waits."""
    return f"max by (consumer) (delta(export_consumer_acknowledged[{window}]))"


def handled(window: str, *by: str) -> str:
    """Messages that workers have finished with."""
    return increase("export_messages_handled_total", window, *(by or ("consumer",)))


def finished(window: str) -> str:
    """Likewise, but those that come again."""
    again = "retry|returned|dead-letter-owed"
    counter = f'export_messages_handled_total{{outcome!~"{again}"}}'
    return increase(counter, window, "consumer")


def handling(share: float, window: str) -> str:
    """Seconds of one message in a worker's hands, by consumer."""
    return quantile(share, "export_message_handle_seconds", window, "consumer")


def dead_letters(window: str) -> str:
    """Exports that became dead letters, by platform; and messages of which nobody knows whose."""
    unreadable = 'export_dead_letters_total{reason=~"undecodable|unknown-version"}'
    exports = increase(DEAD, window, "platform", "reason")
    return f"({exports} or {increase(unreadable, window, 'consumer', 'reason')})"


def dead_letters_owed(window: str) -> str:
    """Dead letters that could not be written yet."""
    return increase("export_dead_letters_owed_total", window, "consumer")


def chatter_dropped(window: str) -> str:
    """Progress and log messages that could not be published."""
    return increase("export_chatter_dropped_total", window, "stream")


CHATTER_BEHIND: Final = "max by (stream) (export_chatter_behind)"
CHATTER_UNREADABLE: Final = "max by (stream) (export_chatter_unreadable)"


# Servers that processes need, and the processes themselves.
NATS_CONNECTED: Final = "export_nats_connected"
DISK_FREE: Final = "export_disk_free_bytes / (export_disk_bytes > 0)"
CERTIFICATE_LEFT_S: Final = (
    "min by (platform, key) (export_signing_certificate_expiry_timestamp_seconds) - time()"
)
SWEPT_AGE_S: Final = "time() - max(export_sweep_timestamp_seconds)"
FIRING: Final = 'count(ALERTS{alertname=~"Export.*", alertstate="firing"}) or vector(0)'
UP: Final = 'up{job=~"(.+/)?aethel-export"}'  # an operator's pod monitor puts its namespace before
MISSING: Final = " or ".join(
    f'absent(aethel_build_info{{service="{service}"}})'
    for service in ("gateway", "packager", "status", "uploader")
)


def swept(window: str) -> str:
    """Whole passes of sweepers."""
    return increase('export_sweeps_total{outcome="done"}', window)


def nats_errors(window: str) -> str:
    """Requests to JetStream that were refused or not answered, by operation."""
    return increase("export_nats_errors_total", window, "operation")


def nats_requests(share: float, window: str) -> str:
    """Seconds of a request to JetStream, by operation."""
    return quantile(share, "export_nats_request_seconds", window, "operation")


def storage_errors(window: str, *by: str) -> str:
    """S3 calls that failed."""
    return increase("export_storage_errors_total", window, *(by or ("kind",)))


def storage_requests(share: float, window: str) -> str:
    """Seconds of an S3 call, by operation."""
    return quantile(share, "export_storage_request_seconds", window, "operation")


def storage_away(window: str) -> str:
    """S3 calls that were not answered, or with 5xx, by instance."""
    return increase('export_storage_errors_total{kind="unavailable"}', window, "instance")


def storage_away_ratio(window: str) -> str:
    """Likewise, among all calls, from 0 to 1."""
    calls = increase("export_storage_request_seconds_count", window, "instance")
    return f"{storage_away(window)} / ({calls} > 0)"


def cache_hits(window: str) -> str:
    """Share of reads that the packagers' caches answer, from 0 to 1."""
    hits = rate('export_blob_cache_reads_total{outcome="hit"}', window)
    return f"{hits} / ({rate('export_blob_cache_reads_total', window)} > 0)"


def loop_lag(share: float, window: str) -> str:
    """Seconds by which event loops are late, by instance."""
    return quantile(share, "export_event_loop_lag_seconds", window, "instance")


# Clients; what machines ask is not among it.
OF_CLIENTS: Final = f'route!~"{"|".join(PROBE_ROUTES)}"'
ERRORS: Final = f'export_http_requests_total{{{OF_CLIENTS}, status=~"5.."}}'


def requests(window: str, *by: str) -> str:
    """HTTP requests in a second."""
    return rate(f"export_http_requests_total{{{OF_CLIENTS}}}", window, *by)


def request_errors(window: str) -> str:
    """Share of HTTP requests that are answered with 5xx, from 0 to 1."""
    return f"{rate(ERRORS, window)} / ({requests(window)} > 0)"


def request_seconds(share: float, window: str, *by: str) -> str:
    """Seconds of a reading HTTP request."""
    histogram = f'export_http_request_seconds{{{OF_CLIENTS}, method="GET"}}'
    return quantile(share, histogram, window, *by)


def socket_news(share: float, window: str) -> str:
    """Seconds until news is handed to a WebSocket."""
    return quantile(share, "export_websocket_news_seconds", window)
