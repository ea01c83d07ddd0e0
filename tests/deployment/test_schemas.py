"""Unknown fields and wrong types are refused, as a strict API server would."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from tests.deployment.rendering import EVERYTHING, SIGNING_IN, Manifest, named, render

CUSTOM: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("custom_resources.yaml").read_text()
)
LEAST = {"local": 45, "own-nats": 50}


@pytest.mark.parametrize("name", [*EVERYTHING, *SIGNING_IN])
def test_every_manifest_fits_the_schema_of_its_kind(name: str) -> None:
    """Kubernetes' own kinds, and those of the operators that we use."""
    manifests = render(name)
    assert len(manifests) >= LEAST.get(name, 55)
    for manifest in manifests:
        validate(json.dumps(manifest))


def test_the_schemas_of_custom_resources_refuse() -> None:
    """A field that nobody knows, a trigger without its consumer, a threshold that is no text."""
    scaled = named(render("production"), "ScaledObject", "packager-web")
    for change in (
        {"minReplicas": 1},
        {"triggers": [{"type": "nats-jetstream", "metadata": {"stream": "EXPORTS"}}]},
        {"triggers": [{"type": "cpu", "metadata": {"value": 150}}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            validate_custom({**scaled, "spec": {**scaled["spec"], **change}})


@cache
def validate(text: str) -> None:
    """One manifest, once, however many overlays have it."""
    manifest: Manifest = json.loads(text)
    if kind(manifest) in CUSTOM:
        validate_custom(manifest)
    else:
        latest = kubernetes_validate.latest_version()
        kubernetes_validate.validate(manifest, latest, strict=True)


def validate_custom(manifest: Manifest) -> None:
    """A custom resource against the schema of the fields that we use."""
    assert set(manifest) == {"apiVersion", "kind", "metadata", "spec"}
    schema = CUSTOM[kind(manifest)]
    jsonschema.validate(manifest["spec"], {**schema, "$defs": CUSTOM["$defs"]})


def kind(manifest: Manifest) -> str:
    """Group, version and kind, as ``custom_resources.yaml`` names them."""
    return f"{manifest['apiVersion']}/{manifest['kind']}"
