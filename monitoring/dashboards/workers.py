"""Who works, and how the servers behind them answer."""

from __future__ import annotations

from typing import Final

from monitoring import queries
from monitoring.alerts import servers
from monitoring.dashboards import expressions
from monitoring.dashboards.panel import WINDOW, Dashboard, Limit, Line, Panel, Section, Unit

WORK: Final = Section(
    "Workers",
    (
        Panel(
            title="Living workers",
            about="By the consumer that they work for; a packager counts for each of its"
            " platforms, and one that was killed for a while yet. None while something waits:"
            " ExportNoWorkers.",
            lines=(Line(queries.WORKERS, "{{consumer}}"),),
            kind="steps",
        ),
        Panel(
            title="In hand",
            about="Messages that workers are at this moment busy with.",
            lines=(Line(expressions.IN_HAND, "{{consumer}}"),),
            kind="steps",
        ),
        Panel(
            title="Finished with",
            about="Messages by outcome: retry comes again, returned was given back by a process"
            " that stops.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute(expressions.HANDLED, WINDOW, "consumer", "outcome"),
                    "{{consumer}} {{outcome}}",
                ),
            ),
            kind="stacked",
        ),
        Panel(
            title="One message in a worker's hands, p95",
            about="Wall time of a handler call.",
            unit=Unit.SECONDS,
            log=True,
            lines=(Line(queries.handling(0.95, WINDOW), "{{consumer}}"),),
        ),
        Panel(
            title="Breakers open, consumers stalled",
            about="1: a worker's breaker is open (ExportWorkStopped), or a consumer gives nothing"
            " although messages and workers wait (ExportConsumerStalled).",
            lines=(
                Line(queries.BREAKER_OPEN, "breaker {{consumer}}"),
                Line(queries.STALLED, "stalled {{consumer}}"),
            ),
            kind="steps",
            most=1,
        ),
        Panel(
            title="Delivered again, and out of turn",
            about="Redelivered: a worker died or gave it back. Out of turn: taken before others,"
            " so that one user does not fill the queue for all.",
            lines=(
                Line(queries.REDELIVERED, "{{consumer}} redelivered"),
                Line(
                    expressions.per_minute("export_out_of_turn_total", WINDOW, "consumer"),
                    "{{consumer}} out of turn a minute",
                ),
            ),
        ),
    ),
)

SPEED: Final = Section(
    "Speed",
    (
        Panel(
            title="Packing, of one worker",
            about="Bytes of artifacts for each second of the stage pack.",
            unit=Unit.BYTES_PER_S,
            lines=(Line(expressions.packing_speed(WINDOW), "{{platform}}"),),
            width=8,
        ),
        Panel(
            title="Through the storage",
            about="What all processes read from it and write to it.",
            unit=Unit.BYTES_PER_S,
            lines=(
                Line(queries.rate("export_storage_read_bytes_total", WINDOW), "read"),
                Line(queries.rate("export_storage_written_bytes_total", WINDOW), "written"),
            ),
            width=8,
        ),
        Panel(
            title="Answered by caches",
            about="Share of reads of project files, and of packages, that needed no server; of"
            " files that are made for an export (deflated, optimised, bundled), those that an"
            " earlier one had made; and of exports, those in which nothing had changed. Alert:"
            " ExportCacheUseless.",
            unit=Unit.SHARE,
            lines=(
                Line(queries.cache_hits(WINDOW), "project files"),
                Line(expressions.package_hits(WINDOW), "packages"),
                Line(expressions.derived_hits(WINDOW), "made by earlier exports"),
                Line(expressions.reused(WINDOW), "whole exports"),
            ),
            limits=(Limit(servers.CACHE_LEAST, "ExportCacheUseless", is_least=True),),
            most=1,
            width=8,
        ),
    ),
)

ANSWERS: Final = Section(
    "Storage and NATS",
    (
        Panel(
            title="S3 calls, p99",
            about="With their repetitions, by operation.",
            unit=Unit.SECONDS,
            log=True,
            lines=(Line(queries.storage_requests(0.99, WINDOW), "{{operation}}"),),
        ),
        Panel(
            title="S3 calls that failed",
            about="unavailable: not answered, or 5xx (ExportStorageUnreachable).",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute(
                        "export_storage_errors_total", WINDOW, "operation", "kind"
                    ),
                    "{{operation}} {{kind}}",
                ),
            ),
            kind="stacked",
            quiet=True,
        ),
        Panel(
            title="Requests to JetStream, p99",
            about="Those that were answered, by operation.",
            unit=Unit.SECONDS,
            log=True,
            lines=(Line(queries.nats_requests(0.99, WINDOW), "{{operation}}"),),
        ),
        Panel(
            title="Requests to JetStream that failed",
            about="Refused or not answered. Alert when a process is cut off:"
            " ExportNatsUnreachable.",
            unit=Unit.PER_MINUTE,
            lines=(
                Line(
                    expressions.per_minute("export_nats_errors_total", WINDOW, "operation"),
                    "{{operation}}",
                ),
            ),
            kind="stacked",
            quiet=True,
        ),
        Panel(
            title="Connected to NATS",
            about="1 for each process that is. Alert: ExportNatsUnreachable.",
            lines=(Line(queries.NATS_CONNECTED, "{{instance}}"),),
            kind="steps",
            most=1,
        ),
        Panel(
            title="Progress and log lines",
            about="1 while a process cannot send them in time, or read them: exports go on, their"
            " makers see nothing. Alert: ExportChatterLost.",
            lines=(
                Line(queries.CHATTER_BEHIND, "{{stream}} not sent"),
                Line(queries.CHATTER_UNREADABLE, "{{stream}} not read"),
                Line(
                    expressions.per_minute("export_chatter_dropped_total", WINDOW, "stream"),
                    "{{stream}} dropped a minute",
                ),
            ),
            kind="steps",
        ),
    ),
)

ROOM: Final = Section(
    "Room",
    (
        Panel(
            title="How full streams and buckets are",
            about="Those that refuse what does not fit.",
            unit=Unit.SHARE,
            lines=(Line(queries.STREAM_FILL, "{{stream}}"),),
            limits=(
                Limit(servers.FILLING, "ExportStreamFilling"),
                Limit(servers.FULL, "ExportStreamFull: no new work"),
            ),
            most=1,
        ),
        Panel(
            title="Bytes in streams and buckets",
            about="All of them, on the disks of NATS.",
            unit=Unit.BYTES,
            lines=(Line(queries.STREAM_BYTES, "{{stream}}"),),
        ),
        Panel(
            title="Free disk",
            about="Of what packagers work on. Alert: ExportDiskFull.",
            unit=Unit.SHARE,
            lines=(Line(queries.DISK_FREE, "{{instance}} {{disk}}"),),
            limits=(Limit(servers.DISK_LEAST, "ExportDiskFull", is_least=True),),
            most=1,
            width=8,
        ),
        Panel(
            title="Since the last sweep",
            about="Expired artifacts and files that nobody refers to are removed by it. Alert:"
            " ExportSweepLate.",
            unit=Unit.SECONDS,
            log=True,
            lines=(
                Line(queries.SWEPT_AGE_S, "ago"),
                Line(expressions.SWEEP_S, "took"),
            ),
            limits=(Limit(servers.SWEPT_WITHIN_S, "ExportSweepLate"),),
            width=8,
        ),
        Panel(
            title="Swept",
            about="What sweeps have removed, by kind.",
            unit=Unit.PER_MINUTE,
            lines=(Line(expressions.per_minute("export_swept_total", WINDOW, "kind"), "{{kind}}"),),
            kind="stacked",
            width=8,
        ),
    ),
)

PROCESSES: Final = Section(
    "Processes",
    (
        Panel(
            title="Event loop late, p99",
            about="Above some 100 ms something computes where it should not, or the CPU is short.",
            unit=Unit.SECONDS,
            log=True,
            lines=(Line(queries.loop_lag(0.99, WINDOW), "{{instance}}"),),
            width=8,
        ),
        Panel(
            title="Memory",
            about="Resident.",
            unit=Unit.BYTES,
            lines=(Line(expressions.MEMORY, "{{instance}}"),),
            width=8,
        ),
        Panel(
            title="CPU",
            about="Cores in use; the children of packagers (builds) are not in it.",
            lines=(Line(expressions.cpu(WINDOW), "{{instance}}"),),
            width=8,
        ),
        Panel(
            title="Processes by version",
            about="More than one version: a release is on its way. Alert: ExportNotScraped.",
            lines=(Line(expressions.VERSIONS, "{{service}} {{version}}"),),
            kind="steps",
            width=24,
        ),
    ),
)

WORKERS: Final = Dashboard(
    name="workers",
    title="Aethel Export: workers and storage",
    about="Who works, how fast, and how NATS and the storage answer.",
    sections=(WORK, SPEED, ANSWERS, ROOM, PROCESSES),
)
