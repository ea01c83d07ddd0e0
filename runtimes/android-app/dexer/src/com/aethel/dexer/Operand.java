package com.aethel.dexer;

/**
 * A value on the operand stack: a constant that no instruction has loaded yet, or a register.
 *
 * <p>The register may be the one of a local variable: loading a local emits nothing.
 *
 * @param constant an Integer or a Long, floating-point numbers by their bits; null in a register
 */
record Operand(Kind kind, int register, Number constant) {
    static Operand in(int register, Kind kind) {
        return new Operand(kind, register, null);
    }

    static Operand constant(Kind kind, Number value) {
        return new Operand(kind, -1, value);
    }

    boolean isConstant() {
        return constant != null;
    }

    boolean isZero() {
        return isConstant() && kind != Kind.WIDE && constant.intValue() == 0;
    }

    /** Whether writing {@code size} registers from {@code first} would change this value. */
    boolean overlaps(int first, int size) {
        return !isConstant() && register < first + size && first < register + kind.size;
    }

    Operand movedTo(int other) {
        return in(other, kind);
    }
}
