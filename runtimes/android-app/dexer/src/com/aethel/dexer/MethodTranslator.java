package com.aethel.dexer;

import org.jf.dexlib2.iface.MethodImplementation;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.MultiANewArrayInsnNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;

/** Translates the code of one method, instruction after instruction. */
final class MethodTranslator {
    private final MethodNode method;
    private final Registers registers;
    private final Code code;
    private final OperandStack stack;
    private final Flow flow;
    private final Results results;
    private final PlainInstructions plain;
    private final Branches branches;
    private final Calls calls;
    private final ObjectInstructions objects;
    private final Frame<BasicValue>[] frames;

    private MethodTranslator(ClassNode owner, MethodNode method, int scratch)
            throws AnalyzerException {
        this.method = method;
        registers = Registers.of(method, scratch);
        code = new Code(registers.total());
        stack = new OperandStack(code, registers);
        flow = new Flow(method, code);
        results = new Results(code, registers, stack, flow);
        plain = new PlainInstructions(code, stack, results, flow);
        branches = new Branches(code, stack, flow);
        calls = new Calls(owner, code, stack, results);
        objects = new ObjectInstructions(code, stack, results, calls);
        frames = new Analyzer<>(new ValueTypes()).analyze(owner.name, method);
    }

    /**
     * Translate a method.
     *
     * @throws Refused where it has no translation, with its class, its name and the line
     */
    static MethodImplementation translate(ClassNode owner, MethodNode method) {
        String place = owner.name.replace('/', '.') + "." + method.name + method.desc;
        int scratch = 0;
        while (true) {
            try {
                return translate(owner, method, place, scratch);
            } catch (OperandStack.ScratchNeeded needed) {
                scratch = needed.count;
            }
        }
    }

    private static MethodImplementation translate(
            ClassNode owner, MethodNode method, String place, int scratch) {
        int line = 0;
        try {
            MethodTranslator translator = new MethodTranslator(owner, method, scratch);
            try {
                return translator.translate();
            } finally {
                line = translator.code.line();
            }
        } catch (Refused refused) {
            throw new Refused(place + ", line " + line + ": " + refused.getMessage());
        } catch (AnalyzerException invalid) {
            throw new Refused(place + ": not valid: " + invalid.getMessage());
        }
    }

    private MethodImplementation translate() {
        while (flow.advance()) {
            AbstractInsnNode node = flow.current();
            if (node instanceof LabelNode label) {
                enter(label);
            } else if (node instanceof LineNumberNode line) {
                code.line(line.line);
            } else if (node.getOpcode() >= 0 && frame(node) != null) {
                translate(node);
            }
            stack.releaseScratch();
        }
        new TryBlocks(method, code, flow).cover();
        branches.finish();
        return code.finished();
    }

    private Frame<BasicValue> frame(AbstractInsnNode node) {
        return frames[method.instructions.indexOf(node)];
    }

    private void enter(LabelNode label) {
        boolean isJoined = flow.isTarget(label) || flow.isHandler(label);
        if (isJoined && flow.isOpen()) {
            stack.settle();
        }
        if (flow.isHandler(label) && (flow.isOpen() || flow.isTarget(label))) {
            throw new Refused("the code runs or jumps into an exception handler");
        }
        flow.place(label);
        if (!isJoined || frame(label) == null) {
            return;
        }
        flow.reopen();
        stack.clear();
        if (flow.isHandler(label)) {
            results.catchException();
            return;
        }
        Frame<BasicValue> frame = frame(label);
        for (int i = 0; i < frame.getStackSize(); i++) {
            stack.pushHome(kind(frame.getStack(i)));
        }
    }

    private static Kind kind(BasicValue value) {
        if (value.getSize() == Kind.WIDE.size) {
            return Kind.WIDE;
        }
        return value.isReference() ? Kind.REFERENCE : Kind.NARROW;
    }

    private void translate(AbstractInsnNode node) {
        int opcode = node.getOpcode();
        switch (node.getType()) {
            case AbstractInsnNode.INSN -> plain.translate(opcode, frame(node));
            case AbstractInsnNode.INT_INSN -> number((IntInsnNode) node);
            case AbstractInsnNode.VAR_INSN -> variable((VarInsnNode) node);
            case AbstractInsnNode.IINC_INSN -> results.increment((IincInsnNode) node);
            case AbstractInsnNode.LDC_INSN -> constant(((LdcInsnNode) node).cst);
            case AbstractInsnNode.TYPE_INSN -> type((TypeInsnNode) node);
            case AbstractInsnNode.FIELD_INSN -> objects.field((FieldInsnNode) node);
            case AbstractInsnNode.METHOD_INSN -> calls.translate((MethodInsnNode) node);
            case AbstractInsnNode.JUMP_INSN -> branches.translate((JumpInsnNode) node);
            case AbstractInsnNode.TABLESWITCH_INSN ->
                    branches.translate((TableSwitchInsnNode) node);
            case AbstractInsnNode.LOOKUPSWITCH_INSN ->
                    branches.translate((LookupSwitchInsnNode) node);
            case AbstractInsnNode.MULTIANEWARRAY_INSN -> arrays((MultiANewArrayInsnNode) node);
            case AbstractInsnNode.INVOKE_DYNAMIC_INSN ->
                    throw new Refused(
                            "invokedynamic (a lambda, a method reference, or text joined for a"
                                    + " newer Java) is not translated; write a class instead, and"
                                    + " compile with --release 8");
            default -> throw new Refused("the JVM instruction " + opcode + " is not known");
        }
    }

    /** The types that primitive arrays are made of, by the numbers of the JVM specification. */
    private static Type primitive(int number) {
        return switch (number) {
            case Opcodes.T_BOOLEAN -> Type.BOOLEAN_TYPE;
            case Opcodes.T_CHAR -> Type.CHAR_TYPE;
            case Opcodes.T_FLOAT -> Type.FLOAT_TYPE;
            case Opcodes.T_DOUBLE -> Type.DOUBLE_TYPE;
            case Opcodes.T_BYTE -> Type.BYTE_TYPE;
            case Opcodes.T_SHORT -> Type.SHORT_TYPE;
            case Opcodes.T_LONG -> Type.LONG_TYPE;
            default -> Type.INT_TYPE;
        };
    }

    private void number(IntInsnNode node) {
        if (node.getOpcode() == Opcodes.NEWARRAY) {
            objects.newArray(primitive(node.operand));
        } else {
            plain.constant(node.operand);
        }
    }

    private void variable(VarInsnNode node) {
        int opcode = node.getOpcode();
        if (opcode >= Opcodes.ISTORE && opcode <= Opcodes.ASTORE) {
            results.store(node.var, Kind.ofFamily(opcode - Opcodes.ISTORE));
        } else if (opcode <= Opcodes.ALOAD) {
            results.load(node.var, Kind.ofFamily(opcode - Opcodes.ILOAD));
        } else {
            throw new Refused("it returns from a subroutine (RET)");
        }
    }

    private void constant(Object value) {
        if (value instanceof Number number) {
            plain.constant(number);
        } else if (value instanceof String text) {
            objects.string(text);
        } else if (value instanceof Type type && type.getSort() != Type.METHOD) {
            objects.classObject(type);
        } else {
            throw new Refused("a constant that is computed or a method (" + value + ")");
        }
    }

    private void type(TypeInsnNode node) {
        Type type = Type.getObjectType(node.desc);
        if (node.getOpcode() == Opcodes.ANEWARRAY) {
            objects.newArray(type);
        } else {
            objects.translate(node.getOpcode(), type);
        }
    }

    private void arrays(MultiANewArrayInsnNode node) {
        objects.newArrays(Type.getType(node.desc), node.dims);
    }
}
