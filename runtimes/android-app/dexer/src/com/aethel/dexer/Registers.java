package com.aethel.dexer;

import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.MethodNode;

/**
 * Which registers a method has, in this order: scratch registers, a home for each word of the
 * operand stack, the locals, and the parameters, which Dalvik hands over in the last ones.
 *
 * <p>Homes come first because most instructions reach the first 16 registers only. They follow
 * each other as the words of the stack do, so the arguments of a call stand in a row.
 */
record Registers(int scratch, int homes, int locals, int parameters) {
    private static final int LIMIT = 65_536;

    static Registers of(MethodNode method, int scratch) {
        int parameters = Type.getArgumentsAndReturnSizes(method.desc) >> 2;
        if ((method.access & Opcodes.ACC_STATIC) != 0) {
            parameters--;
        }
        int locals = Math.max(method.maxLocals - parameters, 0);
        Registers registers = new Registers(scratch, method.maxStack, locals, parameters);
        if (registers.total() > LIMIT) {
            throw new Refused("it needs more than " + LIMIT + " registers");
        }
        return registers;
    }

    int total() {
        return scratch + homes + locals + parameters;
    }

    int home(int depth) {
        return scratch + depth;
    }

    int local(int index, Kind kind) {
        if (index < parameters && index + kind.size > parameters) {
            throw new Refused("a local variable overlaps the last parameter");
        }
        int first = scratch + homes;
        return index < parameters ? first + locals + index : first + index - parameters;
    }
}
