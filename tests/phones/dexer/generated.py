"""Java classes made at random, by seed: expressions, loops, switches, exceptions, locks."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

METHODS: Final = 8
TYPES: Final = ("int", "long", "float", "double", "boolean", "byte", "short", "char", "String")
LITERALS: Final = {
    "int": ("0", "1", "-1", "7", "-129", "32768", "1000000", "0x7fffffff", "0x80000000"),
    "long": ("0L", "1L", "-3L", "40000L", "-70000L", "1L << 40", "0x8000000000000000L"),
    "float": ("0f", "-0f", "1f", "2.5f", "-1e10f", "Float.NaN", "Float.MAX_VALUE"),
    "double": ("0.0", "-0.0", "1.0", "0.1", "-1e200", "Double.NaN", "1 / 0.0"),
    "boolean": ("true", "false"),
    "byte": ("(byte) 0", "(byte) -128", "(byte) 99"),
    "short": ("(short) 1", "(short) -32768", "(short) 300"),
    "char": ("'a'", "'\\uffff'", "(char) 0"),
    "String": ('"a"', '"long text"', '""', "(String) null"),
}
NUMBERS: Final = ("int", "long", "float", "double")
SMALL: Final = ("byte", "short", "char")


class Generator:
    """Writes one class; each method calls only those behind it, and loops count down."""

    def __init__(self, random: Random, name: str) -> None:
        self._random = random
        self._name = name
        self._fresh = itertools.count()
        self._variables: dict[str, list[str]] = {}
        self._method = 0
        self._signatures = [
            (random.choice(TYPES), random.choices(TYPES, k=random.randint(0, 9)))
            for _ in range(METHODS)
        ]

    def source(self) -> str:
        """The text of the class."""
        methods = "".join(self._write_method(index) for index in range(METHODS))
        calls = "".join(
            f"    try {{ log.append({self._call_of(index, literals=True)}); }}"
            f" catch (Exception e) {{ log.append(e.getClass()); }}\n"
            for index in range(METHODS)
        )
        return f"""final class {self._name} {{
    static final StringBuilder log = new StringBuilder();
    static int counter = 3;
    static long total = 1;
    static boolean flag;
    static short[] shorts = new short[8];
    int number = 5;
    double real = 0.5;
    byte small = 1;
    String text = "t";

{methods}
  static String run() {{
{calls}    return log.append(counter).append(total).append(flag).append(shorts[3]).toString();
  }}
}}
"""

    def _write_method(self, index: int) -> str:
        returned, parameters = self._signatures[index]
        self._method = index
        self._variables = {kind: [] for kind in TYPES}
        names = [self._declare(kind) for kind in parameters]
        listed = ", ".join(f"{kind} {name}" for kind, name in zip(parameters, names, strict=True))
        count = self._random.choice((4, 9, 22, 300))
        locals_ = [self._declaration(self._random.choice(TYPES)) for _ in range(count)]
        body = "".join(self._statement(2) for _ in range(self._random.randint(3, 6)))
        return (
            f"  static {returned} m{index}({listed}) {{\n"
            f"    {self._name} object = new {self._name}();\n"
            "    int[] array = {1, -2, 3, 400, 5, -60000, 7, 8};\n"
            f"{''.join(locals_)}{body}    return {self._expression(returned, 3)};\n  }}\n"
        )

    def _declare(self, kind: str) -> str:
        name = f"{kind[0].lower()}{next(self._fresh)}"
        self._variables[kind].append(name)
        return name

    def _declaration(self, kind: str) -> str:
        value = self._expression(kind, 1)
        return f"    {kind} {self._declare(kind)} = {value};\n"

    def _variable(self, kind: str) -> str | None:
        names = self._variables[kind]
        fields = {"int": "object.number", "double": "object.real", "byte": "object.small"}
        fields |= {"String": "object.text", "long": "total", "boolean": "flag"}
        if kind == "int" and self._random.random() < 0.3:
            return f"array[{self._expression('int', 0)} & 7]"
        if kind == "short" and self._random.random() < 0.3:
            return f"shorts[{self._expression('int', 0)} & 7]"
        if kind in fields and self._random.random() < 0.2:
            return fields[kind]
        return self._random.choice(names) if names else None

    def _expression(self, kind: str, depth: int) -> str:
        if depth <= 0 or self._random.random() < 0.15:
            variable = self._variable(kind) if depth >= 0 else None
            literal = self._random.choice(LITERALS[kind])
            return variable if variable and self._random.random() < 0.7 else f"({literal})"
        return self._random.choice(self._forms(kind))(kind, depth - 1)

    def _forms(self, kind: str) -> list[Form]:
        forms: list[Form] = [self._choice, self._assignment, self._call]
        if kind in NUMBERS:
            forms += [self._binary, self._binary, self._cast, self._unary, self._step]
        elif kind in SMALL:
            forms += [self._cast, self._step]
        elif kind == "boolean":
            forms += [self._comparison, self._comparison, self._logic]
        else:
            forms += [self._joined]
        return forms

    def _binary(self, kind: str, depth: int) -> str:
        operators = ["+", "-", "*", "/", "%"]
        if kind in {"int", "long"}:
            operators += ["&", "|", "^", "<<", ">>", ">>>"]
        operator = self._random.choice(operators)
        right = "int" if operator in {"<<", ">>", ">>>"} else kind
        return f"({self._expression(kind, depth)} {operator} {self._expression(right, depth)})"

    def _cast(self, kind: str, depth: int) -> str:
        source = self._random.choice((*NUMBERS, *SMALL))
        return f"(({kind}) {self._expression(source, depth)})"

    def _unary(self, kind: str, depth: int) -> str:
        operator = self._random.choice(("-", "~") if kind in {"int", "long"} else ("-",))
        return f"({operator} {self._expression(kind, depth)})"

    def _step(self, kind: str, depth: int) -> str:
        variable = self._variable(kind)
        if variable is None:
            return self._expression(kind, depth)
        form = self._random.choice(("({}++)", "({}--)", "(++{})", "(--{})"))
        return form.format(variable)

    def _choice(self, kind: str, depth: int) -> str:
        values = [self._expression(kind, depth) for _ in range(2)]
        return f"({self._expression('boolean', depth)} ? {values[0]} : {values[1]})"

    def _assignment(self, kind: str, depth: int) -> str:
        variable = self._variable(kind)
        value = self._expression(kind, depth)
        if variable is None:
            return value
        operator = self._random.choice(("=", "=", "+=", "*=") if kind in NUMBERS else ("=",))
        return f"({variable} {operator} {value})"

    def _call(self, kind: str, depth: int) -> str:
        later = range(self._method + 1, METHODS)
        suitable = [index for index in later if self._signatures[index][0] == kind]
        if not suitable or depth < 1:
            return self._expression(kind, depth)
        return self._call_of(self._random.choice(suitable), literals=False)

    def _call_of(self, index: int, *, literals: bool) -> str:
        depth = -1 if literals else 0
        parameters = self._signatures[index][1]
        return f"m{index}({', '.join(self._expression(kind, depth) for kind in parameters)})"

    def _comparison(self, _kind: str, depth: int) -> str:
        kind = self._random.choice((*NUMBERS, *SMALL))
        operator = self._random.choice(("<", "<=", ">", ">=", "==", "!="))
        return f"({self._expression(kind, depth)} {operator} {self._expression(kind, depth)})"

    def _logic(self, _kind: str, depth: int) -> str:
        operator = self._random.choice(("&&", "||", "&", "|", "^", "=="))
        sides = [self._expression("boolean", depth) for _ in range(2)]
        return f"(!{sides[0]} {operator} {sides[1]})"

    def _joined(self, _kind: str, depth: int) -> str:
        other = self._random.choice(TYPES)
        return f'("" + {self._expression("String", depth)} + {self._expression(other, depth)})'

    def _statement(self, depth: int) -> str:
        simple = (self._assign, self._append)
        nested = (self._if, self._loop, self._switch, self._texts, self._try, self._locked)
        forms = simple if depth == 0 else (*simple, *nested, *nested)
        return self._random.choice(forms)(depth - 1)

    def _block(self, depth: int) -> str:
        kept = {kind: list(names) for kind, names in self._variables.items()}
        inside = self._declaration(self._random.choice(TYPES))
        inside += "".join(self._statement(depth) for _ in range(self._random.randint(1, 2)))
        self._variables = kept
        return f"{{\n{inside}    }}"

    def _assign(self, depth: int) -> str:
        kind = self._random.choice(TYPES)
        variable = self._variable(kind)
        if variable is None:
            return self._append(depth)
        return f"    {variable} = {self._expression(kind, 3)};\n"

    def _append(self, _depth: int) -> str:
        value = self._expression(self._random.choice(TYPES), 2)
        return f"    if (log.length() < 20000) log.append({value}).append(' ');\n"

    def _if(self, depth: int) -> str:
        condition = self._expression("boolean", 2)
        return f"    if ({condition}) {self._block(depth)} else {self._block(depth)}\n"

    def _loop(self, depth: int) -> str:
        counter = f"n{next(self._fresh)}"
        leave = self._random.choice(("break", "continue"))
        condition = self._expression("boolean", 2)
        return (
            f"    for (int {counter} = {self._random.randint(0, 3)}; {counter}-- > 0; ) {{\n"
            f"    if ({condition}) {leave};\n    {self._block(depth)}\n    }}\n"
        )

    def _switch(self, depth: int) -> str:
        step = self._random.choice((1, 1000))
        cases = "".join(
            f"    case {key * step}: {self._block(depth)} {self._random.choice(('break;', ''))}\n"
            for key in self._random.sample(range(-2, 5), 3)
        )
        return (
            f"    switch ({self._expression('int', 2)} & 3) {{\n"
            f"{cases}    default: {self._block(depth)}\n    }}\n"
        )

    def _texts(self, depth: int) -> str:
        return (
            f'    switch ("" + {self._expression("String", 1)}) {{\n'
            f'    case "a": {self._block(depth)}\n'
            f'    case "null": {self._block(depth)} break;\n    }}\n'
        )

    def _try(self, depth: int) -> str:
        caught = self._random.choice(("ArithmeticException", "NullPointerException"))
        throwing = f"    if ({self._expression('boolean', 1)}) throw new {caught}();\n"
        text = f"    try {{\n{self._block(depth)}\n{throwing}    }}"
        inside = f'    log.append("caught");\n{self._statement(depth)}'
        text += f" catch ({caught} x{next(self._fresh)}) {{\n{inside}    }}"
        if self._random.random() < 0.5:
            text += f" finally {self._block(depth)}"
        return text + "\n"

    def _locked(self, depth: int) -> str:
        return f"    synchronized (log) {self._block(depth)}\n"


if TYPE_CHECKING:
    from collections.abc import Callable

    Form = Callable[[str, int], str]
