"""Where events travel: every stream, consumer and bucket, in one place.

``aethel-export streams apply`` creates or updates them; services only bind to what exists. The
README's table equals this file (a test sees to it).
"""

from __future__ import annotations

import time
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec
from nats.js import api
from nats.js.errors import APIError, NotFoundError

from shared.domain.platforms import PLATFORMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nats.js import JetStreamContext

DAY_S = 86_400
GIB = 1 << 30
NO_MORE: Final[Mapping[str, int]] = MappingProxyType({})
# Not enough storage: of the servers, of the account, on any of them.
NO_ROOM: Final = {10005, 10023, 10028, 10047}

EXPORTS = "EXPORTS"
PROGRESS = "PROGRESS"
LOGS = "LOGS"
DEAD_LETTERS = "DEAD_LETTERS"
AUDIT = "AUDIT"
ADVISORIES = "ADVISORIES"
FILMS = "FILMS"


def events_of(export_id: str) -> str:
    """The subjects of all events of an export (an event knows its own)."""
    return f"exports.*.*.{export_id}"


def events_for(platform: str) -> str:
    """The subjects of all events of a platform's exports."""
    return f"exports.*.{platform}.*"


def events_named(fact: str) -> str:
    """The subjects of all events of one kind, such as ``started``."""
    return f"exports.{fact}.*.*"


CANCELED_EVENTS = events_named("canceled")
GAP = "exports.restored.restored.gap"  # no event: what fills sequences that are not given again


REUSE = "artifacts.reuse"  # in no stream: where the uploader is asked for earlier artifacts


def requests_for(platform: str) -> str:
    """The subjects of the exports that are to be built for a platform."""
    return f"exports.requested.{platform}.*"


def progress_subject(export_id: str) -> str:
    """Where the latest progress of an export is; with ``*``, of all."""
    return f"progress.{export_id}"


def log_subject(export_id: str) -> str:
    """Where the log lines of an export are; with ``*``, of all."""
    return f"logs.{export_id}"


def preview_subject(export_id: str) -> str:
    """Where pictures of an export in the making pass by; with ``*``, of all. In no stream."""
    return f"previews.{export_id}"


def dead_letter_subject(consumer: str, export_id: str) -> str:
    """Where a dead letter is put."""
    return f"dead.{consumer}.{export_id}"


def audit_subject(action: str) -> str:
    """Where it is recorded that somebody did something; with ``*``, whatever it was."""
    return f"audit.{action}"


def slice_subject(export_id: str, generation: int | str, number: int | str) -> str:
    """Where a piece of a film is put that is to be shot."""
    return f"films.slice.{export_id}.{generation}.{number}"


ACK_WAIT_S = 30.0
MAX_DELIVER = 100  # the net under our own, much lower, cap on failures
FOR_EVER = -1  # for those who keep books: an event comes again until it is in them

FILMS_S = 2 * DAY_S  # longer than any film takes; what is older belongs to nobody

STREAMS = (
    api.StreamConfig(
        name=EXPORTS,
        description="What has happened to exports",
        subjects=[events_of("*")],
        storage=api.StorageType.FILE,
        discard=api.DiscardPolicy.NEW,
        max_bytes=2 * GIB,
        max_age=30 * DAY_S,
        duplicate_window=DAY_S,
        allow_direct=True,
    ),
    api.StreamConfig(
        name=PROGRESS,
        description="The latest progress of each running export",
        subjects=[progress_subject("*")],
        storage=api.StorageType.FILE,  # one in memory does not survive its only server's restart
        max_msgs_per_subject=1,
        max_bytes=GIB // 16,
        max_age=7 * DAY_S,
        allow_direct=True,
    ),
    api.StreamConfig(
        name=LOGS,
        description="Log lines of each export, for its maker",
        subjects=[log_subject("*")],
        storage=api.StorageType.FILE,
        max_msgs_per_subject=1_000,
        max_bytes=GIB,
        max_age=7 * DAY_S,
        allow_direct=True,
    ),
    api.StreamConfig(
        name=DEAD_LETTERS,
        description="Messages that could not be handled, for operators",
        subjects=[dead_letter_subject("*", "*")],
        storage=api.StorageType.FILE,
        discard=api.DiscardPolicy.NEW,
        max_bytes=GIB,
        max_age=90 * DAY_S,
        duplicate_window=DAY_S,
        allow_direct=True,
    ),
    api.StreamConfig(
        name=AUDIT,
        description="Who did what, when and why",
        subjects=[audit_subject("*")],
        storage=api.StorageType.FILE,
        discard=api.DiscardPolicy.NEW,
        max_bytes=GIB,
        max_age=400 * DAY_S,
        deny_delete=True,
        allow_direct=True,
    ),
    api.StreamConfig(
        name=ADVISORIES,
        description="JetStream's own word that it gave a message up",
        subjects=[
            f"$JS.EVENT.ADVISORY.CONSUMER.{kind}.{EXPORTS}.*"
            for kind in ("MAX_DELIVERIES", "MSG_TERMINATED")
        ],
        storage=api.StorageType.FILE,
        max_bytes=GIB // 16,
        max_age=30 * DAY_S,
    ),
    api.StreamConfig(
        name=FILMS,
        description="Pieces of films that are to be shot, each until it is",
        subjects=[slice_subject("*", "*", "*")],
        storage=api.StorageType.FILE,
        retention=api.RetentionPolicy.WORK_QUEUE,
        discard=api.DiscardPolicy.NEW,
        max_bytes=GIB // 4,
        max_age=FILMS_S,
        duplicate_window=FILMS_S,
        allow_direct=True,
    ),
)


def _consumer(
    durable: str, filter_subject: str, *, max_deliver: int = MAX_DELIVER
) -> api.ConsumerConfig:
    return api.ConsumerConfig(
        durable_name=durable,
        filter_subject=filter_subject,
        ack_policy=api.AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_S,
        max_deliver=max_deliver,
        max_ack_pending=1_000,  # a delayed nak holds a slot, so well above replicas x slots
    )


def packager_durable(platform: str) -> str:
    """One consumer per platform, so that a heavy one never blocks a light one."""
    return f"packager-{platform}"


UPLOADER = "uploader"
CANCELS = "cancels"
STATUS = "status"

CONSUMERS = (
    *(_consumer(packager_durable(p), requests_for(p)) for p in PLATFORMS),
    _consumer(UPLOADER, events_named("packaged")),
    _consumer(CANCELS, CANCELED_EVENTS, max_deliver=FOR_EVER),
    _consumer(STATUS, events_of("*"), max_deliver=FOR_EVER),
)
MAX_DELIVERIES = "undertaker"
ADVISORY_CONSUMER = _consumer(
    MAX_DELIVERIES, "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>", max_deliver=FOR_EVER
)
FILM_SLICES = "film-slices"
FILM_CONSUMER = _consumer(FILM_SLICES, slice_subject("*", "*", "*"), max_deliver=FOR_EVER)


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """A key-value bucket; ``ttl_s`` 0 keeps a value until it is deleted."""

    name: str
    holds: str
    ttl_s: int = 0

    @property
    def stream(self) -> str:
        """The stream that a bucket is (ADR-8 of NATS)."""
        return f"KV_{self.name}"

    @property
    def prefix(self) -> str:
        """What the subject of a key begins with."""
        return f"$KV.{self.name}."

    @property
    def subjects(self) -> str:
        """The subjects of all keys."""
        return f"{self.prefix}>"


EXPORTS_BUCKET = Bucket(
    name="exports", holds="one document per export, folded from its events by the status service"
)
PROJECTS_BUCKET = Bucket(
    name="projects",
    holds="owner, members, head snapshot of each project, and who belongs to what",
)
ARTIFACTS_BUCKET = Bucket(
    name="artifacts", holds="what became of each artifact key: state and expiry"
)
BUILD_RESULTS_BUCKET = Bucket(
    name="build-results",
    holds="which artifact was made of which build inputs, for as long as it can be downloaded",
)
BUILD_TIMES_BUCKET = Bucket(
    name="durations",
    holds="how long the latest builds of each platform took, how each month's exports went, and "
    "which have not ended",
)
QUOTA_BUCKET = Bucket(name="quota", holds="build minutes by user and month")
USAGE_BUCKET = Bucket(name="usage", holds="how many projects, files, bytes, exports each user has")
IDEMPOTENCY_BUCKET = Bucket(
    name="idempotency", holds="which export an Idempotency-Key stands for", ttl_s=7 * DAY_S
)
REPLAYS_BUCKET = Bucket(
    name="replays", holds="jobs that replay many dead letters", ttl_s=90 * DAY_S
)
PLAY_LINKS_BUCKET = Bucket(
    name="play-links", holds="the links on which web exports are played, and what each token names"
)
DEBUG_KEYS_BUCKET = Bucket(
    name="debug-keys",
    holds="each project's own key, which signs what no operator's key signs: a secret",
)
FILMS_BUCKET = Bucket(
    name="films",
    holds="each film that is being made: what it is cut into, and how far each piece is",
    ttl_s=FILMS_S,
)
WORKERS_BUCKET = Bucket(
    name="workers", holds="which worker is alive, its version and platforms", ttl_s=60
)
BUCKETS = (
    EXPORTS_BUCKET,
    PROJECTS_BUCKET,
    ARTIFACTS_BUCKET,
    BUILD_RESULTS_BUCKET,
    BUILD_TIMES_BUCKET,
    QUOTA_BUCKET,
    USAGE_BUCKET,
    IDEMPOTENCY_BUCKET,
    REPLAYS_BUCKET,
    PLAY_LINKS_BUCKET,
    DEBUG_KEYS_BUCKET,
    FILMS_BUCKET,
    WORKERS_BUCKET,
)


async def apply(
    js: JetStreamContext, *, replicas: int = 1, room: Mapping[str, int] = NO_MORE
) -> list[str]:
    """Create or update every stream, consumer and bucket; repeatable.

    One that was lost, while others were not, goes on behind every sequence that it has given, which
    documents, dead letters and listeners still know. Lost documents are folded again.
    One that has been given more room keeps it.

    Args:
        js: Of an operator.
        replicas: Of each stream.
        room: Bytes by stream that are wanted beyond the least; where NATS has not so much, the
            stream keeps what it has.

    Returns:
        One line for each thing that now exists, in order.
    """
    streams = [stream.evolve(num_replicas=replicas) for stream in STREAMS]
    buckets = [_bucket_stream(bucket).evolve(num_replicas=replicas) for bucket in BUCKETS]
    found = {config.name: await _find(js, config.name or "") for config in [*streams, *buckets]}
    successor = int(time.time() * 1_000) if any(found.values()) else None
    done = []
    for stream in streams:
        said = await _apply_stream(js, stream, found[stream.name], successor, room)
        done.append(f"stream {stream.name}{said}")
    if found[EXPORTS] and not found[EXPORTS_BUCKET.stream]:
        await fold_again(js)
    for consumer in CONSUMERS:
        await _apply_consumer(js, EXPORTS, consumer)
        done.append(f"consumer {EXPORTS}/{consumer.durable_name}")
    await _apply_consumer(js, ADVISORIES, ADVISORY_CONSUMER)
    done.append(f"consumer {ADVISORIES}/{MAX_DELIVERIES}")
    await _apply_consumer(js, FILMS, FILM_CONSUMER)
    done.append(f"consumer {FILMS}/{FILM_SLICES}")
    for bucket, stream in zip(BUCKETS, buckets, strict=True):
        said = await _apply_stream(js, stream, found[stream.name], successor, room)
        done.append(f"bucket {bucket.name}{said}")
    return done


def least_room() -> dict[str, int]:
    """The bytes that ``apply`` gives each stream at least, those of buckets too."""
    streams = [*STREAMS, *map(_bucket_stream, BUCKETS)]
    return {stream.name or "": stream.max_bytes or 0 for stream in streams}


async def fold_again(js: JetStreamContext) -> None:
    """Forget what has been folded: once ``apply`` has run, every event is folded once more."""
    with suppress(NotFoundError):
        await js.delete_consumer(EXPORTS, STATUS)


async def _find(js: JetStreamContext, name: str) -> api.StreamConfig | None:
    try:
        return (await js.stream_info(name)).config
    except NotFoundError:
        return None


async def _apply_stream(
    js: JetStreamContext,
    config: api.StreamConfig,
    found: api.StreamConfig | None,
    successor: int | None,
    room: Mapping[str, int],
) -> str:
    """Create or update a stream; what there is to say where it did not get all of its room."""
    least = max(config.max_bytes or 0, (found and found.max_bytes) or 0)
    wanted = max(least, room.get(config.name or "", 0)) if least > 0 else least
    try:
        await _put_stream(js, config.evolve(max_bytes=wanted), found, successor)
    except APIError as error:
        if wanted == least or error.err_code not in NO_ROOM:
            raise
        await _put_stream(js, config.evolve(max_bytes=least), found, successor)
        return f": {least / GIB:g} GiB and not {wanted / GIB:g}, as {error.description}"
    return ""


async def _put_stream(
    js: JetStreamContext,
    config: api.StreamConfig,
    found: api.StreamConfig | None,
    successor: int | None,
) -> None:
    if found is None:
        await js.add_stream(config.evolve(first_seq=successor))
    else:
        await js.update_stream(config.evolve(metadata=found.metadata))


async def _apply_consumer(js: JetStreamContext, stream: str, config: api.ConsumerConfig) -> None:
    """Where one begins cannot be changed, and one that was made anew begins where another ended."""
    with suppress(NotFoundError):
        found = (await js.consumer_info(stream, config.durable_name or "")).config
        config = config.evolve(
            deliver_policy=found.deliver_policy, opt_start_seq=found.opt_start_seq
        )
    await js.add_consumer(stream, config)


def _bucket_stream(bucket: Bucket) -> api.StreamConfig:
    """The stream that a bucket is, written out so that it can be updated like one."""
    return api.StreamConfig(
        name=bucket.stream,
        description=bucket.holds,
        subjects=[bucket.subjects],
        storage=api.StorageType.FILE,
        discard=api.DiscardPolicy.NEW,
        max_msgs_per_subject=1,
        max_age=bucket.ttl_s,
        max_bytes=GIB,
        duplicate_window=min(bucket.ttl_s or 120, 120),
        allow_rollup_hdrs=True,
        allow_msg_ttl=True,  # a deleted key leaves a marker, which must not stay for ever
        deny_delete=True,
        allow_direct=False,  # replicas answer direct reads, and may not know yet what was written
    )
