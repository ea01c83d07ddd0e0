package com.aethel.dexer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The operand stack while a method is translated: which value stands where.
 *
 * <p>Loads, constants and all sorts of dup and swap change this list alone. Where paths of the
 * method meet, every value must be in its home: {@link #settle} moves those that are not.
 */
final class OperandStack {
    /** A method needs more scratch registers than it has; it is translated again with them. */
    @SuppressWarnings("serial")
    static final class ScratchNeeded extends RuntimeException {
        final int count;

        ScratchNeeded(int count) {
            super(null, null, false, false);
            this.count = count;
        }
    }

    private record Move(Operand from, int to) {}

    private final Code code;
    private final Registers registers;
    private final List<Operand> operands = new ArrayList<>();
    private int scratchUsed;

    OperandStack(Code code, Registers registers) {
        this.code = code;
        this.registers = registers;
    }

    int size() {
        return operands.size();
    }

    void push(Operand operand) {
        operands.add(operand);
    }

    /** Push a value that is in its home already. */
    void pushHome(Kind kind) {
        push(Operand.in(home(size()), kind));
    }

    Operand pop() {
        return operands.remove(size() - 1);
    }

    void drop(int count) {
        operands.subList(size() - count, size()).clear();
    }

    /** The value that is {@code depth} values below the top. */
    Operand peek(int depth) {
        return operands.get(size() - 1 - depth);
    }

    void clear() {
        operands.clear();
    }

    /** The first register of the home of the value at an index, counted from the bottom. */
    int home(int index) {
        return registers.home(operands.subList(0, index).stream().mapToInt(o -> o.kind().size).sum());
    }

    int scratch(Kind kind) {
        int first = scratchUsed;
        scratchUsed += kind.size;
        if (scratchUsed > registers.scratch()) {
            throw new ScratchNeeded(scratchUsed);
        }
        return first;
    }

    /** The instruction is done: its scratch registers are free. */
    void releaseScratch() {
        scratchUsed = 0;
    }

    /** Make sure that registers can be written without a change to any but the top values. */
    void reserve(int except, int first, int size) {
        boolean used =
                operands.subList(0, size() - except).stream().anyMatch(o -> o.overlaps(first, size));
        if (used) {
            settle();
        }
    }

    /** From now on, whatever had its value in one register has it in another. */
    void follow(int from, int to) {
        operands.replaceAll(o -> !o.isConstant() && o.register() == from ? o.movedTo(to) : o);
    }

    /** Put the top values into registers of at most {@code limit}; they stay on the stack. */
    int[] load(int count, int limit) {
        int base = size() - count;
        if (IntStream.range(base, size()).anyMatch(i -> !canGoHome(i, limit))) {
            settle();
        }
        int[] loaded = new int[count];
        for (int i = 0; i < count; i++) {
            bringNear(base + i, limit);
            loaded[i] = operands.get(base + i).register();
        }
        return loaded;
    }

    private boolean canGoHome(int index, int limit) {
        Operand operand = operands.get(index);
        int home = home(index);
        return isNear(operand, limit)
                || home > limit
                || !overlapsAnother(index, home, operand.kind().size);
    }

    private static boolean isNear(Operand operand, int limit) {
        return !operand.isConstant() && operand.register() <= limit;
    }

    private void bringNear(int index, int limit) {
        Operand operand = operands.get(index);
        if (!isNear(operand, limit)) {
            int home = home(index);
            int register = home <= limit ? home : scratch(operand.kind());
            moveTo(register, operand);
            operands.set(index, operand.movedTo(register));
        }
    }

    private boolean overlapsAnother(int index, int first, int size) {
        for (int i = 0; i < size(); i++) {
            if (i != index && operands.get(i).overlaps(first, size)) {
                return true;
            }
        }
        return false;
    }

    /** Copy a value into a register, whatever both are. */
    void moveTo(int register, Operand operand) {
        if (!operand.isConstant()) {
            code.move(operand.kind(), register, operand.register());
        } else if (register <= Code.BYTE) {
            code.constant(register, operand);
        } else {
            int near = scratch(operand.kind());
            code.constant(near, operand);
            code.move(operand.kind(), register, near);
        }
    }

    /** Move the top value into a register that no other value shares, its home if it can be. */
    int ownTop() {
        int index = size() - 1;
        Kind kind = peek(0).kind();
        reserve(1, home(index), kind.size);
        Operand top = pop();
        int register = home(index);
        moveTo(register, top);
        push(top.movedTo(register));
        return register;
    }

    /** Two registers in a row, in the homes of the top values where 8 bits reach them. */
    int firstOfTwo(int count) {
        int home = home(size() - count);
        return home < Code.BYTE ? home : scratch(Kind.WIDE);
    }

    /** Move every value into its home. */
    void settle() {
        settle(size());
    }

    /** Move the lowest values into their homes, and those above as well where they are in the way. */
    void settleBelow(int count) {
        int below = size() - count;
        int first = home(0);
        int width = home(below) - first;
        boolean inTheWay =
                width > 0
                        && operands.subList(below, size()).stream()
                                .anyMatch(o -> o.overlaps(first, width));
        settle(inTheWay ? size() : below);
    }

    private void settle(int count) {
        List<Move> moves = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int home = home(i);
            if (operands.get(i).register() != home) {
                moves.add(new Move(operands.get(i), home));
            }
        }
        moveAll(moves);
        for (int i = 0; i < count; i++) {
            operands.set(i, operands.get(i).movedTo(home(i)));
        }
    }

    /** Do moves as if all happened at once: none may overwrite what another has yet to read. */
    private void moveAll(List<Move> moves) {
        int inUse = scratchUsed;
        while (!moves.isEmpty()) {
            Optional<Move> next = moves.stream().filter(m -> isFree(m, moves)).findFirst();
            if (next.isPresent()) {
                moveTo(next.get().to, next.get().from);
                moves.remove(next.get());
            } else {
                putOneAside(moves);
            }
        }
        scratchUsed = inUse;
    }

    private static boolean isFree(Move move, List<Move> moves) {
        int size = move.from.kind().size;
        return moves.stream().noneMatch(m -> m != move && m.from.overlaps(move.to, size));
    }

    /** Values change places: one that is in the way of another waits in a scratch register. */
    private void putOneAside(List<Move> moves) {
        int index = 0;
        while (moves.get(index).from.register() < registers.scratch()) {
            index++;
        }
        Move move = moves.get(index);
        int register = scratch(move.from.kind());
        moveTo(register, move.from);
        moves.set(index, new Move(move.from.movedTo(register), move.to));
    }
}
