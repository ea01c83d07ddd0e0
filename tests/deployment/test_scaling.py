from __future__ import annotations

import msgspec
import pytest

from services.packager.settings import PackagerSettings
from services.status.settings import StatusSettings
from shared.jetstream import topology
from shared.metrics.sockets import OPEN
from tests.deployment.rendering import EVERYTHING, Manifest, named, of_kind, render

CLUSTERS = tuple(name for name in EVERYTHING if name != "local")
READERS = {topology.UPLOADER: "uploader", topology.CANCELS: "uploader", topology.STATUS: "status"}
UNITS = {"m": 0.001, "Mi": 1 / 1024, "Gi": 1}


@pytest.fixture(params=CLUSTERS)
def cluster(request: pytest.FixtureRequest) -> tuple[Manifest, ...]:
    """Those with KEDA."""
    return render(request.param)


def test_every_durable_scales_those_who_read_it(cluster: tuple[Manifest, ...]) -> None:
    """Each consumer of messages that are worked on is watched once, and calls who takes them."""
    watched = {}
    slices = []
    for scaled in of_kind(cluster, "ScaledObject"):
        name = scaled["spec"]["scaleTargetRef"]["name"]
        assert named(cluster, "Deployment", name)
        for trigger in scaled["spec"]["triggers"]:
            if trigger["type"] == "nats-jetstream":
                if trigger["metadata"]["stream"] == topology.FILMS:
                    slices.append((trigger["metadata"]["consumer"], name))
                    continue
                assert trigger["metadata"]["stream"] == topology.EXPORTS
                assert trigger["metadata"]["consumer"] not in watched
                watched[trigger["metadata"]["consumer"]] = name
    offered = {
        d["spec"]["template"]["metadata"]["labels"]["aethel-export/platform"]
        for d in of_kind(cluster, "Deployment")
        if d["metadata"]["name"].startswith("packager-")
    }
    packagers = {
        topology.packager_durable(platform): f"packager-{platform}" for platform in offered
    }
    durables = {c.durable_name for c in topology.CONSUMERS}
    assert watched == READERS | packagers
    assert slices == [(topology.FILM_SLICES, "packager-video")]
    assert set(watched) <= durables
    assert durables - set(watched) == {  # platforms that these overlays do not offer
        d for d in durables if d and d.startswith("packager-") and d not in packagers
    }


def test_a_deployment_that_is_scaled_names_no_number(cluster: tuple[Manifest, ...]) -> None:
    """Each ``apply`` would send the others home, in the middle of their work."""
    for deployment in of_kind(cluster, "Deployment"):
        assert "replicas" not in deployment["spec"]
        named(cluster, "ScaledObject", deployment["metadata"]["name"])


def test_nobody_is_sent_home_in_a_hurry(cluster: tuple[Manifest, ...]) -> None:
    """One pod a minute, after five minutes of less work; and nobody while KEDA cannot ask."""
    for scaled in of_kind(cluster, "ScaledObject"):
        spec = scaled["spec"]
        down = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
        assert down["stabilizationWindowSeconds"] >= 300
        assert down["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 60}]
        assert 1 <= spec["minReplicaCount"] <= spec["maxReplicaCount"]
        if any(trigger["type"] != "cpu" for trigger in spec["triggers"]):
            fallback = spec["fallback"]
            assert fallback["behavior"] == "currentReplicasIfHigher"
            assert fallback["replicas"] == spec["minReplicaCount"]


def test_packagers_get_as_much_as_they_work_on_at_a_time(cluster: tuple[Manifest, ...]) -> None:
    """KEDA counts what waits and what is in hand."""
    packagers = {
        m["metadata"]["name"]: m["spec"]["triggers"]
        for m in of_kind(cluster, "ScaledObject")
        if m["metadata"]["name"].startswith("packager-")
    }
    assert packagers
    at_a_time = str(default(PackagerSettings, "concurrency"))
    of_exports = [
        (name, t["metadata"])
        for name, triggers in packagers.items()
        for t in triggers
        if t["metadata"]["stream"] == topology.EXPORTS
    ]
    assert [name for name, _ in of_exports] == [*packagers]
    assert {asked["lagThreshold"] for _, asked in of_exports} == {at_a_time}
    (slices,) = (
        t["metadata"]
        for t in packagers["packager-video"]
        if t["metadata"]["stream"] == topology.FILMS
    )
    (container,) = named(cluster, "Deployment", "packager-video")["spec"]["template"]["spec"][
        "containers"
    ]
    (browsers,) = (e["value"] for e in container["env"] if e["name"] == "PACKAGER_FILM_BROWSERS")
    assert slices["lagThreshold"] == browsers


def test_the_sockets_of_a_pod_that_ends_find_room(cluster: tuple[Manifest, ...]) -> None:
    """The query counts the gauge of open WebSockets; a pod is called long before it is full."""
    (trigger,) = (
        t["metadata"]
        for t in named(cluster, "ScaledObject", "status")["spec"]["triggers"]
        if t["type"] == "prometheus"
    )
    (namespace,) = of_kind(cluster, "Namespace")
    gauge = next(iter(OPEN.collect())).name
    assert trigger["query"] == f'sum({gauge}{{namespace="{namespace["metadata"]["name"]}"}})'
    least = named(cluster, "ScaledObject", "status")["spec"]["minReplicaCount"]
    most = default(StatusSettings, "max_sockets")
    assert int(trigger["threshold"]) * least <= most * (least - 1)


def test_the_quota_lets_everybody_reach_the_maximum(cluster: tuple[Manifest, ...]) -> None:
    """Twice: packagers of the version before still finish their exports."""
    (quota,) = (m["spec"]["hard"] for m in of_kind(cluster, "ResourceQuota"))
    most = {
        m["metadata"]["name"]: m["spec"]["maxReplicaCount"]
        for m in of_kind(cluster, "ScaledObject")
    }
    for part, kind in (("requests", "cpu"), ("requests", "memory"), ("limits", "memory")):
        twice = sum(
            2 * most[d["metadata"]["name"]] * amount(container["resources"][part][kind])
            for d in of_kind(cluster, "Deployment")
            for container in d["spec"]["template"]["spec"]["containers"]
        )
        assert twice < amount(quota[f"{part}.{kind}"]), (part, kind, twice)
    assert 2 * sum(most.values()) < int(quota["pods"])
    claimed = sum(
        m["spec"].get("replicas", 1) * amount(claim["spec"]["resources"]["requests"]["storage"])
        for m in of_kind(cluster, "StatefulSet")
        for claim in m["spec"]["volumeClaimTemplates"]
    )
    assert claimed <= amount(quota["requests.storage"])


def amount(quantity: str) -> float:
    """Cores, or GiB."""
    unit = next((unit for unit in UNITS if quantity.endswith(unit)), "")
    return float(quantity.removesuffix(unit)) * UNITS.get(unit, 1)


def default(settings: type[msgspec.Struct], field: str) -> int:
    """What a setting is where nobody sets it."""
    return int({f.name: f.default for f in msgspec.structs.fields(settings)}[field])
