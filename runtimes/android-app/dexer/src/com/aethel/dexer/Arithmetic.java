package com.aethel.dexer;

import java.util.List;
import java.util.Set;
import org.jf.dexlib2.Opcode;
import org.objectweb.asm.Opcodes;

/** Calculations: operators of two values and of one, conversions, comparisons. */
final class Arithmetic {
    private static final List<String> TYPES = List.of("INT", "LONG", "FLOAT", "DOUBLE");
    private static final List<String> OPERATORS = List.of("ADD", "SUB", "MUL", "DIV", "REM");
    private static final List<String> BITWISE = List.of("SHL", "SHR", "USHR", "AND", "OR", "XOR");
    private static final Set<String> COMMUTATIVE = Set.of("ADD", "MUL", "AND", "OR", "XOR");
    private static final Set<String> SHIFTS = Set.of("SHL", "SHR", "USHR");
    private static final Set<String> DIVISIONS = Set.of("DIV", "REM");
    private static final List<Opcode> COMPARISONS =
            List.of(
                    Opcode.CMP_LONG,
                    Opcode.CMPL_FLOAT,
                    Opcode.CMPG_FLOAT,
                    Opcode.CMPL_DOUBLE,
                    Opcode.CMPG_DOUBLE);

    /** In the order of the JVM's, from I2L to I2S. */
    private static final List<Opcode> CONVERSIONS =
            List.of(
                    Opcode.INT_TO_LONG,
                    Opcode.INT_TO_FLOAT,
                    Opcode.INT_TO_DOUBLE,
                    Opcode.LONG_TO_INT,
                    Opcode.LONG_TO_FLOAT,
                    Opcode.LONG_TO_DOUBLE,
                    Opcode.FLOAT_TO_INT,
                    Opcode.FLOAT_TO_LONG,
                    Opcode.FLOAT_TO_DOUBLE,
                    Opcode.DOUBLE_TO_INT,
                    Opcode.DOUBLE_TO_LONG,
                    Opcode.DOUBLE_TO_FLOAT,
                    Opcode.INT_TO_BYTE,
                    Opcode.INT_TO_CHAR,
                    Opcode.INT_TO_SHORT);

    private final Code code;
    private final OperandStack stack;
    private final Results results;

    Arithmetic(Code code, OperandStack stack, Results results) {
        this.code = code;
        this.stack = stack;
        this.results = results;
    }

    static boolean knows(int opcode) {
        return opcode >= Opcodes.IADD && opcode <= Opcodes.DCMPG && opcode != Opcodes.IINC;
    }

    void translate(int opcode) {
        if (opcode >= Opcodes.LCMP) {
            compare(COMPARISONS.get(opcode - Opcodes.LCMP));
        } else if (opcode >= Opcodes.I2L) {
            Opcode conversion = CONVERSIONS.get(opcode - Opcodes.I2L);
            unary(conversion, conversion.setsWideRegister() ? Kind.WIDE : Kind.NARROW);
        } else if (opcode >= Opcodes.ISHL) {
            int index = opcode - Opcodes.ISHL;
            binary(BITWISE.get(index / 2), index % 2);
        } else if (opcode >= Opcodes.INEG) {
            int type = opcode - Opcodes.INEG;
            unary(Opcode.valueOf("NEG_" + TYPES.get(type)), Kind.ofFamily(type));
        } else {
            int index = opcode - Opcodes.IADD;
            binary(OPERATORS.get(index / 4), index % 4);
        }
    }

    private void compare(Opcode opcode) {
        results.compute(
                2,
                Code.BYTE,
                Kind.NARROW,
                Code.BYTE,
                (to, from) -> code.three(opcode, to, from[0], from[1]));
    }

    private void unary(Opcode opcode, Kind kind) {
        results.compute(1, Code.LOW, kind, Code.LOW, (to, from) -> code.two(opcode, to, from[0]));
    }

    private void binary(String operator, int type) {
        if (type == 0 && literal(operator)) {
            return;
        }
        String name = operator + "_" + TYPES.get(type);
        results.compute(
                2,
                Code.BYTE,
                Kind.ofFamily(type),
                Code.BYTE,
                (to, from) -> shortest(name, operator, to, from[0], from[1]));
    }

    private void shortest(String name, String operator, int to, int left, int right) {
        boolean low = to <= Code.LOW && left <= Code.LOW && right <= Code.LOW;
        if (low && to == left) {
            code.two(Opcode.valueOf(name + "_2ADDR"), to, right);
        } else if (low && to == right && COMMUTATIVE.contains(operator)) {
            code.two(Opcode.valueOf(name + "_2ADDR"), to, left);
        } else {
            code.three(Opcode.valueOf(name), to, left, right);
        }
    }

    /** An operand that is a small constant becomes a part of the instruction. */
    private boolean literal(String operator) {
        Operand right = stack.peek(0);
        Operand left = stack.peek(1);
        if (right.isConstant() && !(DIVISIONS.contains(operator) && right.isZero())) {
            int value = right.constant().intValue();
            boolean isSub = operator.equals("SUB");
            return withLiteral(isSub ? "ADD" : operator, left, isSub ? -value : value);
        }
        if (left.isConstant() && operator.equals("SUB")) {
            return withLiteral("RSUB", right, left.constant().intValue());
        }
        boolean swapped = left.isConstant() && COMMUTATIVE.contains(operator);
        return swapped && withLiteral(operator, right, left.constant().intValue());
    }

    private boolean withLiteral(String operator, Operand operand, int literal) {
        boolean small = Code.fits(literal, 8);
        if (!small && (SHIFTS.contains(operator) || !Code.fits(literal, 16))) {
            return false;
        }
        stack.drop(2);
        stack.push(operand);
        int limit = small ? Code.BYTE : Code.LOW;
        Opcode opcode = opcode(operator, small);
        results.compute(
                1,
                limit,
                Kind.NARROW,
                limit,
                (to, from) -> code.literal(opcode, to, from[0], literal));
        return true;
    }

    private static Opcode opcode(String operator, boolean small) {
        String suffix = small ? "_INT_LIT8" : "_INT_LIT16";
        boolean reversed = operator.equals("RSUB") && !small;
        return reversed ? Opcode.RSUB_INT : Opcode.valueOf(operator + suffix);
    }
}
