"""All commands, as ``--help`` lists them: none is imported for that."""

from __future__ import annotations

from typing import Final, NamedTuple


class Listed(NamedTuple):
    """Where a command is, and what it says of itself."""

    place: str  # module of ``cli.commands``, and name there
    summary: str


COMMANDS: Final = {
    name: Listed(place, summary)
    for name, place, summary in (
        ("up", "local:up", "Start the local stack and keep it running until Ctrl-C."),
        (
            "run",
            "local:run",
            "Export FOLDER in one shot: start a stack, push, export, download, stop.",
        ),
        ("push", "push:push", "Upload what changed in FOLDER and print the snapshot."),
        ("export", "exports:export", "Export PROJECT; with --wait or -o follow it to its end."),
        ("status", "status:status", "Show how an export stands."),
        ("watch", "exports:watch", "Follow an export to its end."),
        ("logs", "logs:logs", "Print an export's log."),
        ("download", "download:download_command", "Download an export's artifact and check it."),
        ("play", "play:play", "Print a link on which a finished web export is played."),
        (
            "retry",
            "exports:retry",
            "Start an export again that has failed, was canceled or has expired.",
        ),
        ("cancel", "status:cancel", "End an export, and say when its work has stopped."),
        (
            "projects",
            "projects:projects",
            "Your projects, and those that others share with you.",
        ),
        ("admin", "operators:admin", "What fills up, by whom, and how to make room."),
        ("dead-letters", "dead_letters:dead_letters", "Messages that nobody could handle."),
        (
            "templates",
            "templates:templates",
            "Runtime templates: the web player, and what other platforms need.",
        ),
        ("streams", "streams:streams", "Streams, consumers and buckets of NATS."),
        (
            "nats-users",
            "streams:nats_users",
            "Print the users of NATS with their permissions, as nats-server includes them.",
        ),
        (
            "sweep",
            "sweep:sweep",
            "Run expiry and collection once (--now), or keep them from running.",
        ),
        (
            "token",
            "tokens:token",
            "Print a development token, signed with JWT_SECRET or the local stack's secret.",
        ),
        ("storage", "storage:storage", "The bucket, and who may do what in it."),
        (
            "storage-certificate",
            "storage:storage_certificate",
            "Make, or renew in time, what SeaweedFS's own parts know each other by, in FOLDER.",
        ),
        (
            "doctor",
            "doctor:doctor",
            "Check settings, NATS, storage, templates and tools; say what to fix.",
        ),
    )
}
