import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jf.dexlib2.analysis.AnalyzedInstruction;
import org.jf.dexlib2.analysis.MethodAnalyzer;
import org.jf.dexlib2.analysis.RegisterType;
import org.jf.dexlib2.analysis.TypeProto;
import org.jf.dexlib2.analysis.util.TypeProtoUtils;
import org.jf.dexlib2.iface.Method;
import org.jf.dexlib2.iface.instruction.FiveRegisterInstruction;
import org.jf.dexlib2.iface.instruction.Instruction;
import org.jf.dexlib2.iface.instruction.OneRegisterInstruction;
import org.jf.dexlib2.iface.instruction.ReferenceInstruction;
import org.jf.dexlib2.iface.instruction.RegisterRangeInstruction;
import org.jf.dexlib2.iface.instruction.ThreeRegisterInstruction;
import org.jf.dexlib2.iface.instruction.TwoRegisterInstruction;
import org.jf.dexlib2.iface.reference.FieldReference;
import org.jf.dexlib2.iface.reference.MethodReference;

/** Every register that is read holds what the instruction, the field or the parameter asks for. */
final class RegisterRules {
    private static final Set<Byte> BOOLEANS =
            Set.of(RegisterType.NULL, RegisterType.ONE, RegisterType.BOOLEAN);
    private static final Set<Byte> BYTES = joined(BOOLEANS, RegisterType.BYTE, RegisterType.POS_BYTE);
    private static final Set<Byte> SHORTS = joined(BYTES, RegisterType.SHORT, RegisterType.POS_SHORT);
    private static final Set<Byte> CHARS =
            joined(BOOLEANS, RegisterType.POS_BYTE, RegisterType.POS_SHORT, RegisterType.CHAR);
    private static final Set<Byte> INTS =
            joined(joined(SHORTS, RegisterType.CHAR), RegisterType.INTEGER);
    private static final Set<Byte> FLOATS = joined(INTS, RegisterType.FLOAT);
    private static final Set<Byte> LOWS = Set.of(RegisterType.LONG_LO, RegisterType.DOUBLE_LO);
    private static final Set<Byte> HIGHS = Set.of(RegisterType.LONG_HI, RegisterType.DOUBLE_HI);
    private static final Set<Byte> REFERENCES = Set.of(RegisterType.NULL, RegisterType.REFERENCE);
    private static final Set<Byte> OBJECTS =
            joined(REFERENCES, RegisterType.UNINIT_REF, RegisterType.UNINIT_THIS);

    private final Method method;
    private final MethodAnalyzer analysis;
    private final Consumer<String> broken;
    private AnalyzedInstruction at;

    RegisterRules(Method method, MethodAnalyzer analysis, Consumer<String> broken) {
        this.method = method;
        this.analysis = analysis;
        this.broken = broken;
    }

    private static Set<Byte> joined(Set<Byte> one, Byte... more) {
        Set<Byte> all = new java.util.HashSet<>(one);
        all.addAll(List.of(more));
        return all;
    }

    void check() {
        for (AnalyzedInstruction instruction : analysis.getAnalyzedInstructions()) {
            at = instruction;
            if (isReached()) {
                check(instruction.getInstruction());
            }
        }
    }

    private boolean isReached() {
        return at.getRegisterCount() == 0
                || at.getPreInstructionRegisterType(0).category != RegisterType.UNKNOWN;
    }

    private void check(Instruction instruction) {
        String name = instruction.getOpcode().name;
        if (instruction instanceof ReferenceInstruction named
                && named.getReference() instanceof MethodReference called) {
            call(name, instruction, called);
        } else if (instruction instanceof ReferenceInstruction named
                && named.getReference() instanceof FieldReference field) {
            field(name, instruction, field);
        } else if (name.startsWith("return")) {
            if (!name.equals("return-void")) {
                is(a(instruction), method.getReturnType(), "returned");
            }
        } else if (instruction instanceof ThreeRegisterInstruction three) {
            three(name, three);
        } else if (instruction instanceof TwoRegisterInstruction two) {
            two(name, two);
        } else if (instruction instanceof OneRegisterInstruction one) {
            one(name, one.getRegisterA());
        }
    }

    private static int a(Instruction instruction) {
        return ((OneRegisterInstruction) instruction).getRegisterA();
    }

    private void call(String name, Instruction instruction, MethodReference called) {
        int next = 0;
        if (!name.startsWith("invoke-static")) {
            int receiver = argument(instruction, next++);
            if (called.getName().equals("<init>")) {
                in(receiver, OBJECTS, "constructed");
            } else {
                is(receiver, called.getDefiningClass(), "called");
            }
        }
        for (CharSequence type : called.getParameterTypes()) {
            int first = argument(instruction, next++);
            is(first, type.toString(), "passed");
            if (isWide(type.toString())) {
                require(argument(instruction, next++) == first + 1, "a split argument", first);
            }
        }
    }

    private static int argument(Instruction instruction, int index) {
        if (instruction instanceof RegisterRangeInstruction range) {
            return range.getStartRegister() + index;
        }
        FiveRegisterInstruction five = (FiveRegisterInstruction) instruction;
        return new int[] {
            five.getRegisterC(), five.getRegisterD(), five.getRegisterE(), five.getRegisterF(),
            five.getRegisterG()
        }[index];
    }

    private void field(String name, Instruction instruction, FieldReference field) {
        boolean isPut = name.startsWith("iput") || name.startsWith("sput");
        if (isPut) {
            is(a(instruction), widened(field.getType()), "put into " + field.getName());
        }
        require(name.endsWith(suffix(field.getType())), "the wrong form of " + name, a(instruction));
        if (instruction instanceof TwoRegisterInstruction two) {
            boolean constructs = method.getName().equals("<init>")
                    && at.getPreInstructionRegisterType(two.getRegisterB()).category
                            == RegisterType.UNINIT_THIS;
            if (!constructs) {
                is(two.getRegisterB(), field.getDefiningClass(), "the owner of " + field.getName());
            }
        }
    }

    /** A put takes any int for the small types. */
    private static String widened(String type) {
        return "ZBSC".contains(type) ? "I" : type;
    }

    private static String suffix(String type) {
        return switch (type.charAt(0)) {
            case 'Z' -> "-boolean";
            case 'B' -> "-byte";
            case 'C' -> "-char";
            case 'S' -> "-short";
            case 'J', 'D' -> "-wide";
            case 'L', '[' -> "-object";
            default -> "t";
        };
    }

    private void three(String name, ThreeRegisterInstruction three) {
        if (name.startsWith("aget") || name.startsWith("aput")) {
            element(name, three);
            return;
        }
        String type = operand(name);
        boolean isShift = name.contains("sh");
        is(three.getRegisterB(), type, "the left of " + name);
        is(three.getRegisterC(), isShift ? "I" : type, "the right of " + name);
    }

    private void element(String name, ThreeRegisterInstruction three) {
        is(three.getRegisterC(), "I", "an index");
        in(three.getRegisterB(), REFERENCES, "an array");
        RegisterType array = at.getPreInstructionRegisterType(three.getRegisterB());
        String type = array.type == null ? "[" : array.type.getType();
        require(type.startsWith("["), "no array in " + name + ", but " + type, three.getRegisterB());
        if (type.length() > 1) {
            String element = type.substring(1);
            require(name.endsWith(suffix(element)), name + " of " + type, three.getRegisterB());
            if (name.startsWith("aput")) {
                boolean object = name.endsWith("-object");
                is(three.getRegisterA(), object ? "Ljava/lang/Object;" : widened(element), "stored");
            }
        }
    }

    private static String operand(String name) {
        if (name.contains("long")) {
            return "J";
        }
        return name.contains("float") ? "F" : name.contains("double") ? "D" : "I";
    }

    private void two(String name, TwoRegisterInstruction two) {
        int b = two.getRegisterB();
        if (name.startsWith("move-object")) {
            in(b, OBJECTS, "moved");
        } else if (name.startsWith("move-wide")) {
            wide(b, "moved");
        } else if (name.startsWith("move")) {
            in(b, FLOATS, "moved");
        } else if (name.startsWith("if-")) {
            boolean references = at.getPreInstructionRegisterType(b).category == RegisterType.REFERENCE;
            in(b, references ? REFERENCES : INTS, "compared");
            in(two.getRegisterA(), categoriesBeside(b), "compared");
        } else if (name.startsWith("array-length") || name.startsWith("instance-of")) {
            in(b, REFERENCES, name);
        } else if (name.startsWith("new-array")) {
            is(b, "I", "a length");
        } else if (name.contains("-to-")) {
            is(b, operand(name.substring(0, name.indexOf("-to-"))), name);
        } else {
            is(b, name.contains("sh") && name.contains("2addr") ? "I" : operand(name), name);
            if (name.contains("2addr")) {
                is(two.getRegisterA(), operand(name), name);
            }
        }
    }

    private Set<Byte> categoriesBeside(int register) {
        byte category = at.getPreInstructionRegisterType(register).category;
        if (category == RegisterType.NULL) {
            return joined(INTS, RegisterType.REFERENCE);
        }
        return category == RegisterType.REFERENCE ? REFERENCES : INTS;
    }

    private void one(String name, int register) {
        if (name.equals("throw")) {
            is(register, "Ljava/lang/Throwable;", "thrown");
        } else if (name.startsWith("monitor") || name.equals("check-cast")) {
            in(register, REFERENCES, name);
        } else if (name.startsWith("if-")) {
            in(register, joined(INTS, RegisterType.REFERENCE), "compared");
        } else if (name.endsWith("-switch")) {
            is(register, "I", "chosen by");
        }
    }

    private void is(int register, String type, String use) {
        switch (type.charAt(0)) {
            case 'Z' -> in(register, BOOLEANS, use);
            case 'B' -> in(register, BYTES, use);
            case 'S' -> in(register, SHORTS, use);
            case 'C' -> in(register, CHARS, use);
            case 'I' -> in(register, INTS, use);
            case 'F' -> in(register, FLOATS, use);
            case 'J', 'D' -> wide(register, use);
            default -> object(register, type, use);
        }
    }

    private void object(int register, String type, String use) {
        in(register, REFERENCES, use);
        TypeProto held = at.getPreInstructionRegisterType(register).type;
        TypeProto wanted = analysis.getClassPath().getClass(type);
        boolean isArray = type.startsWith("[");
        if (held == null || wanted.isInterface() || type.equals("Ljava/lang/Object;")) {
            return;
        }
        boolean fits = held.getType().equals(type)
                || !isArray && TypeProtoUtils.extendsFrom(held, type)
                || isArray && wanted.getCommonSuperclass(held).getType().equals(type);
        require(fits, use + " as " + type + ", but it is " + held.getType(), register);
    }

    private void wide(int register, String use) {
        in(register, LOWS, use);
        if (register + 1 < at.getRegisterCount()) {
            in(register + 1, HIGHS, use);
        } else {
            require(false, use + ", the first of a pair without a second", register);
        }
    }

    private static boolean isWide(String type) {
        return type.equals("J") || type.equals("D");
    }

    private void in(int register, Set<Byte> allowed, String use) {
        RegisterType held = at.getPreInstructionRegisterType(register);
        require(allowed.contains(held.category), use + ", but it is " + held, register);
    }

    private void require(boolean holds, String rule, int register) {
        if (!holds) {
            int address = analysis.getInstructionAddress(at);
            broken.accept("v" + register + " is " + rule + " at " + address);
        }
    }
}
