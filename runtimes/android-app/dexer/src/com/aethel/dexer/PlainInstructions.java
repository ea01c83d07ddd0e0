package com.aethel.dexer;

import java.util.ArrayList;
import java.util.List;
import org.jf.dexlib2.Opcode;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;

/** Instructions that have no operands in the code: constants, arrays, the stack, returns, locks. */
final class PlainInstructions {
    /** In the order of the JVM's families, from IALOAD to SALOAD. */
    private static final List<String> ELEMENTS =
            List.of("", "_WIDE", "", "_WIDE", "_OBJECT", "_BYTE", "_CHAR", "_SHORT");

    private final Code code;
    private final OperandStack stack;
    private final Results results;
    private final Flow flow;
    private final Arithmetic arithmetic;

    PlainInstructions(Code code, OperandStack stack, Results results, Flow flow) {
        this.code = code;
        this.stack = stack;
        this.results = results;
        this.flow = flow;
        arithmetic = new Arithmetic(code, stack, results);
    }

    void translate(int opcode, Frame<BasicValue> frame) {
        if (Arithmetic.knows(opcode)) {
            arithmetic.translate(opcode);
            return;
        }
        switch (opcode) {
            case Opcodes.NOP -> {}
            case Opcodes.ACONST_NULL -> stack.push(Operand.constant(Kind.REFERENCE, 0));
            case Opcodes.LCONST_0, Opcodes.LCONST_1 -> constant((long) opcode - Opcodes.LCONST_0);
            case Opcodes.FCONST_0, Opcodes.FCONST_1, Opcodes.FCONST_2 ->
                    constant((float) (opcode - Opcodes.FCONST_0));
            case Opcodes.DCONST_0, Opcodes.DCONST_1 ->
                    constant((double) (opcode - Opcodes.DCONST_0));
            case Opcodes.POP -> group(1);
            case Opcodes.POP2 -> group(2);
            case Opcodes.DUP -> copy(1, 0);
            case Opcodes.DUP_X1 -> copy(1, 1);
            case Opcodes.DUP_X2 -> copy(1, 2);
            case Opcodes.DUP2 -> copy(2, 0);
            case Opcodes.DUP2_X1 -> copy(2, 1);
            case Opcodes.DUP2_X2 -> copy(2, 2);
            case Opcodes.SWAP -> swap();
            case Opcodes.ARRAYLENGTH -> length();
            case Opcodes.MONITORENTER -> single(Opcode.MONITOR_ENTER);
            case Opcodes.MONITOREXIT -> single(Opcode.MONITOR_EXIT);
            case Opcodes.ATHROW -> last(Opcode.THROW);
            case Opcodes.RETURN -> {
                code.plain(Opcode.RETURN_VOID);
                flow.close();
            }
            default -> inFamily(opcode, frame);
        }
    }

    private void inFamily(int opcode, Frame<BasicValue> frame) {
        if (opcode >= Opcodes.ICONST_M1 && opcode <= Opcodes.ICONST_5) {
            constant(opcode - Opcodes.ICONST_0);
        } else if (opcode >= Opcodes.IALOAD && opcode <= Opcodes.SALOAD) {
            int family = opcode - Opcodes.IALOAD;
            get(Opcode.valueOf("AGET" + element(family, frame, 2)), Kind.ofFamily(family));
        } else if (opcode >= Opcodes.IASTORE && opcode <= Opcodes.SASTORE) {
            put(Opcode.valueOf("APUT" + element(opcode - Opcodes.IASTORE, frame, 3)));
        } else if (opcode >= Opcodes.IRETURN && opcode <= Opcodes.ARETURN) {
            last(Kind.ofFamily(opcode - Opcodes.IRETURN).returned);
        } else {
            throw new Refused("the JVM instruction " + opcode + " is not known");
        }
    }

    /** Push a number that a later instruction loads where it needs it. */
    void constant(Number value) {
        if (value instanceof Long) {
            stack.push(Operand.constant(Kind.WIDE, value));
        } else if (value instanceof Double real) {
            stack.push(Operand.constant(Kind.WIDE, Double.doubleToRawLongBits(real)));
        } else if (value instanceof Float real) {
            stack.push(Operand.constant(Kind.NARROW, Float.floatToRawIntBits(real)));
        } else {
            stack.push(Operand.constant(Kind.NARROW, value));
        }
    }

    /** Bytes and booleans share one JVM instruction; only the array's type tells them apart. */
    private static String element(int family, Frame<BasicValue> frame, int depth) {
        Type array = frame.getStack(frame.getStackSize() - depth).getType();
        return array.getDescriptor().equals("[Z") ? "_BOOLEAN" : ELEMENTS.get(family);
    }

    private void get(Opcode opcode, Kind kind) {
        results.compute(
                2, Code.BYTE, kind, Code.BYTE, (to, from) -> code.three(opcode, to, from[0], from[1]));
    }

    private void put(Opcode opcode) {
        results.consume(
                3, Code.BYTE, (none, from) -> code.three(opcode, from[2], from[0], from[1]));
    }

    private void length() {
        results.compute(
                1,
                Code.LOW,
                Kind.NARROW,
                Code.LOW,
                (to, from) -> code.two(Opcode.ARRAY_LENGTH, to, from[0]));
    }

    private void single(Opcode opcode) {
        results.consume(1, Code.BYTE, (none, from) -> code.one(opcode, from[0]));
    }

    private void last(Opcode opcode) {
        single(opcode);
        flow.close();
    }

    /** Pop as many values as make up a number of words. */
    private List<Operand> group(int words) {
        List<Operand> group = new ArrayList<>();
        for (int size = 0; size < words; size += group.get(0).kind().size) {
            group.add(0, stack.pop());
        }
        return group;
    }

    private void copy(int words, int below) {
        List<Operand> copied = group(words);
        List<Operand> passed = group(below);
        copied.forEach(stack::push);
        passed.forEach(stack::push);
        copied.forEach(stack::push);
    }

    private void swap() {
        Operand top = stack.pop();
        Operand below = stack.pop();
        stack.push(top);
        stack.push(below);
    }
}
