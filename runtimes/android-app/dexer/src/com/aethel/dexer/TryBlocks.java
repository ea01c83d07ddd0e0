package com.aethel.dexer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jf.dexlib2.builder.Label;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;

/**
 * Makes one try block for each stretch of code that has the same handlers.
 *
 * <p>In a class file the blocks overlap, and the first that fits counts. In a dex file they do
 * not, no type comes twice, and nothing may follow a handler for everything.
 */
final class TryBlocks {
    private final MethodNode method;
    private final Code code;
    private final Flow flow;

    TryBlocks(MethodNode method, Code code, Flow flow) {
        this.method = method;
        this.code = code;
        this.flow = flow;
    }

    void cover() {
        Map.Entry<LabelNode, Integer> from = null;
        for (Map.Entry<LabelNode, Integer> to : flow.placed().entrySet()) {
            boolean isEmpty = from == null || from.getValue().equals(to.getValue());
            if (!isEmpty) {
                cover(from.getKey(), to.getKey());
            }
            from = to;
        }
    }

    private void cover(LabelNode from, LabelNode to) {
        Label start = code.label(flow.name(from));
        Label end = code.label(flow.name(to));
        for (TryCatchBlockNode block : handlers(from, to)) {
            String type = block.type == null ? null : "L" + block.type + ";";
            code.cover(type, start, end, code.label(flow.name(block.handler)));
        }
    }

    private List<TryCatchBlockNode> handlers(LabelNode from, LabelNode to) {
        List<TryCatchBlockNode> handlers = new ArrayList<>();
        Set<String> types = new HashSet<>();
        for (TryCatchBlockNode block : method.tryCatchBlocks) {
            if (index(block.start) <= index(from) && index(to) <= index(block.end)) {
                if (types.add(block.type)) {
                    handlers.add(block);
                }
                if (block.type == null) {
                    break;
                }
            }
        }
        return handlers;
    }

    private int index(LabelNode label) {
        return method.instructions.indexOf(label);
    }
}
