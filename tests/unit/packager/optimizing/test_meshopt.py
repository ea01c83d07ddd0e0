from __future__ import annotations

import gc
import hashlib
import math
import random
import subprocess
import sys
from array import array

import pytest

from services.packager.optimizing.meshopt import EncoderError, EncoderProgram
from tests.gltf import encoder, mesh_encoder

NOISE = random.Random(7).randbytes(1 << 20)


def test_rows_that_follow_each_other_take_little_and_noise_hardly_more() -> None:
    """Whatever the bytes mean."""
    smooth = array("I", range(10_000)).tobytes()
    assert len(encoder().attributes(smooth, 4)) < len(smooth) / 10
    assert len(encoder().attributes(NOISE, 16)) < len(NOISE) * 1.02


def test_one_encoder_gives_what_several_would() -> None:
    """It keeps nothing of what it has encoded, and gives its memory back."""
    one = encoder()
    indices = array("I", random.Random(1).choices(range(1_000), k=3_000))
    for _ in range(3):
        assert one.attributes(NOISE, 16) == encoder().attributes(NOISE, 16)
        assert one.triangles(indices) == encoder().triangles(indices)
        assert one.sequence(indices) == encoder().sequence(indices)
    assert one._memory.data_len(one._store) < 4 * len(NOISE)


def test_another_process_gives_the_same_bytes() -> None:
    """Artifacts are reproducible."""
    code = (
        "import hashlib, random; from tests.gltf import encoder; "
        "noise = random.Random(7).randbytes(1 << 20); "
        "print(hashlib.sha256(encoder().attributes(noise, 16)).hexdigest())"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = hashlib.sha256(encoder().attributes(NOISE, 16)).hexdigest()
    assert there.stdout.strip() == here


def test_a_process_ends_without_complaints() -> None:
    """However long its encoders are kept: here, in modules that outlive those of wasmtime."""
    code = (
        "import sys, ctypes; from tests.gltf import encoder_program; encoder_program().start(); "
        "[ctypes.pythonapi.Py_IncRef(ctypes.py_object(one)) for one in sys.modules.values()]"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not ended.stderr


def test_an_encoder_outlives_its_program() -> None:
    """What is being encoded is encoded."""
    program = EncoderProgram(mesh_encoder())
    last = program.start()
    expected = last.attributes(NOISE, 16)
    del program
    gc.collect()
    assert last.attributes(NOISE, 16) == expected


@pytest.mark.parametrize("bits", [1, 2, 8, 16, 23])
def test_rounding_is_as_fine_as_it_was_asked_to_be(bits: int) -> None:
    """At most half a step; the step is a power of two, the sign takes one of the bits."""
    rng = random.Random(bits)
    numbers = array("f", (rng.uniform(-5, 5) for _ in range(1_000)))
    words = array("i", encoder().rounded(numbers.tobytes(), bits))
    step = 2.0 ** (3 - (bits - 1))  # 8 is the power of two above 5
    for number, word in zip(numbers, words, strict=True):
        mantissa = ((word & 0xFFFFFF) ^ 0x800000) - 0x800000
        assert abs(math.ldexp(mantissa, word >> 24) - number) <= step / 2 * 1.0001


def test_memory_has_a_bound() -> None:
    """Of its own, whatever the machine has."""
    small = encoder(max_memory_bytes=1 << 20)
    assert small.attributes(NOISE[:1024], 16)
    with pytest.raises(EncoderError, match="memory"):
        small.attributes(NOISE, 16)


def test_whatever_it_is_given_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """By counting its steps, not by a clock: on every machine after the same number."""
    monkeypatch.setattr("services.packager.optimizing.meshopt.STEPS_A_BYTE", 1)
    monkeypatch.setattr("services.packager.optimizing.meshopt.STEPS", 10_000)
    with pytest.raises(EncoderError, match="fuel"):
        encoder().attributes(NOISE, 16)
