package com.aethel.dexer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jf.dexlib2.Opcode;
import org.jf.dexlib2.iface.reference.Reference;
import org.jf.dexlib2.immutable.reference.ImmutableMethodReference;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/** Calls of methods. Up to five words stand anywhere within reach, more of them in a row. */
final class Calls {
    private static final int FEW = 5;

    private final ClassNode owner;
    private final Code code;
    private final OperandStack stack;
    private final Results results;

    Calls(ClassNode owner, Code code, OperandStack stack, Results results) {
        this.owner = owner;
        this.code = code;
        this.stack = stack;
        this.results = results;
    }

    void translate(MethodInsnNode call) {
        Type type = Type.getMethodType(call.desc);
        int count = type.getArgumentTypes().length;
        if (call.getOpcode() != Opcodes.INVOKESTATIC) {
            count++;
        }
        invoke(opcode(call), count, type.getReturnType(), reference(call));
    }

    static Reference reference(MethodInsnNode call) {
        Type type = Type.getMethodType(call.desc);
        return new ImmutableMethodReference(
                Type.getObjectType(call.owner).getDescriptor(),
                call.name,
                Arrays.stream(type.getArgumentTypes()).map(Type::getDescriptor).toList(),
                type.getReturnType().getDescriptor());
    }

    private Opcode opcode(MethodInsnNode call) {
        return switch (call.getOpcode()) {
            case Opcodes.INVOKESTATIC -> Opcode.INVOKE_STATIC;
            case Opcodes.INVOKEINTERFACE -> Opcode.INVOKE_INTERFACE;
            case Opcodes.INVOKESPECIAL -> isDirect(call) ? Opcode.INVOKE_DIRECT : Opcode.INVOKE_SUPER;
            default -> isOwnPrivate(call) ? Opcode.INVOKE_DIRECT : Opcode.INVOKE_VIRTUAL;
        };
    }

    private boolean isDirect(MethodInsnNode call) {
        return call.name.equals("<init>") || isOwnPrivate(call);
    }

    private boolean isOwnPrivate(MethodInsnNode call) {
        return call.owner.equals(owner.name)
                && owner.methods.stream().anyMatch(method -> isPrivate(method, call));
    }

    private static boolean isPrivate(MethodNode method, MethodInsnNode call) {
        return (method.access & Opcodes.ACC_PRIVATE) != 0
                && method.name.equals(call.name)
                && method.desc.equals(call.desc);
    }

    private void invoke(Opcode opcode, int count, Type returned, Reference reference) {
        Kind kind = Kind.of(returned);
        if (returned == Type.VOID_TYPE || results.isDropped(kind)) {
            pass(opcode, count, reference);
            stack.drop(count);
            return;
        }
        results.produce(
                count,
                kind,
                Code.BYTE,
                to -> {
                    pass(opcode, count, reference);
                    code.one(kind.moveResult, to);
                });
    }

    /** Add an instruction that takes the top values as arguments; they stay on the stack. */
    void pass(Opcode opcode, int count, Reference reference) {
        List<Integer> words = words(count);
        if (areFewAndLow(words)) {
            stack.load(count, Code.LOW);
            words = words(count);
        }
        if (areFewAndLow(words)) {
            code.call(opcode, words, reference);
            return;
        }
        if (hasConstants(count) || !areInARow(words)) {
            stack.settle();
            words = words(count);
        }
        code.callRange(range(opcode), words.get(0), words.size(), reference);
    }

    private static boolean areFewAndLow(List<Integer> words) {
        return words.size() <= FEW && words.stream().allMatch(word -> word <= Code.LOW);
    }

    private static Opcode range(Opcode opcode) {
        return Opcode.valueOf(opcode.name() + "_RANGE");
    }

    private boolean hasConstants(int count) {
        for (int i = 0; i < count; i++) {
            if (stack.peek(i).isConstant()) {
                return true;
            }
        }
        return false;
    }

    /** The registers of the top values, both of those that are wide; a constant's is its home. */
    private List<Integer> words(int count) {
        List<Integer> words = new ArrayList<>();
        for (int depth = count - 1; depth >= 0; depth--) {
            Operand value = stack.peek(depth);
            int home = stack.home(stack.size() - 1 - depth);
            int first = value.isConstant() ? home : value.register();
            for (int i = 0; i < value.kind().size; i++) {
                words.add(first + i);
            }
        }
        return words;
    }

    private static boolean areInARow(List<Integer> words) {
        for (int i = 1; i < words.size(); i++) {
            if (words.get(i) != words.get(0) + i) {
                return false;
            }
        }
        return true;
    }
}
