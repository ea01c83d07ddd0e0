package com.aethel.dexer;

import java.util.ArrayList;
import java.util.List;
import org.jf.dexlib2.Opcode;
import org.jf.dexlib2.builder.BuilderInstruction;
import org.jf.dexlib2.builder.Label;
import org.jf.dexlib2.builder.SwitchLabelElement;
import org.jf.dexlib2.builder.instruction.BuilderInstruction10t;
import org.jf.dexlib2.builder.instruction.BuilderInstruction21t;
import org.jf.dexlib2.builder.instruction.BuilderInstruction22t;
import org.jf.dexlib2.builder.instruction.BuilderInstruction31t;
import org.jf.dexlib2.builder.instruction.BuilderPackedSwitchPayload;
import org.jf.dexlib2.builder.instruction.BuilderSparseSwitchPayload;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;

/** Jumps and switches. The values that stay on the stack are in their homes before any of them. */
final class Branches {
    /** In the order of the JVM's, from IFEQ to IFLE and from IF_ICMPEQ to IF_ICMPLE. */
    private static final List<String> CONDITIONS = List.of("EQ", "NE", "LT", "GE", "GT", "LE");

    private record Table(String name, BuilderInstruction payload) {}

    private final Code code;
    private final OperandStack stack;
    private final Flow flow;
    private final List<Table> tables = new ArrayList<>();

    Branches(Code code, OperandStack stack, Flow flow) {
        this.code = code;
        this.stack = stack;
        this.flow = flow;
    }

    void translate(JumpInsnNode jump) {
        int opcode = jump.getOpcode();
        switch (opcode) {
            case Opcodes.GOTO -> {
                stack.settle();
                goTo(jump.label);
            }
            case Opcodes.IFNULL -> withZero("EQ", jump.label);
            case Opcodes.IFNONNULL -> withZero("NE", jump.label);
            case Opcodes.IF_ACMPEQ -> withEachOther("EQ", jump.label);
            case Opcodes.IF_ACMPNE -> withEachOther("NE", jump.label);
            case Opcodes.JSR -> throw new Refused("it calls a subroutine (JSR)");
            default -> {
                if (opcode <= Opcodes.IFLE) {
                    withZero(CONDITIONS.get(opcode - Opcodes.IFEQ), jump.label);
                } else {
                    withEachOther(CONDITIONS.get(opcode - Opcodes.IF_ICMPEQ), jump.label);
                }
            }
        }
    }

    private void goTo(LabelNode label) {
        if (!flow.isNext(label)) {
            add(label, new BuilderInstruction10t(Opcode.GOTO, target(label)));
            flow.close();
        }
    }

    private Label target(LabelNode label) {
        return code.label(flow.name(label));
    }

    private void withZero(String condition, LabelNode label) {
        stack.settleBelow(1);
        int register = stack.load(1, Code.BYTE)[0];
        stack.drop(1);
        Opcode opcode = Opcode.valueOf("IF_" + condition + "Z");
        add(label, new BuilderInstruction21t(opcode, register, target(label)));
    }

    private void withEachOther(String condition, LabelNode label) {
        if (stack.peek(0).isZero()) {
            stack.drop(1);
            withZero(condition, label);
            return;
        }
        stack.settleBelow(2);
        int[] registers = stack.load(2, Code.LOW);
        stack.drop(2);
        Opcode opcode = Opcode.valueOf("IF_" + condition);
        add(label, new BuilderInstruction22t(opcode, registers[0], registers[1], target(label)));
    }

    /** No jump may lead to itself, as a loop without a body would where its load emits nothing. */
    private void add(LabelNode label, BuilderInstruction jump) {
        if (Integer.valueOf(code.length()).equals(flow.placed().get(label))) {
            code.plain(Opcode.NOP);
        }
        code.add(jump);
    }

    void translate(TableSwitchInsnNode node) {
        List<Label> labels = node.labels.stream().map(this::target).toList();
        choose(Opcode.PACKED_SWITCH, new BuilderPackedSwitchPayload(node.min, labels), node.dflt);
    }

    void translate(LookupSwitchInsnNode node) {
        List<SwitchLabelElement> cases = new ArrayList<>();
        for (int i = 0; i < node.keys.size(); i++) {
            cases.add(new SwitchLabelElement(node.keys.get(i), target(node.labels.get(i))));
        }
        choose(Opcode.SPARSE_SWITCH, new BuilderSparseSwitchPayload(cases), node.dflt);
    }

    private void choose(Opcode opcode, BuilderInstruction payload, LabelNode otherwise) {
        stack.settleBelow(1);
        int register = stack.load(1, Code.BYTE)[0];
        stack.drop(1);
        String name = "table" + tables.size();
        tables.add(new Table(name, payload));
        code.add(new BuilderInstruction31t(opcode, register, code.label(name)));
        goTo(otherwise);
    }

    /** The tables of all switches, which stand behind the code. */
    void finish() {
        for (Table table : tables) {
            code.place(table.name);
            code.add(table.payload);
        }
    }
}
