from __future__ import annotations

import re

import pytest

from shared.storage.permissions import BACKUP
from tests.deployment.environments import (
    SERVICES,
    environment,
    mounted_secrets,
    secret_files,
    unhashed,
)
from tests.deployment.rendering import (
    EVERYTHING,
    ROOT,
    SIGNING_IN,
    Manifest,
    containers,
    of_kind,
    render,
    templates,
)

TOKENS = {"JWT_SECRET", "JWT_SECRET_PREVIOUS"}
STORAGE = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
READ = {  # by each pod
    "gateway": {"NATS_URL", *TOKENS, *STORAGE},
    "status": {"NATS_URL", *TOKENS},
    "packager": {"NATS_URL", *STORAGE},
    "uploader": {"NATS_URL", *STORAGE},
    "operator": {"NATS_URL", *STORAGE},
    "streams-apply": {"NATS_URL"},
    "storage-apply": STORAGE,
}
HELD = {  # by each secret
    "aethel-export-gateway": {"NATS_URL", *STORAGE},
    "aethel-export-jwt": TOKENS,
    "aethel-export-operator": {"NATS_URL", *STORAGE},
    "aethel-export-packager": {"NATS_URL", *STORAGE},
    "aethel-export-status": {"NATS_URL"},
    "aethel-export-uploader": {"NATS_URL", *STORAGE},
}
SIGN_IN = {  # to a NATS of one's own
    "nats-credentials": {"NATS_CREDS"},
    "nats-nkey": {"NATS_NKEY_SEED"},
    "nats-client-certificate": {"NATS_TLS_CERT", "NATS_TLS_KEY"},
}


NAMES = pytest.mark.parametrize("name", [*EVERYTHING, *SIGNING_IN])


def changed(keys: set[str], owner: str, name: str) -> set[str]:
    """The keys of a secret where rights come by identity, or sign-ins and tokens are added."""
    if name in {"own-identities", *SIGNING_IN}:
        keys = keys - STORAGE
    if "NATS_URL" in keys:
        keys = keys | SIGN_IN.get(name, set())
    token = name == "own-identities" and owner == "packager"
    return keys | {"PACKAGER_NPM_TOKEN"} if token else keys


@NAMES
def test_each_pod_reads_only_its_own_secrets(name: str) -> None:
    """Packagers never see ``JWT_SECRET``, the status service no key of the storage."""
    manifests = render(name)
    seen = set()
    for template in templates(manifests):
        pod = template["metadata"]["labels"]["app.kubernetes.io/name"]
        if pod not in READ:
            continue
        seen.add(pod)
        wanted = changed(READ[pod], pod, name)
        assert secret_files(environment(template, manifests)) == wanted
        own = f"aethel-export-{pod if pod in SERVICES else 'operator'}"
        shared = {"aethel-export-jwt"} if "JWT_SECRET" in wanted else set()
        assert mounted_secrets(template["spec"]) == {own} | shared
        (container,) = template["spec"]["containers"]
        assert all(set(source) == {"configMapRef"} for source in container["envFrom"])
        assert not any("secretKeyRef" in e.get("valueFrom", ()) for e in container["env"])
    assert seen | {"operator"} == set(READ)  # whose pod is optional


@NAMES
def test_each_secret_holds_what_one_service_reads(name: str) -> None:
    """Whether a vault fills it or a file; the vault's entries are apart, too."""
    manifests = render(name)
    held = {
        unhashed(m["metadata"]["name"]): set(m["data"]) for m in of_kind(manifests, "Secret")
    } | {
        m["spec"]["target"]["name"]: {entry["secretKey"] for entry in m["spec"]["data"]}
        for m in of_kind(manifests, "ExternalSecret")
    }
    ours = {secret: keys for secret, keys in held.items() if secret.startswith("aethel-export-")}
    assert ours == {
        secret: changed(keys, secret.removeprefix("aethel-export-"), name)
        for secret, keys in HELD.items()
    }
    for external in of_kind(manifests, "ExternalSecret"):
        own = external["metadata"]["name"]
        entry = "aethel-export/nats" if own == "nats-passwords" else own.replace("t-", "t/")
        refs = {e["secretKey"]: e["remoteRef"] for e in external["spec"]["data"]}
        assert {ref["key"] for ref in refs.values()} == {entry}
        assert entry == "aethel-export/nats" or all(refs[k]["property"] == k for k in refs)


def test_of_a_secret_with_a_private_key_others_see_the_authority_only(
    manifests: tuple[Manifest, ...],
) -> None:
    """The certificate of the NATS nodes lies beside its key."""
    for template in templates(manifests):
        if template["metadata"]["labels"]["app.kubernetes.io/name"] == "nats":
            continue
        for volume in template["spec"]["volumes"]:
            if unhashed(volume.get("secret", {}).get("secretName", "")) == "nats-tls":
                assert [item["key"] for item in volume["secret"]["items"]] == ["ca.crt"]


def test_no_secret_stands_where_many_can_read_it(manifests: tuple[Manifest, ...]) -> None:
    """In a config map, or on a command line, which a node's processes and engine show."""
    for config in of_kind(manifests, "ConfigMap"):
        for key, value in config["data"].items():
            assert not re.search(r"SECRET|PASSWORD|TOKEN$|_KEY$|NATS_URL", key), key
            assert not re.search(r"://[^/\s]*:[^/\s]*@", value), key
            assert not re.search(r"password: *\"", value), key
    for _, container in containers(manifests):
        line = " ".join([*container.get("command", ()), *container.get("args", ())])
        assert not re.search(r"\$\([A-Z_]+\)", line), line


def test_the_storage_that_comes_along_knows_every_identity() -> None:
    """Its file of identities takes their keys from the environment, and each service its own."""
    made = {unhashed(m["metadata"]["name"]): m["data"] for m in of_kind(render("local"), "Secret")}
    file = (ROOT / "k8s/storage/identities.json").read_text()
    wanted = set(re.findall(r"\$\{(\w+)\}", file))
    assert wanted <= set(made["storage"])
    for key in wanted:
        service, variable = key.split("_", 1)
        if service.lower() == BACKUP:
            continue  # whoever copies the bucket does so from outside
        own = made[f"aethel-export-{service.lower()}"]
        assert made["storage"][key] == own[f"AWS_{variable}"]


def test_the_examples_say_what_is_in_each_file() -> None:
    """``scripts/cluster-secrets`` writes the variables that each ``*.env.example`` names."""
    made = {unhashed(m["metadata"]["name"]): m["data"] for m in of_kind(render("local"), "Secret")}
    files = list((ROOT / "k8s/overlays/local/secrets").glob("*.env.example"))
    assert {file.name.removesuffix(".env.example") for file in files} == {
        *(name.removeprefix("aethel-export-") for name in HELD),
        "storage",
    }
    for file in files:
        name = file.name.removesuffix(".env.example")
        secret = made["storage" if name == "storage" else f"aethel-export-{name}"]
        assert set(re.findall(r"^(\w+)=", file.read_text(), re.MULTILINE)) == set(secret)
