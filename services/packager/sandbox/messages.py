"""What a build says to its packager, and what it is answered.

The build is not trusted: each message is checked when it is decoded, and none of them names a file,
a key of the storage or a program. Bytes travel as open files beside a message (``SCM_RIGHTS``).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from services.packager.build.stages import Stage
from services.packager.registry.faults import Fault
from services.packager.registry.package_id import Integrity, PackageName, PackageVersion
from services.packager.request import Request
from services.packager.sandbox.confinement import Limits, Protections
from services.packager.signing.signed_by import SignedBy
from services.packager.storage.derived_files import DerivedFileRecord
from services.packager.storage.multipart_upload import MOST_EXPECTED_BYTES
from shared.domain.artifact_files import MOST_BYTES
from shared.domain.build_warnings import BuildWarnings
from shared.domain.events import Sha256
from shared.domain.progress import Level
from shared.domain.project import StoredFile
from shared.domain.video.film_spec import CONTENT_TYPES

Count = Annotated[int, msgspec.Meta(ge=0)]
Number = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]  # of a question, so that it is answered
FilePath = Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]
Line = Annotated[str, msgspec.Meta(max_length=8_192)]
FileName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,199}$")]
PAGE: Final = r"text/html; charset=utf-8"  # of an artifact that is one; it is only ever saved
FILMS: Final = "|".join(CONTENT_TYPES.values())  # what their sites are told to become
ContentType = Annotated[
    str, msgspec.Meta(pattern=rf"^(application/[a-z.-]{{1,60}}|{PAGE}|{FILMS})$")
]
Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z-]{0,59}$")]
Kind = Literal["preflight", "project", "retryable", "final"]  # of an error


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """All that a build needs to know; it comes from us."""

    request: Request
    project_id: str
    snapshot: str
    files: tuple[StoredFile, ...]
    once: str  # names this very attempt, for artifacts that no other one makes again
    signed_by: SignedBy | None  # None: nothing is signed
    threads: int


class Start(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """To the server: begin a build. Its job and its end of a socket come beside."""

    scratch: str
    templates: str
    limits: Limits
    user: int | None


class End(msgspec.Struct, frozen=True, tag=True):
    """To the server: kill what is left of a build, and say how its process ended."""

    pid: int


class Ready(msgspec.Struct, frozen=True, tag=True):
    """From the server: what protects the builds here."""

    protections: Protections


class Started(msgspec.Struct, frozen=True, tag=True):
    """From the server: the process of a build."""

    pid: int


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """From the server: how it ended; ``status`` is negative for a signal."""

    status: int
    too_much_memory: bool


class Open(msgspec.Struct, frozen=True, tag=True):
    """May I read this file of the project? Answered with the object that holds it.

    Unchecked, it may be damaged: the build knows its CRC. Then the next objects come with it, as
    far as they are there.
    """

    number: Number
    path: FilePath
    checked: bool = True


class Recall(msgspec.Struct, frozen=True, tag=True):
    """Is there a derived file of an earlier export? Answered with its record and its bytes."""

    number: Number
    key: Sha256


class Remember(msgspec.Struct, frozen=True, tag=True):
    """Keep a derived file, whose bytes come beside. Answered when that is done."""

    number: Number
    key: Sha256
    record: DerivedFileRecord


class Planned(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The plan is complete. Answered with the size of a part."""

    number: Number
    file_name: FileName
    key: Sha256
    content_type: ContentType
    size_bytes: Annotated[int, msgspec.Meta(ge=0, le=MOST_EXPECTED_BYTES)]
    files: Count
    is_application: bool
    reusable: bool
    warnings: BuildWarnings


class Part(msgspec.Struct, frozen=True, tag=True):
    """The next part of the artifact is in a piece of the memory that came beside the plan's answer.

    Answered when it has been stored; until then the build leaves that piece alone.
    """

    number: Number
    piece: Count
    size_bytes: Count


class Listing(msgspec.Struct, frozen=True, tag=True):
    """The list of the artifact's files, beside. Answered when it has been read."""

    number: Number
    size_bytes: Annotated[int, msgspec.Meta(ge=1, le=MOST_BYTES)]


class SignedFile(msgspec.Struct, frozen=True):
    """A file to sign, or one that was signed, beside."""

    path: FilePath
    size_bytes: Count
    mode: Literal[0o644, 0o755]


class Sign(msgspec.Struct, frozen=True, tag=True):
    """Sign these files with the key of this export. Answered with those that come of it."""

    number: Number
    title: Line
    files: Annotated[tuple[SignedFile, ...], msgspec.Meta(min_length=1, max_length=64)]


class FetchMetadata(msgspec.Struct, frozen=True, tag=True):
    """What does the registry know of this package? Answered with a document, or a fault."""

    number: Number
    name: PackageName


class FetchPackage(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """May I have this package? Answered with the tarball of that integrity, or a fault."""

    number: Number
    name: PackageName
    version: PackageVersion
    integrity: Integrity


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """From us to a build: what it has asked for, with the files beside it."""

    number: int
    record: DerivedFileRecord | None = None
    part_bytes: int = 0
    files: tuple[SignedFile, ...] = ()
    fault: Fault | None = None
    objects: tuple[str, ...] = ()  # beside, each of the build's project


class Log(msgspec.Struct, frozen=True, tag=True):
    """A line for the maker."""

    line: Line
    level: Level = "info"


class Planning(msgspec.Struct, frozen=True, tag=True):
    """What planning has come to."""

    stage: Stage


class Working(msgspec.Struct, frozen=True, tag=True):
    """The files that are being decoded at the moment, to be named if that ends badly."""

    paths: Annotated[tuple[FilePath, ...], msgspec.Meta(max_length=64)]


class Progress(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How far packing has come, from its beginning."""

    packed_bytes: Count
    files: Count
    path: FilePath | None = None  # the file of the project that it has come to
    built: bool = False  # what goes around the files is there


class Done(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The artifact is packed, and all of its parts were handed over."""

    size_bytes: Count
    sha256: Sha256


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The build cannot go on."""

    kind: Kind
    code: Code
    title: Line
    status: Annotated[int, msgspec.Meta(ge=400, le=599)]
    message: Annotated[str, msgspec.Meta(max_length=16_384)]
    public: Line = ""
    traceback: Annotated[str, msgspec.Meta(max_length=32_768)] = ""


FromServer = Ready | Started | Ended
ToServer = Start | End
Question = Open | Recall | Remember | FetchMetadata | FetchPackage | Planned | Part | Listing | Sign
FromBuild = (
    Open
    | Recall
    | Remember
    | FetchMetadata
    | FetchPackage
    | Planned
    | Part
    | Listing
    | Sign
    | Log
    | Planning
    | Working
    | Progress
    | Done
    | Failed
)
