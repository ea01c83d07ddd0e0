package com.aethel.dexer;

import java.util.List;
import org.jf.dexlib2.Opcode;
import org.jf.dexlib2.builder.BuilderInstruction;
import org.jf.dexlib2.builder.Label;
import org.jf.dexlib2.builder.MethodImplementationBuilder;
import org.jf.dexlib2.builder.instruction.BuilderInstruction10x;
import org.jf.dexlib2.builder.instruction.BuilderInstruction11n;
import org.jf.dexlib2.builder.instruction.BuilderInstruction11x;
import org.jf.dexlib2.builder.instruction.BuilderInstruction12x;
import org.jf.dexlib2.builder.instruction.BuilderInstruction21c;
import org.jf.dexlib2.builder.instruction.BuilderInstruction21ih;
import org.jf.dexlib2.builder.instruction.BuilderInstruction21lh;
import org.jf.dexlib2.builder.instruction.BuilderInstruction21s;
import org.jf.dexlib2.builder.instruction.BuilderInstruction22b;
import org.jf.dexlib2.builder.instruction.BuilderInstruction22c;
import org.jf.dexlib2.builder.instruction.BuilderInstruction22s;
import org.jf.dexlib2.builder.instruction.BuilderInstruction22x;
import org.jf.dexlib2.builder.instruction.BuilderInstruction23x;
import org.jf.dexlib2.builder.instruction.BuilderInstruction31i;
import org.jf.dexlib2.builder.instruction.BuilderInstruction32x;
import org.jf.dexlib2.builder.instruction.BuilderInstruction35c;
import org.jf.dexlib2.builder.instruction.BuilderInstruction3rc;
import org.jf.dexlib2.builder.instruction.BuilderInstruction51l;
import org.jf.dexlib2.iface.MethodImplementation;
import org.jf.dexlib2.iface.reference.Reference;

/** The Dalvik code of one method as it grows; each value is written in its shortest form. */
final class Code {
    /** Registers that the short forms reach with 4 bits, and the others with 8. */
    static final int LOW = 15;

    static final int BYTE = 255;

    private final MethodImplementationBuilder builder;
    private int length;
    private int line = -1;
    private int nextLine = -1;

    Code(int registers) {
        builder = new MethodImplementationBuilder(registers);
    }

    MethodImplementation finished() {
        return builder.getMethodImplementation();
    }

    /** How many instructions there are so far. */
    int length() {
        return length;
    }

    /** The source line of what comes next. */
    void line(int number) {
        nextLine = number;
    }

    int line() {
        return nextLine;
    }

    Label label(String name) {
        return builder.getLabel(name);
    }

    void place(String name) {
        builder.addLabel(name);
    }

    void cover(String exception, Label from, Label to, Label handler) {
        if (exception == null) {
            builder.addCatch(from, to, handler);
        } else {
            builder.addCatch(exception, from, to, handler);
        }
    }

    void add(BuilderInstruction instruction) {
        if (nextLine != line) {
            builder.addLineNumber(nextLine);
            line = nextLine;
        }
        builder.addInstruction(instruction);
        length++;
    }

    void plain(Opcode opcode) {
        add(new BuilderInstruction10x(opcode));
    }

    void one(Opcode opcode, int register) {
        add(new BuilderInstruction11x(opcode, register));
    }

    void two(Opcode opcode, int to, int from) {
        add(new BuilderInstruction12x(opcode, to, from));
    }

    void three(Opcode opcode, int to, int left, int right) {
        add(new BuilderInstruction23x(opcode, to, left, right));
    }

    void reference(Opcode opcode, int register, Reference reference) {
        add(new BuilderInstruction21c(opcode, register, reference));
    }

    void reference(Opcode opcode, int first, int second, Reference reference) {
        add(new BuilderInstruction22c(opcode, first, second, reference));
    }

    /** {@code to = from operation literal}; the literal fits the instruction. */
    void literal(Opcode opcode, int to, int from, int literal) {
        if (fits(literal, 8)) {
            add(new BuilderInstruction22b(opcode, to, from, literal));
        } else {
            add(new BuilderInstruction22s(opcode, to, from, literal));
        }
    }

    void call(Opcode opcode, List<Integer> words, Reference reference) {
        int[] registers = new int[5];
        for (int i = 0; i < words.size(); i++) {
            registers[i] = words.get(i);
        }
        add(
                new BuilderInstruction35c(
                        opcode,
                        words.size(),
                        registers[0],
                        registers[1],
                        registers[2],
                        registers[3],
                        registers[4],
                        reference));
    }

    void callRange(Opcode opcode, int first, int words, Reference reference) {
        add(new BuilderInstruction3rc(opcode, first, words, reference));
    }

    void move(Kind kind, int to, int from) {
        if (to == from) {
            return;
        }
        if (to <= LOW && from <= LOW) {
            two(kind.move, to, from);
        } else if (to <= BYTE) {
            add(new BuilderInstruction22x(kind.moveFrom16, to, from));
        } else {
            add(new BuilderInstruction32x(kind.move16, to, from));
        }
    }

    /** Load a constant into a register that 8 bits reach. */
    void constant(int to, Operand operand) {
        if (operand.kind() == Kind.WIDE) {
            wideConstant(to, operand.constant().longValue());
        } else {
            narrowConstant(to, operand.constant().intValue());
        }
    }

    private void narrowConstant(int to, int value) {
        if (fits(value, 4) && to <= LOW) {
            add(new BuilderInstruction11n(Opcode.CONST_4, to, value));
        } else if (fits(value, 16)) {
            add(new BuilderInstruction21s(Opcode.CONST_16, to, value));
        } else if ((value & 0xffff) == 0) {
            add(new BuilderInstruction21ih(Opcode.CONST_HIGH16, to, value));
        } else {
            add(new BuilderInstruction31i(Opcode.CONST, to, value));
        }
    }

    private void wideConstant(int to, long value) {
        if (fits(value, 16)) {
            add(new BuilderInstruction21s(Opcode.CONST_WIDE_16, to, (int) value));
        } else if (fits(value, 32)) {
            add(new BuilderInstruction31i(Opcode.CONST_WIDE_32, to, (int) value));
        } else if ((value & 0xffff_ffff_ffffL) == 0) {
            add(new BuilderInstruction21lh(Opcode.CONST_WIDE_HIGH16, to, value));
        } else {
            add(new BuilderInstruction51l(Opcode.CONST_WIDE, to, value));
        }
    }

    static boolean fits(long value, int bits) {
        return value >= -(1L << (bits - 1)) && value < 1L << (bits - 1);
    }
}
