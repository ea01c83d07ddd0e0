"""meshoptimizer's encoder is the WebAssembly that its author ships, run by wasmtime.

That gives the same bytes on every machine, and what a hostile model makes of it stays inside: it
has its own memory, of a bounded size, no system calls, and a bounded number of steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast
from weakref import finalize

if TYPE_CHECKING:
    from array import array

    from wasmtime import Engine, Func, Memory, Module

MAX_MEMORY_BYTES: Final = 768 << 20  # what 128 MiB of small indices take, and their codes
STEPS: Final = 1 << 22  # of WebAssembly, for a call about nothing
STEPS_A_BYTE: Final = 1_000  # four times what noise takes
LEVEL: Final = 3  # of 3; still 80 MB a second
VERTEX_VERSION: Final = 1  # what KHR_meshopt_compression added to the EXT of the same name
INDEX_VERSION: Final = 1
ANY_VERTEX: Final = (1 << 32) - 1
WORD_BYTES: Final = 4
PAGE_BYTES: Final = 64 << 10  # of WebAssembly
SHARED_EXPONENT: Final = 2  # meshopt_EncodeExpSharedComponent


class EncoderError(Exception):
    """The encoder needed more memory or time than a model of that size can ask for."""


class EncoderProgram:
    """The encoder, compiled: for all threads."""

    def __init__(self, wasm: bytes) -> None:
        from wasmtime import Config, Engine, Module  # noqa: PLC0415 - 30 MB, for those who optimise

        config = Config()
        config.consume_fuel = True
        self._engine = Engine(config)
        self._module = Module(self._engine, wasm)
        # At the interpreter's exit, too, while wasmtime's own modules are still there to do it.
        finalize(self, _close, self._module, self._engine)

    def start(self, *, max_memory_bytes: int = MAX_MEMORY_BYTES) -> Encoder:
        """An encoder with a memory of its own."""
        return Encoder(self._engine, self._module, max_memory_bytes)


def _close(module: Module, engine: Engine) -> None:
    """Encoders under way hold what they need of both."""
    module.close()
    engine.close()


class Encoder:
    """For one thread and one model: what it has taken of memory it keeps."""

    def __init__(self, engine: Engine, module: Module, max_memory_bytes: int) -> None:
        from wasmtime import Instance, Store, WasmtimeError  # noqa: PLC0415 - see above

        self._store = Store(engine)
        self._max_memory_bytes = max_memory_bytes
        self._store.set_limits(memory_size=max_memory_bytes)
        self._store.set_fuel(STEPS)
        try:
            self._exports = Instance(self._store, module, []).exports(self._store)
        except WasmtimeError as error:
            if "mem" in str(error):
                raise MemoryError(str(error)) from error
            raise
        self._memory = cast("Memory", self._exports["memory"])
        self._call("__wasm_call_ctors")
        self._call("meshopt_encodeIndexVersion", INDEX_VERSION)

    def attributes(self, rows: bytes, stride: int) -> bytes:
        """Rows of ``stride`` bytes each (a multiple of 4, at most 256), whatever they mean."""
        count = len(rows) // stride
        bound = self._call("meshopt_encodeVertexBufferBound", count, stride)
        return self._encode(
            "meshopt_encodeVertexBufferLevel", bound, rows, count, stride, LEVEL, VERTEX_VERSION
        )

    def triangles(self, indices: array[int]) -> bytes:
        """Three indices (uint32) a triangle; decoding may turn each, (a, b, c) to (b, c, a)."""
        bound = self._call("meshopt_encodeIndexBufferBound", len(indices), ANY_VERTEX)
        return self._encode("meshopt_encodeIndexBuffer", bound, indices.tobytes(), len(indices))

    def sequence(self, indices: array[int]) -> bytes:
        """Indices (uint32) of anything, in their order."""
        bound = self._call("meshopt_encodeIndexSequenceBound", len(indices), ANY_VERTEX)
        return self._encode("meshopt_encodeIndexSequence", bound, indices.tobytes(), len(indices))

    def rounded(self, column: bytes, bits: int) -> bytes:
        """Floats as numbers of so many bits, sign included, under one exponent.

        Each is a word: the mantissa in the lower 24 bits, the exponent above (the filter
        EXPONENTIAL). More than 23 bits could overflow.
        """
        start = target = self._reserve(len(column))
        source = self._reserve(len(column))
        self._memory.write(self._store, column, source)
        self._refuel(len(column))
        count = len(column) // WORD_BYTES
        self._call(
            "meshopt_encodeFilterExp", target, count, WORD_BYTES, bits, source, SHARED_EXPONENT
        )
        made = self._memory.read(self._store, target, target + len(column))
        self._release(start)
        return bytes(made)

    def _encode(self, name: str, bound: int, source: bytes, *arguments: int) -> bytes:
        start = target = self._reserve(bound)
        at = self._reserve(len(source))
        self._memory.write(self._store, source, at)
        self._refuel(len(source))
        size = self._call(name, target, bound, at, *arguments)
        made = self._memory.read(self._store, target, target + size)
        self._release(start)
        return bytes(made)

    def _reserve(self, size: int) -> int:
        used = self._call("sbrk", 0)
        at = self._call("sbrk", size)
        if at >= 0 and at + size <= self._memory.data_len(self._store):
            return at
        if used + size + PAGE_BYTES < self._max_memory_bytes:  # then it is the machine's
            raise MemoryError(f"{size:,} bytes more")
        raise EncoderError(f"{size:,} bytes more than its memory may hold")

    def _release(self, start: int) -> None:
        self._call("sbrk", start - self._call("sbrk", 0))

    def _refuel(self, size: int) -> None:
        self._store.set_fuel(STEPS + STEPS_A_BYTE * size)

    def _call(self, name: str, *arguments: int) -> int:
        from wasmtime import Trap, WasmtimeError  # noqa: PLC0415 - see above

        function = cast("Func", self._exports[name])
        try:
            result: Any = function(self._store, *arguments)
        except (Trap, WasmtimeError) as error:
            raise EncoderError(str(error)) from error
        return int(result or 0)
