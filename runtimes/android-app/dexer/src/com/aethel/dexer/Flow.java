package com.aethel.dexer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.TryCatchBlockNode;

/** Where a method jumps to, where its try blocks begin and end, and where the translation is. */
final class Flow {
    private final MethodNode method;
    private final Code code;
    private final Set<LabelNode> targets = new HashSet<>();
    private final Set<LabelNode> handlers = new HashSet<>();
    private final Set<LabelNode> bounds = new HashSet<>();
    private final Map<LabelNode, Integer> placed = new LinkedHashMap<>();
    private final Map<LabelNode, String> names = new HashMap<>();
    private AbstractInsnNode current;

    /** Whether what was translated last can go on to what comes next. */
    private boolean open = true;

    Flow(MethodNode method, Code code) {
        this.method = method;
        this.code = code;
        for (AbstractInsnNode node : method.instructions) {
            targets.addAll(targetsOf(node));
        }
        for (TryCatchBlockNode block : method.tryCatchBlocks) {
            handlers.add(block.handler);
            bounds.add(block.start);
            bounds.add(block.end);
        }
    }

    private static List<LabelNode> targetsOf(AbstractInsnNode node) {
        if (node instanceof JumpInsnNode jump) {
            return List.of(jump.label);
        }
        if (node instanceof TableSwitchInsnNode table) {
            return joined(table.labels, table.dflt);
        }
        if (node instanceof LookupSwitchInsnNode lookup) {
            return joined(lookup.labels, lookup.dflt);
        }
        return List.of();
    }

    private static List<LabelNode> joined(List<LabelNode> labels, LabelNode last) {
        return Stream.concat(labels.stream(), Stream.of(last))
                .toList();
    }

    AbstractInsnNode current() {
        return current;
    }

    /** Go on to the next node; false at the end. */
    boolean advance() {
        current = current == null ? method.instructions.getFirst() : current.getNext();
        return current != null;
    }

    boolean isOpen() {
        return open;
    }

    void close() {
        open = false;
    }

    void reopen() {
        open = true;
    }

    boolean isTarget(LabelNode label) {
        return targets.contains(label);
    }

    boolean isHandler(LabelNode label) {
        return handlers.contains(label);
    }

    private boolean isNeeded(LabelNode label) {
        return isTarget(label) || isHandler(label) || bounds.contains(label);
    }

    String name(LabelNode label) {
        return names.computeIfAbsent(label, l -> "L" + names.size());
    }

    void place(LabelNode label) {
        if (isNeeded(label)) {
            code.place(name(label));
            placed.put(label, code.length());
        }
    }

    /** Labels that were placed, in their order, each with how many instructions stand before it. */
    Map<LabelNode, Integer> placed() {
        return placed;
    }

    /** The instruction that runs after a node and after it alone; null where paths meet before. */
    AbstractInsnNode following(AbstractInsnNode node) {
        AbstractInsnNode next = node.getNext();
        while (next != null && next.getOpcode() < 0) {
            if (next instanceof LabelNode label && isNeeded(label)) {
                return null;
            }
            next = next.getNext();
        }
        return next;
    }

    /** Leave out the instructions up to and with this one: they are translated already. */
    void skipTo(AbstractInsnNode last) {
        while (current != last) {
            current = current.getNext();
            if (current instanceof LineNumberNode node) {
                code.line(node.line);
            }
        }
    }

    /** Whether nothing but labels stands between here and a label. */
    boolean isNext(LabelNode label) {
        AbstractInsnNode next = current.getNext();
        while (next != null && next.getOpcode() < 0) {
            if (next == label) {
                return true;
            }
            next = next.getNext();
        }
        return false;
    }
}
