from __future__ import annotations

from typing import Any

import pytest

from services.gateway.settings import GatewaySettings
from shared.settings import NatsSettings, S3Settings, load, names
from tests.deployment.environments import SERVICES, environment, readable, settings
from tests.deployment.rendering import EVERYTHING, SIGNING_IN, Manifest, named, of_kind, render


@pytest.mark.parametrize("name", [*EVERYTHING, *SIGNING_IN])
def test_every_service_is_deployed_and_starts_with_its_settings(name: str) -> None:
    """Each pod's environment loads into the settings of its service, and holds nothing unknown."""
    manifests = render(name)
    known = {name for service in SERVICES for name in names(settings(service))}
    deployed = set()
    for deployment in of_kind(manifests, "Deployment"):
        template = deployment["spec"]["template"]
        service = template["spec"]["containers"][0]["command"][-1].removeprefix("services.")
        environ = environment(template, manifests)
        assert {
            n for n in environ if n not in known and n.removesuffix("_FILE") not in known
        } == set()
        with readable(environ) as usable:
            load(settings(service), usable)
        deployed.add(service)
    assert deployed == set(SERVICES)


def test_the_jobs_start_with_their_settings(manifests: tuple[Manifest, ...]) -> None:
    """``streams apply`` knows its NATS, ``storage apply`` its bucket."""
    wanted: dict[str, type[Any]] = {"streams-apply": NatsSettings, "storage-apply": S3Settings}
    for name, read in wanted.items():
        template = named(manifests, "Job", name)["spec"]["template"]
        assert template["spec"]["containers"][0]["command"] == ["aethel-export", *name.split("-")]
        with readable(environment(template, manifests)) as usable:
            load(read, usable)


def test_a_cluster_keeps_three_copies(manifests: tuple[Manifest, ...]) -> None:
    """``NATS_STREAM_REPLICAS`` is what the NATS that comes along can hold."""
    (settings_of_all,) = (
        m["data"]
        for m in of_kind(manifests, "ConfigMap")
        if m["metadata"]["name"].startswith("aethel-export")
    )
    copies = int(settings_of_all.get("NATS_STREAM_REPLICAS", "1"))
    for nats in of_kind(manifests, "StatefulSet"):
        if nats["metadata"]["name"] == "nats":
            assert copies == nats["spec"]["replicas"]


def test_spooled_bodies_fit_into_the_volume(manifests: tuple[Manifest, ...]) -> None:
    """A volume that outgrows its limit gets the pod evicted; one without any fills the node."""
    template = named(manifests, "Deployment", "gateway")["spec"]["template"]
    (container,) = template["spec"]["containers"]
    with readable(environment(template, manifests)) as usable:
        read = load(GatewaySettings, usable)
    volumes = {volume["name"]: volume.get("emptyDir") for volume in template["spec"]["volumes"]}
    (mount,) = (m for m in container["volumeMounts"] if m["mountPath"] == "/tmp")  # noqa: S108
    room = int(volumes[mount["name"]]["sizeLimit"].removesuffix("Gi"))
    assert read.spool_bytes * 1.05 <= room << 30
    assert read.spool_bytes >= read.limits.project_bytes
    assert int(container["resources"]["limits"]["ephemeral-storage"].removesuffix("Gi")) > room
