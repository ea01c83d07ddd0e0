"""What the bucket shall be told, and how that stands beside what others have told it.

Our rules carry names, by which they are found again; everything else in the bucket is somebody
else's and stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shared.settings import origin_of, origins

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Rule = dict[str, Any]

CORS_ID: Final = "aethel-export-downloads"
LIFECYCLE_ID: Final = "aethel-export-abort-uploads"
POLICY_SID: Final = "AethelExportTlsOnly"
STALE_DAYS: Final = 14  # an upload under way; the uploader's sweeper is quicker
PREFLIGHT_S: Final = 3_600
TAINTED: Final = "null"  # what a browser sends as origin where two redirects cross origins


def allowed_origins(public_url: str, cors_origins: str) -> list[str]:
    """The origins of the pages whose scripts download artifacts.

    From any page but our own, the gateway's redirect makes the browser hide where the request came
    from (Fetch, "HTTP-redirect fetch", step 11): ``null`` has to be allowed as well. Each URL that
    can be read in this way was given to its reader by the gateway, for minutes.
    """
    own = {origin_of(public_url)} if public_url else set()
    editors = origins(cors_origins) - own
    if "*" in editors:
        return ["*"]
    return sorted(own | editors | ({TAINTED} if editors else set()))


def cors_rule(allowed: Sequence[str]) -> Rule:
    """Whole objects and ranges of them, read by scripts of these origins."""
    return {
        "ID": CORS_ID,
        "AllowedOrigins": list(allowed),
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["Range"],
        "ExposeHeaders": ["Accept-Ranges", "Content-Disposition", "Content-Range", "ETag"],
        "MaxAgeSeconds": PREFLIGHT_S,
    }


def lifecycle_rule() -> Rule:
    """Uploads that nobody completes or aborts do not stay for ever."""
    return {
        "ID": LIFECYCLE_ID,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": STALE_DAYS},
    }


def tls_only(bucket: str) -> Rule:
    """Nobody reads or writes over plain HTTP, whatever other rights they have."""
    arn = f"arn:aws:s3:::{bucket}"
    return {
        "Sid": POLICY_SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def merged(rules: Sequence[Rule], ours: Rule, *, name: str) -> list[Rule] | None:
    """The rules with ours among them, in its old place or at the end; None where it stands so.

    Args:
        rules: As the storage gives them.
        ours: As it shall be.
        name: The key by which ours is found, ``ID`` or ``Sid``; a storage that drops names has a
            rule of the same content.
    """
    kept, found = [], False
    for rule in rules:
        if rule.get(name) == ours[name] or (name not in rule and _says(rule, ours, but=name)):
            found = found or _says(rule, ours, but=name)
            kept.append(ours)
        else:
            kept.append(rule)
    if found:
        return None
    return kept if any(rule is ours for rule in kept) else [*kept, ours]


def open_to_everybody(statements: Sequence[Rule]) -> Iterator[str]:
    """The names of a policy's statements that let anybody in, without any condition."""
    for number, statement in enumerate(statements, start=1):
        principal = statement.get("Principal")
        who = principal.get("AWS") if isinstance(principal, dict) else principal
        anybody = who == "*" or (isinstance(who, list) and "*" in who)
        if anybody and statement.get("Effect") == "Allow" and not statement.get("Condition"):
            yield statement.get("Sid") or f"number {number}"


def _says(rule: Rule, ours: Rule, *, but: str) -> bool:
    """Whether a rule says at least what ours does; in what order does not matter."""
    return all(_plain(rule.get(key)) == _plain(value) for key, value in ours.items() if key != but)


def _plain(value: Any) -> Any:
    """Lists without their order; a filter that leaves nothing out is none."""
    if isinstance(value, list):
        return sorted(value)
    return None if value in ({}, {"Prefix": ""}) else value
