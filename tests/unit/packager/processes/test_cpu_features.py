"""What is encoded differs by processor, so the names of what is made of it do; no others."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import pytest

from services.packager.build import cache_key
from services.packager.build.cache_key import build_key, tool_versions
from services.packager.build.plan import BuildPlan
from services.packager.processes.cpu_features import cpu_features
from tests.projects import request

if TYPE_CHECKING:
    from pathlib import Path

    from shared.domain.options import Optimize

X86 = "processor\t: 0\nflags\t\t: fpu tsc sse4_1 avx2 fma hypervisor\n\nprocessor\t: 1\n"
X86_OLDER = X86.replace("avx2 fma ", "")
ARM = "processor\t: 0\nFeatures\t: fp asimd evtstrm sve\n"


@pytest.mark.parametrize(
    ("text", "vectors"),
    [(X86, "avx2 fma sse4_1"), (X86_OLDER, "sse4_1"), (ARM, "asimd sve"), ("", ""), (None, "")],
)
def test_a_processor_is_known_by_its_vector_instructions(
    tmp_path: Path, text: str | None, vectors: str
) -> None:
    """What else it can does not show; a system that tells nothing has an architecture still."""
    cpuinfo = tmp_path / "cpuinfo"
    if text is not None:
        cpuinfo.write_text(text)
    assert cpu_features(cpuinfo) == f"{platform.machine()} {vectors}".strip()


@pytest.mark.parametrize(("optimize", "kinds"), [("off", 1), ("lossless", 2), ("balanced", 2)])
def test_another_processor_makes_another_artifact_where_something_is_encoded(
    monkeypatch: pytest.MonkeyPatch, optimize: Optimize, kinds: int
) -> None:
    """Under one name there is one content, whichever packager made it."""
    keys = set()
    for name in ("x86_64 avx2", "aarch64 asimd"):
        monkeypatch.setattr(cache_key, "cpu_features", lambda name=name: name)
        tool_versions.cache_clear()
        plan = BuildPlan(contents=(), title="Game", version="1")
        keys.add(build_key(plan, snapshot="5" * 64, request=request(optimize=optimize)))
    tool_versions.cache_clear()
    assert len(keys) == kinds
