package com.aethel.dexer;

import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Writes out the lock of a synchronized method: Android takes none by itself but in native code.
 */
final class SynchronizedMethod {
    private final ClassNode owner;
    private final MethodNode method;
    private final int lock;
    private final int thrown;

    private SynchronizedMethod(ClassNode owner, MethodNode method) {
        this.owner = owner;
        this.method = method;
        lock = method.maxLocals;
        thrown = lock + 1;
    }

    /** Put the whole code of a synchronized method into a block that holds the lock. */
    static void writeOut(ClassNode owner, MethodNode method) {
        if ((method.access & Opcodes.ACC_SYNCHRONIZED) != 0 && method.instructions.size() > 0) {
            new SynchronizedMethod(owner, method).rewrite();
        }
    }

    private void rewrite() {
        LabelNode start = new LabelNode();
        LabelNode end = new LabelNode();
        for (AbstractInsnNode node : method.instructions.toArray()) {
            if (node.getOpcode() >= Opcodes.IRETURN && node.getOpcode() <= Opcodes.RETURN) {
                method.instructions.insertBefore(node, unlock());
            }
        }
        method.instructions.insert(entry(start));
        method.instructions.add(handler(end));
        method.tryCatchBlocks.add(new TryCatchBlockNode(start, end, end, null));
        method.maxLocals += 2;
        method.maxStack += 2;
    }

    private InsnList entry(LabelNode start) {
        InsnList code = new InsnList();
        boolean isStatic = (method.access & Opcodes.ACC_STATIC) != 0;
        code.add(
                isStatic
                        ? new LdcInsnNode(Type.getObjectType(owner.name))
                        : new VarInsnNode(Opcodes.ALOAD, 0));
        code.add(new VarInsnNode(Opcodes.ASTORE, lock));
        code.add(new VarInsnNode(Opcodes.ALOAD, lock));
        code.add(new InsnNode(Opcodes.MONITORENTER));
        code.add(start);
        return code;
    }

    private InsnList unlock() {
        InsnList code = new InsnList();
        code.add(new VarInsnNode(Opcodes.ALOAD, lock));
        code.add(new InsnNode(Opcodes.MONITOREXIT));
        return code;
    }

    private InsnList handler(LabelNode end) {
        InsnList code = new InsnList();
        code.add(end);
        code.add(new VarInsnNode(Opcodes.ASTORE, thrown));
        code.add(unlock());
        code.add(new VarInsnNode(Opcodes.ALOAD, thrown));
        code.add(new InsnNode(Opcodes.ATHROW));
        return code;
    }
}
