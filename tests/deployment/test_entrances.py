from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from services.gateway.settings import Limits
from shared.service.health_app import PATHS
from tests.deployment.rendering import EVERYTHING, Manifest, of_kind, render

CLUSTERS = tuple(name for name in EVERYTHING if name != "local")
NGINX = "nginx.ingress.kubernetes.io/"
PAGE = {("Exact", "/"), ("Exact", "/page.json"), ("Prefix", "/assets"), ("Prefix", "/sample")}
API = {("Prefix", "/api"), ("Exact", "/schema/openapi.json")}


@pytest.fixture(params=CLUSTERS)
def cluster(request: pytest.FixtureRequest) -> tuple[Manifest, ...]:
    """Those with an ingress."""
    return render(request.param)


def test_only_what_clients_need_can_be_reached(cluster: tuple[Manifest, ...]) -> None:
    """No path leads to metrics, or to what is said of readiness; games are on a port apart."""
    ways: dict[tuple[str, str], set[tuple[str, str]]] = {
        (entry["backend"]["service"]["name"], entry["backend"]["service"]["port"]["name"]): set()
        for entry in paths(cluster)
    }
    for entry in paths(cluster):
        service = entry["backend"]["service"]
        ways[service["name"], service["port"]["name"]].add((entry["pathType"], entry["path"]))
    assert ways == {
        ("gateway", "http"): PAGE | API,
        ("gateway", "games"): {("Prefix", "/")},
        ("status", "http"): {("Prefix", "/export")},
    }
    prefixes = {path for kind, path in PAGE | API if kind == "Prefix"}
    assert not any(path.startswith(prefix) for path in PATHS for prefix in prefixes)


def test_each_host_is_the_one_that_clients_are_told(cluster: tuple[Manifest, ...]) -> None:
    """The settings name it, the ingress serves it, a certificate covers it."""
    (told,) = (m["data"] for m in of_kind(cluster, "ConfigMap") if "EXPORT_PUBLIC_URL" in m["data"])
    names = {
        "gateway": "EXPORT_PUBLIC_URL",
        "status": "AETHEL_WS_URL",
        "games": "EXPORT_PREVIEW_ORIGIN",
    }
    covered = {
        (m["spec"]["secretName"], host)
        for m in of_kind(cluster, "Certificate")
        for host in m["spec"].get("dnsNames", ())
    }
    for ingress in of_kind(cluster, "Ingress"):
        (rule,) = ingress["spec"]["rules"]
        (tls,) = ingress["spec"]["tls"]
        url = urlsplit(told[names[ingress["metadata"]["name"]]])
        assert url.scheme in {"https", "wss"}
        assert [url.hostname] == [rule["host"]] == tls["hosts"]
        assert (tls["secretName"], rule["host"]) in covered


def test_uploads_and_websockets_are_not_cut_short(cluster: tuple[Manifest, ...]) -> None:
    """The largest project passes, unbuffered; a socket may be silent for an hour."""
    asked = {
        m["metadata"]["name"]: {
            key.removeprefix(NGINX): value for key, value in m["metadata"]["annotations"].items()
        }
        for m in of_kind(cluster, "Ingress")
    }
    size = re.fullmatch(r"(\d+)g", asked["gateway"]["proxy-body-size"])
    assert size
    assert int(size[1]) << 30 > Limits().project_bytes
    assert asked["gateway"]["proxy-request-buffering"] == "off"
    assert asked["games"]["proxy-buffering"] == "off"
    for way in ("read", "send"):
        assert int(asked["status"][f"proxy-{way}-timeout"]) >= 3_600
    assert {asked["status"]["proxy-body-size"], asked["games"]["proxy-body-size"]} == {"16k"}


def paths(cluster: tuple[Manifest, ...]) -> list[Manifest]:
    """All paths of all ways in."""
    return [
        path
        for ingress in of_kind(cluster, "Ingress")
        for rule in ingress["spec"]["rules"]
        for path in rule["http"]["paths"]
    ]
