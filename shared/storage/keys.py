"""Object keys: all of a project below ``projects/<projectId>/``, nothing shared between two."""

from __future__ import annotations

from typing import Final

PROJECTS: Final = "projects/"
READY: Final = (
    "ready"  # an empty object: who may read nothing else sees by it that the bucket answers
)


def project(project_id: str) -> str:
    """The prefix that a project's deletion erases."""
    return f"{PROJECTS}{project_id}/"


def blobs(project_id: str) -> str:
    """Prefix of single blobs: ``blobs/<epoch>/<sha256>``."""
    return f"{project(project_id)}blobs/"


def blob(project_id: str, epoch: int, sha256: str) -> str:
    """A single blob; a new epoch begins when objects are condemned, so no such name is reused."""
    return f"{blobs(project_id)}{epoch}/{sha256}"


def packs(project_id: str) -> str:
    """Prefix of packs: ``packs/<epoch>/<sha256>`` with its index ``….json`` beside it."""
    return f"{project(project_id)}packs/"


def pack(project_id: str, epoch: int, sha256: str) -> str:
    """Many small blobs one after the other, named by the hash of them all.

    Or one large file, whose hash was not known when it came: that one has a random name.
    """
    return f"{packs(project_id)}{epoch}/{sha256}"


def pack_index(pack_key: str) -> str:
    """JSON of a pack: ``{sha256: [offset, size]}``.

    It is written last: a pack without one does not exist.
    """
    return f"{pack_key}.json"


def snapshots(project_id: str) -> str:
    """Prefix of stored snapshots."""
    return f"{project(project_id)}snapshots/"


def snapshot(project_id: str, snapshot_id: str) -> str:
    """The stored form of a snapshot: each file resolved to (object, offset, size)."""
    return f"{snapshots(project_id)}{snapshot_id}.json"


def all_settings(project_id: str) -> str:
    """Prefix of a project's settings."""
    return f"{project(project_id)}settings/"


def settings(project_id: str, sha256: str) -> str:
    """Settings of a project that are too large for its record."""
    return f"{all_settings(project_id)}{sha256}.json"


def condemned(project_id: str) -> str:
    """Prefix of the sweeper's lists of what is about to go."""
    return f"{project(project_id)}condemned/"


def artifacts(project_id: str) -> str:
    """Prefix of finished artifacts."""
    return f"{project(project_id)}artifacts/"


def artifact(project_id: str, build_key: str, file_name: str) -> str:
    """An artifact, by the hash of everything that shapes its bytes."""
    return f"{artifacts(project_id)}{build_key}/{file_name}"


def films(project_id: str) -> str:
    """Prefix of what films are made of while they are made."""
    return f"{project(project_id)}films/"


def film(project_id: str, export_id: str, generation: int, name: str) -> str:
    """A piece of one film: the site that it is shot on, or what was shot of it."""
    return f"{films(project_id)}{export_id}/{generation}/{name}"


def film_export(film_key: str) -> str:
    """The export that a piece of a film belongs to."""
    return film_key.split("/")[3]


def artifact_lists(project_id: str) -> str:
    """Prefix of lists of files, of artifacts that have no directory of their own."""
    return f"{project(project_id)}artifact-lists/"


def artifact_list(artifact_key: str) -> str:
    """The list of one artifact's files; not among artifacts, which no packager may write whole."""
    _, project_id, _, build_key, file_name = artifact_key.split("/")
    return f"{artifact_lists(project_id)}{build_key}/{file_name}.json"
