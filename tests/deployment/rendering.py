"""Overlays, and variants that the documentation describes, as a cluster would get them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Manifest = dict[str, Any]
Kustomization = dict[str, Any]

ROOT: Final = Path(__file__).parents[2]
KUBECTL: Final = Path(sys.executable).with_name("kubectl")
DASHBOARDS: Final = "monitoring/grafana"
OUR_NATS: Final = ("../../components/external-secrets-nats", "../../nats-certificate", "../../nats")


def own_nats(overlay: Kustomization) -> None:
    """Production on a NATS that is there already."""
    overlay["components"] = [c for c in overlay["components"] if c not in OUR_NATS]


def with_operator(overlay: Kustomization) -> None:
    """An operator's pod."""
    overlay["components"].insert(0, "../../components/operator")


def own_identities(overlay: Kustomization) -> None:
    """Production with all that is optional: roles, ways out, an operator's pod, another port."""
    optional = (
        "npm-registry",
        "npm-registry-token",
        "identity-provider",
        "tracing",
        "web-identity",
    )
    with_operator(overlay)
    overlay["components"] += [f"../../components/{name}" for name in optional]
    egress = [{"to": [{"ipBlock": {"cidr": "198.51.100.0/24"}}], "ports": [{"port": 9000}]}]
    patch = [{"op": "replace", "path": "/spec/egress", "value": egress}]
    target = {"kind": "NetworkPolicy", "name": "storage-clients"}
    overlay["patches"] = [{"target": target, "patch": yaml.safe_dump(patch)}]


def signing_in(*components: str) -> Callable[[Kustomization], None]:
    """Production with roles on a NATS that is there already and wants more than a password."""

    def change(overlay: Kustomization) -> None:
        own_nats(overlay)
        with_operator(overlay)
        chosen = ("web-identity", *components, "nats-authority")
        overlay["components"] += [f"../../components/{name}" for name in chosen]
        authority = {"name": "nats-authority", "literals": ["ca.crt=certificate"]}
        overlay["configMapGenerator"] = [authority]

    return change


def with_signing_key(overlay: Kustomization) -> None:
    """Production with the signing key that the documentation mounts."""
    guide = (ROOT / "docs/desktop.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml\n(patches:\n.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    overlay.setdefault("patches", []).extend(yaml.safe_load(example)["patches"])


VARIANTS: Final[dict[str, tuple[str, Callable[[Kustomization], None]]]] = {
    "own-nats": ("production", own_nats),
    "own-identities": ("production", own_identities),
    "staging-operator": ("staging", with_operator),
    "signing-key": ("production", with_signing_key),
}
SIGNING_IN: Final = {
    name: ("production", signing_in(name))
    for name in ("nats-credentials", "nats-nkey", "nats-client-certificate")
}
OVERLAYS: Final = ("local", "staging", "production")
EVERYTHING: Final = (*OVERLAYS, *VARIANTS)


@cache
def render(name: str) -> tuple[Manifest, ...]:
    """What ``kubectl apply -k`` would send for an overlay or a variant of one."""
    with tempfile.TemporaryDirectory() as scratch:
        k8s = Path(scratch) / "k8s"
        shutil.copytree(ROOT / "k8s", k8s, ignore=shutil.ignore_patterns("secrets"))
        shutil.copytree(ROOT / DASHBOARDS, Path(scratch) / DASHBOARDS)
        overlay = k8s / "overlays" / name
        if name == "local":
            shutil.copytree(ROOT / "k8s/overlays/local/secrets", overlay / "secrets")
            subprocess.run([ROOT / "scripts/cluster-secrets", overlay / "secrets"], check=True)
        if found := (VARIANTS | SIGNING_IN).get(name):
            origin, change = found
            shutil.copytree(k8s / "overlays" / origin, overlay)
            kustomization = overlay / "kustomization.yaml"
            read = yaml.safe_load(kustomization.read_text())
            change(read)
            kustomization.write_text(yaml.safe_dump(read))
        rendered = subprocess.run(
            [KUBECTL, "kustomize", overlay], check=True, capture_output=True, text=True
        )
        return tuple(yaml.load_all(rendered.stdout, yaml.CSafeLoader))  # seven times as fast


def of_kind(manifests: tuple[Manifest, ...], *kinds: str) -> Iterator[Manifest]:
    """Those of some kinds."""
    return (manifest for manifest in manifests if manifest["kind"] in kinds)


def named(manifests: tuple[Manifest, ...], kind: str, name: str) -> Manifest:
    """The one of that kind and name."""
    (found,) = (m for m in of_kind(manifests, kind) if m["metadata"]["name"] == name)
    return found


def templates(manifests: tuple[Manifest, ...]) -> Iterator[Manifest]:
    """The pods of everything that runs: their labels and their spec."""
    for manifest in of_kind(manifests, "Deployment", "StatefulSet", "Job"):
        yield manifest["spec"]["template"]


def containers(manifests: tuple[Manifest, ...]) -> Iterator[tuple[Manifest, Manifest]]:
    """Each container of every pod, after the spec of its pod."""
    for template in templates(manifests):
        for container in template["spec"]["containers"]:
            yield template["spec"], container


def selects(selector: Manifest, labels: dict[str, str]) -> bool:
    """Whether a label selector means something with these labels."""
    wanted = selector.get("matchLabels", {})
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    expressions = selector.get("matchExpressions", ())
    assert all(expression["operator"] == "In" for expression in expressions)
    return all(labels.get(e["key"]) in e["values"] for e in expressions)
