package com.aethel.dexer;

import java.util.function.IntConsumer;
import org.jf.dexlib2.Opcode;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/** Lets an instruction take its operands from the stack and put its result where it is wanted. */
final class Results {
    /** Adds the Dalvik instruction, once it is known which registers it reads and writes. */
    interface Emitter {
        void emit(int to, int[] from);
    }

    /** Where a result goes, up to which JVM instruction that is settled, and if it is pushed. */
    private record Target(int register, AbstractInsnNode last, boolean pushed) {}

    private final Code code;
    private final Registers registers;
    private final OperandStack stack;
    private final Flow flow;

    Results(Code code, Registers registers, OperandStack stack, Flow flow) {
        this.code = code;
        this.registers = registers;
        this.stack = stack;
        this.flow = flow;
    }

    /**
     * Translate an instruction with a result.
     *
     * @param count how many values it pops
     * @param near the last register that it can read
     * @param kind of its result
     * @param limit the last register that it can write
     */
    void compute(int count, int near, Kind kind, int limit, Emitter emitter) {
        produce(count, kind, limit, to -> emitter.emit(to, stack.load(count, near)));
    }

    /** The same, for an instruction that loads its operands itself. */
    void produce(int count, Kind kind, int limit, IntConsumer emitter) {
        Target target = target(kind, stack.home(stack.size() - count));
        stack.reserve(count, target.register, kind.size);
        int to = target.register <= limit ? target.register : stack.scratch(kind);
        emitter.accept(to);
        stack.drop(count);
        code.move(kind, target.register, to);
        if (target.pushed) {
            stack.push(Operand.in(target.register, kind));
        }
        flow.skipTo(target.last);
    }

    /** A result that is stored at once goes to the local variable without a detour. */
    private Target target(Kind kind, int home) {
        AbstractInsnNode current = flow.current();
        AbstractInsnNode next = flow.following(current);
        int dup = kind == Kind.WIDE ? Opcodes.DUP2 : Opcodes.DUP;
        boolean pushed = next != null && next.getOpcode() == dup;
        if (pushed) {
            next = flow.following(next);
        }
        if (next instanceof VarInsnNode store && isStore(store.getOpcode())) {
            return new Target(registers.local(store.var, kind), store, pushed);
        }
        return new Target(home, current, true);
    }

    private static boolean isStore(int opcode) {
        return opcode >= Opcodes.ISTORE && opcode <= Opcodes.ASTORE;
    }

    /** Leave out the instruction that drops a result; false where it is used. */
    boolean isDropped(Kind kind) {
        AbstractInsnNode next = flow.following(flow.current());
        int pop = kind == Kind.WIDE ? Opcodes.POP2 : Opcodes.POP;
        boolean dropped = next != null && next.getOpcode() == pop;
        if (dropped) {
            flow.skipTo(next);
        }
        return dropped;
    }

    /** Translate an instruction without a result. */
    void consume(int count, int near, Emitter emitter) {
        emitter.emit(-1, stack.load(count, near));
        stack.drop(count);
    }

    void load(int variable, Kind kind) {
        stack.push(Operand.in(registers.local(variable, kind), kind));
    }

    void store(int variable, Kind kind) {
        int register = registers.local(variable, kind);
        stack.reserve(1, register, kind.size);
        Operand value = stack.pop();
        stack.moveTo(register, value);
        if (!value.isConstant()) {
            stack.follow(value.register(), register);
        }
    }

    void increment(IincInsnNode node) {
        int register = registers.local(node.var, Kind.NARROW);
        stack.reserve(0, register, Kind.NARROW.size);
        if (Code.fits(node.incr, 8) && register <= Code.BYTE) {
            code.literal(Opcode.ADD_INT_LIT8, register, register, node.incr);
        } else if (register <= Code.LOW) {
            code.literal(Opcode.ADD_INT_LIT16, register, register, node.incr);
        } else {
            int sum = stack.scratch(Kind.NARROW);
            int increment = stack.scratch(Kind.NARROW);
            code.move(Kind.NARROW, sum, register);
            code.constant(increment, Operand.constant(Kind.NARROW, node.incr));
            code.two(Opcode.ADD_INT_2ADDR, sum, increment);
            code.move(Kind.NARROW, register, sum);
        }
    }

    /** The first instruction of a handler. */
    void catchException() {
        if (isDropped(Kind.REFERENCE)) {
            return;
        }
        produce(0, Kind.REFERENCE, Code.BYTE, to -> code.one(Opcode.MOVE_EXCEPTION, to));
    }
}
