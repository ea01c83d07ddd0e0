from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.deployment.rendering import EVERYTHING, Manifest, of_kind, render, selects, templates

if TYPE_CHECKING:
    from collections.abc import Iterator

Way = tuple[str, int]
DNS = {("kube-system", 53)}
OUR_NATS = {("nats", 4222)}
ANY_NATS = {("anywhere", 4222)}
SEEN = {("ingress-nginx", 8080), ("monitoring", 8080)}
CALLERS = ("gateway", "operator", "packager", "status", "streams-apply", "uploader")
MOVERS = ("gateway", "operator", "packager", "storage-apply", "uploader")


@pytest.mark.parametrize("name", EVERYTHING)
def test_each_pod_reaches_only_what_it_needs(name: str) -> None:
    """And is reached by those only who need it: each pod's ways, all of them."""
    manifests = render(name)
    nats = ANY_NATS if name == "own-nats" else OUR_NATS
    optional = {("outside", 443)} if name == "own-identities" else set()  # for identities
    port = 9000 if name == "own-identities" else 443
    storage = {("storage", 8333)} if name == "local" else {("outside", port)} | optional
    traces = {("observability", 4318)} if name == "own-identities" else set()
    out: dict[str, set[Way]] = {
        "gateway": nats | storage | traces,
        "packager": nats | storage | traces,
        "uploader": nats | storage | traces,
        "status": nats | optional | traces,
        "operator": nats | storage,
        "streams-apply": nats,
        "storage-apply": storage,
        "nats": {("nats", 6222)},
        "storage": set(),
    }
    into: dict[str, set[Way]] = {
        "gateway": SEEN | {("ingress-nginx", 8082)},
        "status": SEEN,
        "packager": {("monitoring", 8080)},
        "uploader": {("monitoring", 8080)},
        "operator": set(),
        "streams-apply": set(),
        "storage-apply": set(),
        "nats": {
            *((caller, 4222) for caller in CALLERS),
            ("nats", 6222),
            ("keda", 8222),
            ("monitoring", 8222),
        },
        "storage": {(caller, 8333) for caller in MOVERS},
    }
    for template in templates(manifests):
        labels = template["metadata"]["labels"]
        pod = labels["app.kubernetes.io/name"]
        specs = [
            policy["spec"]
            for policy in of_kind(manifests, "NetworkPolicy")
            if selects(policy["spec"]["podSelector"], labels)
        ]
        assert {kind for spec in specs for kind in spec["policyTypes"]} == {"Ingress", "Egress"}
        assert ways(specs, "egress", "to") == out[pod] | DNS, pod
        assert ways(specs, "ingress", "from") == into[pod], pod


def test_nobody_reaches_the_metadata_of_the_cloud(manifests: tuple[Manifest, ...]) -> None:
    """There, whoever asks gets the rights of the node."""
    for policy in of_kind(manifests, "NetworkPolicy"):
        for rule in policy["spec"].get("egress", ()):
            for block in (peer["ipBlock"] for peer in rule.get("to", ()) if "ipBlock" in peer):
                wide = block["cidr"] == "0.0.0.0/0"
                assert not wide or block["except"] == ["169.254.0.0/16"]


def ways(specs: list[dict[str, Any]], direction: str, peers: str) -> set[Way]:
    """Who is at the other end, and by which port; an egress that names nobody goes anywhere."""
    return {
        (who, port["port"])
        for spec in specs
        for rule in spec.get(direction, ())
        for port in rule["ports"]
        for who in others(rule.get(peers))
    }


def others(peers: list[dict[str, Any]] | None) -> Iterator[str]:
    """The peers of a rule, by the names that their selectors ask for."""
    if peers is None:
        yield "anywhere"
        return
    for peer in peers:
        if "ipBlock" in peer:
            yield "outside"
        else:
            selector = peer.get("namespaceSelector") or peer["podSelector"]
            yield from selector.get("matchLabels", {}).values()
            for expression in selector.get("matchExpressions", ()):
                yield from expression["values"]
