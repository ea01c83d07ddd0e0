import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jf.dexlib2.Opcode;
import org.jf.dexlib2.iface.ExceptionHandler;
import org.jf.dexlib2.iface.Method;
import org.jf.dexlib2.iface.TryBlock;
import org.jf.dexlib2.iface.instruction.Instruction;
import org.jf.dexlib2.iface.instruction.OffsetInstruction;
import org.jf.dexlib2.iface.instruction.ReferenceInstruction;
import org.jf.dexlib2.iface.instruction.SwitchElement;
import org.jf.dexlib2.iface.instruction.SwitchPayload;
import org.jf.dexlib2.iface.reference.MethodReference;

/** Where control may go, which instructions belong together, and how try blocks lie. */
final class StructureRules {
    private final Method method;
    private final Consumer<String> broken;
    private final TreeMap<Integer, Instruction> code = new TreeMap<>();
    private final int end;

    StructureRules(Method method, Consumer<String> broken) {
        this.method = method;
        this.broken = broken;
        int address = 0;
        for (Instruction instruction : method.getImplementation().getInstructions()) {
            code.put(address, instruction);
            address += instruction.getCodeUnits();
        }
        end = address;
    }

    void check() {
        for (Map.Entry<Integer, Instruction> entry : code.entrySet()) {
            targets(entry.getKey(), entry.getValue());
            neighbours(entry.getKey(), entry.getValue());
        }
        tryBlocks();
    }

    private void require(boolean holds, String rule, int address) {
        if (!holds) {
            broken.accept(rule + " at " + address);
        }
    }

    private void targets(int address, Instruction instruction) {
        if (!(instruction instanceof OffsetInstruction jump)) {
            return;
        }
        int target = address + jump.getCodeOffset();
        Instruction there = code.get(target);
        require(there != null, "a jump leads into an instruction", address);
        require(jump.getCodeOffset() != 0, "a jump leads to itself", address);
        if (there instanceof SwitchPayload table) {
            require(target % 2 == 0, "a table stands at an odd address", target);
            for (SwitchElement element : table.getSwitchElements()) {
                landing(code.get(address + element.getOffset()), address);
            }
        } else {
            landing(there, address);
        }
    }

    private void landing(Instruction there, int address) {
        require(there != null, "a jump leads into an instruction", address);
        String name = there == null ? "" : there.getOpcode().name;
        require(!name.startsWith("move-result"), "a jump leads to move-result", address);
        require(!name.equals("move-exception"), "a jump leads to move-exception", address);
    }

    private void neighbours(int address, Instruction instruction) {
        Map.Entry<Integer, Instruction> before = code.lowerEntry(address);
        String name = instruction.getOpcode().name;
        if (name.startsWith("move-result")) {
            require(before != null && before.getValue().getOpcode().setsResult(),
                    "move-result follows no call", address);
            require(name.equals(expected(before.getValue())), "move-result of a wrong kind", address);
        }
        if (name.equals("move-exception")) {
            require(before != null && !before.getValue().getOpcode().canContinue(),
                    "code runs into move-exception", address);
        }
        require(address + instruction.getCodeUnits() < end || !instruction.getOpcode().canContinue(),
                "code runs off the end", address);
    }

    private static String expected(Instruction call) {
        if (!(((ReferenceInstruction) call).getReference() instanceof MethodReference called)) {
            return "move-result-object";
        }
        return switch (called.getReturnType().charAt(0)) {
            case 'J', 'D' -> "move-result-wide";
            case 'L', '[' -> "move-result-object";
            case 'V' -> "none";
            default -> "move-result";
        };
    }

    private void tryBlocks() {
        int last = 0;
        for (TryBlock<? extends ExceptionHandler> block : method.getImplementation().getTryBlocks()) {
            int start = block.getStartCodeAddress();
            int after = start + block.getCodeUnitCount();
            require(start >= last && after > start, "try blocks overlap or are empty", start);
            require(code.containsKey(start), "a try block begins in an instruction", start);
            require(after == end || code.containsKey(after), "a try block ends in one", after);
            last = after;
            handlers(block);
        }
    }

    private void handlers(TryBlock<? extends ExceptionHandler> block) {
        Set<String> types = new HashSet<>();
        List<String> order = new ArrayList<>();
        for (ExceptionHandler handler : block.getExceptionHandlers()) {
            String type = String.valueOf(handler.getExceptionType());
            require(types.add(type), "a type is handled twice", block.getStartCodeAddress());
            require(!order.contains("null"), "a handler follows the one for all", handler.getHandlerCodeAddress());
            order.add(type);
            Instruction first = code.get(handler.getHandlerCodeAddress());
            require(first != null, "a handler begins in an instruction", handler.getHandlerCodeAddress());
            require(first.getOpcode() != Opcode.NOP, "a handler is empty", handler.getHandlerCodeAddress());
        }
    }
}
