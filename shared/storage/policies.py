"""The table of permissions as storages read it: policies of AWS IAM, identities of SeaweedFS.

AWS knows one right, ``s3:PutObject``, for whole objects and for every step of a multipart upload
but its abort; the condition keys ``s3:ObjectCreationOperation`` and ``s3:if-none-match`` tell the
steps apart. Without ``s3:ListBucket`` it answers 403 where an object is missing, and with a
condition on the prefix too: who lists at all may list the whole bucket there. SeaweedFS has a right
for each step, and lists by prefix.

Source:
    Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3";
    S3 User Guide, "Enforce conditional writes"; SeaweedFS 4.48, ``weed/s3api/policy_engine``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shared.storage.permissions import BUCKET_ACTIONS, ROLES, Act

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.storage.permissions import Grant, Role

Document = dict[str, Any]

BUCKET: Final = "BUCKET_NAME"  # stands for the bucket in what is checked in

_AWS: Final[Mapping[Act, str]] = {
    Act.READ: "s3:GetObject",
    Act.PARTS: "s3:ListMultipartUploadParts",
    Act.ABORT: "s3:AbortMultipartUpload",
    Act.DELETE: "s3:DeleteObject",
}
_AWS_WRITES: Final = frozenset({Act.PUT, Act.UPLOAD, Act.COMPLETE})
_AWS_LISTS: Final[Mapping[Act, str]] = {
    Act.LIST: "s3:ListBucket",
    Act.UPLOADS: "s3:ListBucketMultipartUploads",
}
_SEAWEEDFS: Final[Mapping[Act, tuple[str, ...]]] = {
    **{act: (action,) for act, action in _AWS.items()},
    Act.PUT: ("s3:PutObject",),  # with the steps of multipart uploads
    Act.UPLOAD: ("s3:CreateMultipartUpload", "s3:UploadPart"),
    Act.COMPLETE: ("s3:CompleteMultipartUpload",),
}
_CREATION: Final = "s3:ObjectCreationOperation"  # true for PutObject, CompleteMultipartUpload


def aws_policy(role: Role, bucket: str = BUCKET) -> Document:
    """The policy of an IAM user or role."""
    statements: list[Document] = []
    for grant in ROLES[role]:
        arns = _arns(bucket, grant)
        if actions := [_AWS[act] for act in sorted(grant.acts & _AWS.keys())]:
            statements.append(_statement("Allow", actions, arns))
        statements += _aws_writes(grant, arns)
    lists = [act for grant in ROLES[role] for act in sorted(grant.acts & _AWS_LISTS.keys())]
    if actions := [*(_AWS_LISTS[act] for act in lists), *BUCKET_ACTIONS.get(role, ())]:
        statements.append(_statement("Allow", sorted(actions), [_arn(bucket)]))
    return _document(statements)


def seaweedfs_policy(role: Role, bucket: str) -> Document:
    """The same in SeaweedFS's own actions."""
    statements: list[Document] = []
    for grant in ROLES[role]:
        acts = sorted(grant.acts & _SEAWEEDFS.keys())
        if actions := [action for act in acts for action in _SEAWEEDFS[act]]:
            statements.append(_statement("Allow", actions, _arns(bucket, grant)))
        if lists := [_AWS_LISTS[act] for act in sorted(grant.acts & _AWS_LISTS.keys())]:
            below = {"StringLike": {"s3:prefix": list(grant.keys)}}
            statements.append(_statement("Allow", lists, [_arn(bucket)], below))
    if actions := [action.replace("CORS", "Cors") for action in BUCKET_ACTIONS.get(role, ())]:
        statements.append(_statement("Allow", actions, [_arn(bucket)]))
    return _document(statements)


def seaweedfs_identities(bucket: str, keys: Mapping[Role, tuple[str, str]]) -> Document:
    """What ``weed -s3.config`` reads; ``keys`` has the key id and the secret of each role."""
    return {
        "identities": [
            {
                "name": role,
                "credentials": [{"accessKey": key_id, "secretKey": secret}],
                "policyNames": [role],
            }
            for role, (key_id, secret) in keys.items()
        ],
        "policies": [{"name": role, "document": seaweedfs_policy(role, bucket)} for role in ROLES],
    }


def placeholders() -> dict[Role, tuple[str, str]]:
    """Keys that SeaweedFS takes from its environment; an identity without its key has none."""
    return {
        role: (f"${{{role.upper()}_ACCESS_KEY_ID}}", f"${{{role.upper()}_SECRET_ACCESS_KEY}}")
        for role in ROLES
    }


def _aws_writes(grant: Grant, arns: list[str]) -> Iterator[Document]:
    writes, put = grant.acts & _AWS_WRITES, ["s3:PutObject"]
    creates = {"Bool": {_CREATION: "true"}}
    if writes == {Act.COMPLETE}:  # which never replaces anything
        new = {"Null": {"s3:if-none-match": "false"}}
        yield _statement("Allow", put, arns, {**creates, **new})
    elif writes:
        yield _statement("Allow", put, arns)
    if writes == {Act.UPLOAD}:
        yield _statement("Deny", put, arns, creates)


def _arn(bucket: str) -> str:
    return f"arn:aws:s3:::{bucket}"


def _arns(bucket: str, grant: Grant) -> list[str]:
    return [f"{_arn(bucket)}/{pattern}" for pattern in grant.keys]


def _statement(
    effect: str, actions: list[str], resources: list[str], condition: Document | None = None
) -> Document:
    statement: Document = {"Effect": effect, "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


def _document(statements: list[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}
