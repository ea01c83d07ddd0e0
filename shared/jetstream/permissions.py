"""Who may do what on NATS: one user for each service, with what it needs and nothing else.

The one table; ``aethel-export nats-users`` prints it as ``k8s/nats/users.conf`` for servers.
Nobody but the operator makes or deletes streams and consumers, and nobody acknowledges for another.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.events import (
    AttemptFailed,
    ExportCanceled,
    ExportCompleted,
    ExportFailed,
    ExportPackaged,
    ExportRequested,
    ExportStarted,
    ExportStopped,
)
from shared.domain.platforms import PLATFORMS
from shared.jetstream import api_subjects as api
from shared.jetstream.topology import (
    ADVISORIES,
    ARTIFACTS_BUCKET,
    AUDIT,
    BUILD_RESULTS_BUCKET,
    BUILD_TIMES_BUCKET,
    CANCELED_EVENTS,
    CANCELS,
    DEAD_LETTERS,
    DEBUG_KEYS_BUCKET,
    EXPORTS,
    EXPORTS_BUCKET,
    FILM_SLICES,
    FILMS,
    FILMS_BUCKET,
    GAP,
    IDEMPOTENCY_BUCKET,
    LOGS,
    MAX_DELIVERIES,
    PLAY_LINKS_BUCKET,
    PROGRESS,
    PROJECTS_BUCKET,
    QUOTA_BUCKET,
    REPLAYS_BUCKET,
    REUSE,
    STATUS,
    UPLOADER,
    USAGE_BUCKET,
    WORKERS_BUCKET,
    audit_subject,
    dead_letter_subject,
    events_named,
    events_of,
    log_subject,
    packager_durable,
    preview_subject,
    progress_subject,
    slice_subject,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.domain.events import Event
    from shared.jetstream.topology import Bucket

GATEWAY_WRITES: Final = (
    PROJECTS_BUCKET,
    QUOTA_BUCKET,
    USAGE_BUCKET,
    IDEMPOTENCY_BUCKET,
    REPLAYS_BUCKET,
    PLAY_LINKS_BUCKET,
)
GATEWAY_READS: Final = (EXPORTS_BUCKET, BUILD_TIMES_BUCKET, WORKERS_BUCKET)
SWEPT: Final = (
    ARTIFACTS_BUCKET,
    BUILD_RESULTS_BUCKET,
    EXPORTS_BUCKET,
    PROJECTS_BUCKET,
    PLAY_LINKS_BUCKET,
    USAGE_BUCKET,
)
OPERATOR: Final = "operator"  # makes the streams, looks, brings backups back, and sweeps
PASSWORDS: Final = "passwords.conf"  # beside the users' file: one line for each user

HEAD: Final = f"""\
# The users of NATS, each with what its service needs: printed by `aethel-export nats-users`.
# {PASSWORDS} lies beside this file, a line for each user: GATEWAY_PASSWORD: "…" (quotes, always:
# a password like 12e4 is a number without). A server's own configuration includes this file alone.
"""


class Permissions(msgspec.Struct, frozen=True):
    """The subjects that a user may publish to and subscribe to, with wildcards."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def _user(name: str, *publish: Iterable[str], hears: Iterable[str] = ()) -> Permissions:
    subscribe = (f"{api.inbox(name)}.>", *hears)
    return Permissions(tuple(dict.fromkeys(chain(*publish))), subscribe)


def _publishes(*events: type[Event]) -> Iterable[str]:
    return (events_named(event.name) for event in events)


def _reads(*streams: str) -> Iterable[str]:
    """From the leader, with a stream's state."""
    return (ask(stream) for stream in streams for ask in (api.stream_info, api.message_get))


def _reads_many(*streams: str) -> Iterable[str]:
    return map(api.direct_get, streams)


def _reads_buckets(*buckets: Bucket) -> Iterable[str]:
    return _reads(*(bucket.stream for bucket in buckets))


def _changes(*buckets: Bucket) -> Iterable[str]:
    return chain(_reads_buckets(*buckets), (bucket.subjects for bucket in buckets))


def _forgets(*buckets: Bucket) -> Iterable[str]:
    """Lists and deletes keys, without a look at their values."""
    return chain(
        (api.stream_info(bucket.stream) for bucket in buckets),
        (bucket.subjects for bucket in buckets),
    )


def _consumes(stream: str, durable: str) -> Iterable[str]:
    return api.next_message(stream, durable), api.acknowledgements(stream, durable)


def _works(*durables: str) -> Iterable[str]:
    """What every worker does with messages of its durables."""
    return chain(
        *(
            (
                api.consumer_info(EXPORTS, durable),
                *_consumes(EXPORTS, durable),
                dead_letter_subject(durable, "*"),
            )
            for durable in durables
        ),
        _reads(EXPORTS),
        [api.message_get(PROGRESS), progress_subject("*"), log_subject("*")],
        _publishes(ExportStarted, AttemptFailed, ExportFailed, ExportStopped),
        [api.stream_info(WORKERS_BUCKET.stream), WORKERS_BUCKET.subjects],
    )


USERS: Final[Mapping[str, Permissions]] = {
    "gateway": _user(
        "gateway",
        _publishes(ExportRequested, ExportPackaged, ExportCanceled),
        [audit_subject("*")],
        (bucket.subjects for bucket in GATEWAY_WRITES),
        map(api.message_get, (EXPORTS, PROGRESS)),
        (api.message_get(bucket.stream) for bucket in (*GATEWAY_WRITES, *GATEWAY_READS)),
        [api.message_delete(DEAD_LETTERS)],
        _reads_many(EXPORTS, LOGS, DEAD_LETTERS, AUDIT),
        [
            api.stream_info("*"),  # operators see how all of them are
            api.consumer_list(EXPORTS),
            api.consumer_info(EXPORTS, "*"),
            api.consumer_info(ADVISORIES, MAX_DELIVERIES),
            api.message_get(ADVISORIES),
            api.consumer_info(FILMS, FILM_SLICES),
            api.message_get(FILMS),
        ],
        hears=[events_of("*"), PLAY_LINKS_BUCKET.subjects],
    ),
    "packager": _user(
        "packager",
        _works(*map(packager_durable, PLATFORMS)),
        _publishes(ExportPackaged),
        _reads_many(EXPORTS),
        [REUSE, preview_subject("*")],
        [api.message_get(WORKERS_BUCKET.stream)],  # whether who builds out of turn still lives
        _changes(DEBUG_KEYS_BUCKET),  # nobody else reads them
        [slice_subject("*", "*", "*"), api.consumer_info(FILMS, FILM_SLICES)],
        [api.message_get(FILMS)],  # whether a slice that was asked for is in the queue
        _reads_many(FILMS),  # whose turn it is
        _consumes(FILMS, FILM_SLICES),
        _changes(FILMS_BUCKET),
        hears=[events_of("*"), FILMS_BUCKET.subjects],
    ),
    "uploader": _user(
        "uploader",
        _works(UPLOADER),
        _consumes(EXPORTS, CANCELS),
        [api.consumer_info(EXPORTS, STATUS)],  # nothing is swept while documents are folded again
        _publishes(ExportCompleted, ExportCanceled),
        _changes(*SWEPT),
        _forgets(DEBUG_KEYS_BUCKET),
        [f"{api.inbox('packager')}.>"],  # answers whether an artifact is used again
        hears=[CANCELED_EVENTS, REUSE],
    ),
    "status": _user(
        "status",
        _consumes(EXPORTS, STATUS),
        _consumes(ADVISORIES, MAX_DELIVERIES),
        _publishes(ExportRequested, ExportPackaged, ExportFailed),
        [dead_letter_subject("*", "*")],
        _changes(EXPORTS_BUCKET, QUOTA_BUCKET, BUILD_TIMES_BUCKET),
        _reads(EXPORTS, LOGS, PROGRESS),
        _reads_buckets(PROJECTS_BUCKET, WORKERS_BUCKET),
        _reads_many(EXPORTS, LOGS, PROGRESS),
        [api.consumer_info(EXPORTS, "*")],
        [  # what the metrics tell of all streams and consumers
            api.stream_info("*"),
            api.consumer_info(ADVISORIES, MAX_DELIVERIES),
            api.message_get(ADVISORIES),
            api.consumer_info(FILMS, FILM_SLICES),
            api.message_get(FILMS),
        ],
        hears=[
            events_of("*"),
            log_subject("*"),
            progress_subject("*"),
            preview_subject("*"),
            EXPORTS_BUCKET.subjects,
        ],
    ),
    OPERATOR: _user(
        OPERATOR,
        [api.EVERYTHING, api.SNAPSHOTS, GAP],
        _publishes(ExportCanceled),
        (bucket.subjects for bucket in (*SWEPT, DEBUG_KEYS_BUCKET)),
    ),
}


def password_variable(user: str) -> str:
    """The configuration variable that holds a user's password."""
    return f"{user.upper()}_PASSWORD"


def render(users: Mapping[str, Permissions] = USERS) -> str:
    """The users as a piece of a nats-server's configuration, which includes their passwords.

    Variables hold within a file and what it includes, so this one includes them itself.
    """
    return (
        f"{HEAD}"
        f'include "./{PASSWORDS}"\n\nauthorization {{\n  users: [\n'
        + "".join(_rendered(name, granted) for name, granted in users.items())
        + "  ]\n}\n"
    )


def render_passwords(passwords: Mapping[str, str]) -> str:
    """The file of passwords, which must be there before the server starts and is kept a secret."""
    lines = (
        f"{password_variable(user)}: {json.dumps(password)}\n"
        for user, password in passwords.items()
    )
    return "".join(lines)


def _rendered(name: str, granted: Permissions) -> str:
    lists = (
        f"        {verb}: {{ allow: [\n"
        + "".join(f'          "{subject}"\n' for subject in subjects)
        + "        ] }\n"
        for verb, subjects in (("publish", granted.publish), ("subscribe", granted.subscribe))
    )
    return (
        f'    {{\n      user: "{name}"\n      password: ${password_variable(name)}\n'
        f"      permissions: {{\n{''.join(lists)}      }}\n    }}\n"
    )
