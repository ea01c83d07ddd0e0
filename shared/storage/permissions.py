"""Who may do what in the bucket: an identity for each service and task, by action and prefix.

From this table come the policies of AWS (``k8s/storage/policy-<role>.json``) and the identities of
SeaweedFS (``k8s/storage/identities.json``, the local stack, the tests). The status service has no
identity: it never speaks to the storage.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from shared.storage import keys

if TYPE_CHECKING:
    from collections.abc import Mapping

Role = str
ANY: Final = "*"  # of any project
BACKUP: Final = "backup"  # no service's


class Act(StrEnum):
    """What is done to objects, as our code does it."""

    READ = "read"
    PUT = "put"  # a whole object at once
    UPLOAD = "upload"  # begin a multipart upload and send its parts: nobody sees them
    COMPLETE = "complete"  # make an object of the parts
    PARTS = "parts"  # list those of one upload
    ABORT = "abort"
    DELETE = "delete"
    LIST = "list"  # names of objects below a prefix
    UPLOADS = "uploads"  # uploads under way below a prefix


class Grant(msgspec.Struct, frozen=True):
    """Acts on the objects whose keys match a pattern; ``*`` stands for anything, slashes too."""

    acts: frozenset[Act]
    keys: tuple[str, ...]


def _grant(*acts: Act, on: tuple[str, ...]) -> Grant:
    return Grant(frozenset(acts), on)


def _below(prefix: str) -> str:
    return f"{prefix}*"


BLOBS: Final = _below(keys.blobs(ANY))
PACKS: Final = _below(keys.packs(ANY))
SNAPSHOTS: Final = _below(keys.snapshots(ANY))
SETTINGS: Final = _below(keys.all_settings(ANY))
CONDEMNED: Final = _below(keys.condemned(ANY))
ARTIFACTS: Final = _below(keys.artifacts(ANY))
FILMS: Final = _below(keys.films(ANY))
ARTIFACT_LISTS: Final = _below(keys.artifact_lists(ANY))
PROJECTS: Final = _below(keys.PROJECTS)

_READY: Final = _grant(Act.READ, on=(keys.READY,))
_SWEEP: Final = (
    _grant(Act.READ, on=(SNAPSHOTS, CONDEMNED)),
    _grant(Act.PUT, on=(CONDEMNED,)),
    _grant(Act.DELETE, Act.ABORT, Act.LIST, Act.UPLOADS, on=(PROJECTS,)),
)

ROLES: Final[Mapping[Role, tuple[Grant, ...]]] = {
    # What makers push, and what they are given; it deletes nothing and makes no artifact.
    "gateway": (
        _READY,
        _grant(Act.READ, on=(BLOBS, PACKS, SNAPSHOTS, SETTINGS, CONDEMNED)),
        _grant(Act.READ, on=(ARTIFACTS, ARTIFACT_LISTS)),
        _grant(Act.PUT, Act.UPLOAD, Act.COMPLETE, Act.ABORT, on=(BLOBS, PACKS)),
        _grant(Act.PUT, on=(SNAPSHOTS, SETTINGS)),
        _grant(Act.LIST, on=(BLOBS, PACKS)),
        _grant(Act.PARTS, on=(ARTIFACTS,)),
    ),
    # Reads projects and sends parts, which become an artifact only by somebody else's hand. What a
    # film is made of is its own, from the first piece to the last.
    "packager": (
        _READY,
        _grant(Act.READ, on=(BLOBS, PACKS, SNAPSHOTS)),
        _grant(Act.UPLOAD, Act.ABORT, on=(ARTIFACTS,)),
        _grant(Act.PUT, on=(ARTIFACT_LISTS,)),
        _grant(Act.READ, Act.UPLOAD, Act.PARTS, Act.COMPLETE, Act.ABORT, Act.DELETE, on=(FILMS,)),
    ),
    # Makes artifacts of parts, and is the only service that deletes what is kept.
    "uploader": (
        _READY,
        *_SWEEP,
        _grant(Act.READ, Act.PARTS, Act.COMPLETE, on=(ARTIFACTS,)),
    ),
    # `aethel-export storage apply`, `sweep` and `doctor`; reads neither projects nor artifacts.
    "operator": (_grant(Act.READ, Act.PUT, on=(keys.READY,)), *_SWEEP),
    # Whoever copies the bucket, and brings the copy back with tools of their own.
    BACKUP: (
        _grant(Act.READ, Act.PUT, Act.UPLOAD, Act.COMPLETE, Act.PARTS, Act.ABORT, on=(PROJECTS,)),
        _grant(Act.LIST, on=(PROJECTS,)),
    ),
}

# What the operator does to the bucket itself.
BUCKET_ACTIONS: Final[Mapping[Role, tuple[str, ...]]] = {
    "operator": (
        "s3:CreateBucket",
        "s3:GetBucketCORS",
        "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketVersioning",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:PutBucketCORS",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutLifecycleConfiguration",
    )
}
