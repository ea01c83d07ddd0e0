import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * {@code Shuffle FOLDER SEED METHODS}: writes a class that moves values about on the stack in ways
 * that no compiler does, and across jumps.
 */
public final class Shuffle implements Opcodes {
    private static final int DEEPEST = 24;
    private static final int STEPS = 120;
    private static final int SUM = 0;
    private static final int INT = 2;
    private static final int LONG = 3;
    private static final int TEXT = 5;
    private static final int LOCALS = 6;
    private static final int[] DUPS = {DUP, DUP_X1, DUP_X2, DUP2, DUP2_X1, DUP2_X2};

    private final Random random;
    private final MethodVisitor code;
    private final List<Character> stack = new ArrayList<>();

    private Shuffle(Random random, MethodVisitor code) {
        this.random = random;
        this.code = code;
    }

    public static void main(String[] arguments) throws Exception {
        Random random = new Random(Long.parseLong(arguments[1]));
        int methods = Integer.parseInt(arguments[2]);
        ClassWriter type = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        type.visit(V1_6, ACC_PUBLIC, "Shuffled", null, "java/lang/Object", null);
        for (int i = 0; i < methods; i++) {
            new Shuffle(random, type.visitMethod(ACC_STATIC, "m" + i, "()J", null, null)).write();
        }
        writeRun(type.visitMethod(ACC_STATIC, "run", "()Ljava/lang/String;", null, null), methods);
        Files.write(Path.of(arguments[0], "Shuffled.class"), type.toByteArray());
    }

    private static void writeRun(MethodVisitor code, int methods) {
        code.visitLdcInsn("sums");
        for (int i = 0; i < methods; i++) {
            code.visitMethodInsn(INVOKESTATIC, "Shuffled", "m" + i, "()J", false);
            text(code, "J");
            code.visitMethodInsn(
                    INVOKEVIRTUAL, "java/lang/String", "concat",
                    "(Ljava/lang/String;)Ljava/lang/String;", false);
        }
        code.visitInsn(ARETURN);
        code.visitMaxs(0, 0);
    }

    private static void text(MethodVisitor code, String type) {
        String descriptor = "(" + type + ")Ljava/lang/String;";
        code.visitMethodInsn(INVOKESTATIC, "java/lang/String", "valueOf", descriptor, false);
    }

    private void write() {
        code.visitLdcInsn(7L);
        code.visitVarInsn(LSTORE, SUM);
        code.visitLdcInsn(3);
        code.visitVarInsn(ISTORE, INT);
        code.visitLdcInsn(1L << 33);
        code.visitVarInsn(LSTORE, LONG);
        code.visitLdcInsn("text");
        code.visitVarInsn(ASTORE, TEXT);
        for (int i = 0; i < STEPS; i++) {
            step();
        }
        while (!stack.isEmpty()) {
            consume();
        }
        code.visitVarInsn(LLOAD, SUM);
        code.visitInsn(LRETURN);
        code.visitMaxs(0, LOCALS);
    }

    private void step() {
        switch (random.nextInt(10)) {
            case 0 -> constant();
            case 1, 2 -> load();
            case 3 -> change();
            case 4 -> store();
            case 5 -> jump();
            case 6 -> swap();
            case 7 -> consume();
            default -> copy();
        }
    }

    private void push(char type) {
        stack.add(type);
    }

    private char pop() {
        return stack.remove(stack.size() - 1);
    }

    private boolean isFull() {
        return stack.size() > DEEPEST;
    }

    private void constant() {
        if (!isFull()) {
            boolean wide = random.nextBoolean();
            code.visitLdcInsn(wide ? (Object) random.nextLong() : (Object) random.nextInt(300));
            push(wide ? 'J' : 'I');
        }
    }

    private void load() {
        if (isFull()) {
            return;
        }
        switch (random.nextInt(3)) {
            case 0 -> loaded(ILOAD, INT, 'I');
            case 1 -> loaded(LLOAD, LONG, 'J');
            default -> loaded(ALOAD, TEXT, 'A');
        }
    }

    private void loaded(int opcode, int local, char type) {
        code.visitVarInsn(opcode, local);
        push(type);
    }

    /** Locals change while their old values are on the stack. */
    private void change() {
        code.visitIincInsn(INT, random.nextInt(1000) - 500);
        code.visitVarInsn(LLOAD, LONG);
        code.visitLdcInsn(random.nextLong());
        code.visitInsn(LXOR);
        code.visitVarInsn(LSTORE, LONG);
    }

    private void store() {
        if (!stack.isEmpty()) {
            switch (pop()) {
                case 'I' -> code.visitVarInsn(ISTORE, INT);
                case 'J' -> code.visitVarInsn(LSTORE, LONG);
                default -> code.visitVarInsn(ASTORE, TEXT);
            }
        }
    }

    /** Two paths meet with the whole stack; one of them calculates on it. */
    private void jump() {
        Label join = new Label();
        code.visitVarInsn(ILOAD, INT);
        code.visitJumpInsn(random.nextBoolean() ? IFGT : IFEQ, join);
        if (!stack.isEmpty() && stack.get(stack.size() - 1) == 'I') {
            code.visitVarInsn(ILOAD, INT);
            code.visitInsn(IADD);
        } else if (!stack.isEmpty() && stack.get(stack.size() - 1) == 'J') {
            code.visitVarInsn(LLOAD, LONG);
            code.visitInsn(LSUB);
        }
        code.visitLabel(join);
    }

    private void swap() {
        int top = stack.size() - 1;
        if (top > 0 && stack.get(top) != 'J' && stack.get(top - 1) != 'J') {
            code.visitInsn(SWAP);
            char upper = pop();
            char lower = pop();
            push(upper);
            push(lower);
        }
    }

    private void copy() {
        int form = random.nextInt(DUPS.length);
        int taken = group(form / 3 + 1, stack.size());
        int passed = taken < 0 ? -1 : group(form % 3, stack.size() - taken);
        if (passed < 0 || isFull()) {
            return;
        }
        code.visitInsn(DUPS[form]);
        int end = stack.size();
        List<Character> top = List.copyOf(stack.subList(end - taken, end));
        stack.addAll(end - taken - passed, top);
    }

    /** How many values below an index make up a number of words exactly; -1 if none do. */
    private int group(int words, int end) {
        return IntStream.rangeClosed(0, Math.min(words, end))
                .filter(count -> words(end - count, end) == words)
                .findFirst()
                .orElse(-1);
    }

    private int words(int from, int to) {
        return stack.subList(from, to).stream().mapToInt(type -> type == 'J' ? 2 : 1).sum();
    }

    /** Add the top value to the sum, so that no value is lost from sight. */
    private void consume() {
        if (stack.isEmpty()) {
            return;
        }
        switch (pop()) {
            case 'I' -> code.visitInsn(I2L);
            case 'J' -> code.visitInsn(NOP);
            default -> {
                code.visitMethodInsn(INVOKEVIRTUAL, "java/lang/String", "length", "()I", false);
                code.visitInsn(I2L);
            }
        }
        code.visitVarInsn(LLOAD, SUM);
        code.visitLdcInsn(31L);
        code.visitInsn(LMUL);
        code.visitInsn(LADD);
        code.visitVarInsn(LSTORE, SUM);
    }
}
