import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jf.dexlib2.analysis.AnalyzedInstruction;
import org.jf.dexlib2.analysis.MethodAnalyzer;
import org.jf.dexlib2.iface.ExceptionHandler;
import org.jf.dexlib2.iface.Method;
import org.jf.dexlib2.iface.TryBlock;
import org.jf.dexlib2.iface.instruction.Instruction;
import org.jf.dexlib2.iface.instruction.OneRegisterInstruction;

/** Locks are released in turn, through the register that took them, on every way out. */
final class LockRules {
    private final Method method;
    private final MethodAnalyzer analysis;
    private final Consumer<String> broken;
    private final Map<AnalyzedInstruction, List<Integer>> held = new HashMap<>();
    private final Deque<AnalyzedInstruction> open = new ArrayDeque<>();

    LockRules(Method method, MethodAnalyzer analysis, Consumer<String> broken) {
        this.method = method;
        this.analysis = analysis;
        this.broken = broken;
    }

    void check() {
        enter(analysis.getAnalyzedInstructions().get(0), List.of());
        while (!open.isEmpty()) {
            visit(open.pop());
        }
    }

    private void enter(AnalyzedInstruction instruction, List<Integer> locks) {
        List<Integer> known = held.putIfAbsent(instruction, locks);
        if (known == null) {
            open.push(instruction);
        } else if (!known.equals(locks)) {
            broken.accept("paths meet with the locks " + known + " and " + locks);
        }
    }

    private void visit(AnalyzedInstruction at) {
        List<Integer> before = held.get(at);
        List<Integer> after = after(at.getInstruction(), before);
        int address = analysis.getInstructionAddress(at);
        String name = at.getInstruction().getOpcode().name;
        if (at.getInstruction().getOpcode().canThrow() && !name.equals("monitor-exit")) {
            handlers(address, before, after);
        }
        if (name.startsWith("return") && !after.isEmpty()) {
            broken.accept("a lock is held on return at " + address);
        }
        // To dexlib2, an instruction leads to a handler where the one after it can throw.
        at.getSuccessors().forEach(next -> enter(next, after));
    }

    private List<Integer> after(Instruction instruction, List<Integer> locks) {
        String name = instruction.getOpcode().name;
        if (!name.startsWith("monitor-")) {
            return locks;
        }
        int register = ((OneRegisterInstruction) instruction).getRegisterA();
        List<Integer> changed = new ArrayList<>(locks);
        if (name.equals("monitor-enter")) {
            changed.add(register);
        } else if (changed.isEmpty() || changed.remove(changed.size() - 1) != register) {
            broken.accept("v" + register + " releases a lock that it did not take");
        }
        return changed;
    }

    private void handlers(int address, List<Integer> before, List<Integer> after) {
        boolean first = before.isEmpty() && after.size() == 1;
        for (TryBlock<? extends ExceptionHandler> block : method.getImplementation().getTryBlocks()) {
            int from = block.getStartCodeAddress();
            boolean covers = address >= from && address < from + block.getCodeUnitCount();
            if (covers && !after.isEmpty() && !first && !catchesAll(block)) {
                broken.accept("a lock is held where not all is caught at " + address);
            }
        }
    }

    private static boolean catchesAll(TryBlock<? extends ExceptionHandler> block) {
        return block.getExceptionHandlers().stream()
                .map(ExceptionHandler::getExceptionType)
                .anyMatch(type -> type == null || type.equals("Ljava/lang/Throwable;"));
    }
}
