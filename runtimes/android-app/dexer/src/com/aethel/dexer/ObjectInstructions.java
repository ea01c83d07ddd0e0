package com.aethel.dexer;

import java.util.List;
import org.jf.dexlib2.Opcode;
import org.jf.dexlib2.iface.reference.Reference;
import org.jf.dexlib2.immutable.reference.ImmutableFieldReference;
import org.jf.dexlib2.immutable.reference.ImmutableMethodReference;
import org.jf.dexlib2.immutable.reference.ImmutableStringReference;
import org.jf.dexlib2.immutable.reference.ImmutableTypeReference;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.FieldInsnNode;

/** Instructions that name a type, a field or a string. */
final class ObjectInstructions {
    private static final Reference NEW_ARRAY =
            new ImmutableMethodReference(
                    "Ljava/lang/reflect/Array;",
                    "newInstance",
                    List.of("Ljava/lang/Class;", "[I"),
                    "Ljava/lang/Object;");

    private final Code code;
    private final OperandStack stack;
    private final Results results;
    private final Calls calls;

    ObjectInstructions(Code code, OperandStack stack, Results results, Calls calls) {
        this.code = code;
        this.stack = stack;
        this.results = results;
        this.calls = calls;
    }

    void translate(int opcode, Type type) {
        Reference reference = reference(type);
        switch (opcode) {
            case Opcodes.NEW -> name(Opcode.NEW_INSTANCE, reference);
            case Opcodes.CHECKCAST -> cast(reference);
            case Opcodes.INSTANCEOF -> inspect(Opcode.INSTANCE_OF, Kind.NARROW, reference);
            default -> throw new Refused("the JVM instruction " + opcode + " is not known");
        }
    }

    private static Reference reference(Type type) {
        return new ImmutableTypeReference(type.getDescriptor());
    }

    void newArray(Type element) {
        Reference array = new ImmutableTypeReference("[" + element.getDescriptor());
        inspect(Opcode.NEW_ARRAY, Kind.REFERENCE, array);
    }

    /** An instruction that makes its result out of one value and a type. */
    private void inspect(Opcode opcode, Kind kind, Reference reference) {
        results.compute(
                1,
                Code.LOW,
                kind,
                Code.LOW,
                (to, from) -> code.reference(opcode, to, from[0], reference));
    }

    /** An instruction whose result follows from a name alone. */
    private void name(Opcode opcode, Reference reference) {
        results.compute(
                0,
                Code.BYTE,
                Kind.REFERENCE,
                Code.BYTE,
                (to, none) -> code.reference(opcode, to, reference));
    }

    void string(String text) {
        name(Opcode.CONST_STRING, new ImmutableStringReference(text));
    }

    void classObject(Type type) {
        name(Opcode.CONST_CLASS, reference(type));
    }

    /**
     * Cast a copy of its own.
     *
     * <p>Dalvik casts in place. To its verifier, another value in the same register would be of
     * that type from then on, and forget which type it was before.
     */
    private void cast(Reference type) {
        if (stack.peek(0).isConstant()) {
            return;
        }
        int home = stack.ownTop();
        int near = stack.load(1, Code.BYTE)[0];
        code.reference(Opcode.CHECK_CAST, near, type);
        code.move(Kind.REFERENCE, home, near);
        stack.push(stack.pop().movedTo(home));
    }

    void field(FieldInsnNode field) {
        Type type = Type.getType(field.desc);
        String owner = Type.getObjectType(field.owner).getDescriptor();
        Reference reference = new ImmutableFieldReference(owner, field.name, field.desc);
        Kind kind = Kind.of(type);
        String suffix = suffix(type);
        switch (field.getOpcode()) {
            case Opcodes.GETSTATIC -> {
                Opcode get = Opcode.valueOf("SGET" + suffix);
                results.compute(
                        0,
                        Code.BYTE,
                        kind,
                        Code.BYTE,
                        (to, none) -> code.reference(get, to, reference));
            }
            case Opcodes.PUTSTATIC -> {
                Opcode put = Opcode.valueOf("SPUT" + suffix);
                results.consume(
                        1, Code.BYTE, (none, from) -> code.reference(put, from[0], reference));
            }
            case Opcodes.GETFIELD -> inspect(Opcode.valueOf("IGET" + suffix), kind, reference);
            default -> {
                Opcode put = Opcode.valueOf("IPUT" + suffix);
                results.consume(
                        2,
                        Code.LOW,
                        (none, from) -> code.reference(put, from[1], from[0], reference));
            }
        }
    }

    private static String suffix(Type type) {
        return switch (type.getSort()) {
            case Type.BOOLEAN -> "_BOOLEAN";
            case Type.BYTE -> "_BYTE";
            case Type.CHAR -> "_CHAR";
            case Type.SHORT -> "_SHORT";
            case Type.LONG, Type.DOUBLE -> "_WIDE";
            case Type.ARRAY, Type.OBJECT -> "_OBJECT";
            default -> "";
        };
    }

    /** Arrays of arrays come from {@code java.lang.reflect.Array}: Dalvik has no instruction. */
    void newArrays(Type array, int dimensions) {
        Type element = Type.getType(array.getDescriptor().substring(dimensions));
        if (dimensions == 1) {
            newArray(element);
            return;
        }
        stack.reserve(dimensions, stack.home(stack.size() - dimensions), 2);
        results.produce(
                dimensions,
                Kind.REFERENCE,
                Code.BYTE,
                to -> {
                    calls.pass(Opcode.FILLED_NEW_ARRAY, dimensions, new ImmutableTypeReference("[I"));
                    int first = stack.firstOfTwo(dimensions);
                    code.one(Opcode.MOVE_RESULT_OBJECT, first + 1);
                    elementClass(first, element);
                    code.callRange(Opcode.INVOKE_STATIC_RANGE, first, 2, NEW_ARRAY);
                    code.one(Opcode.MOVE_RESULT_OBJECT, first);
                    code.reference(Opcode.CHECK_CAST, first, reference(array));
                    code.move(Kind.REFERENCE, to, first);
                });
    }

    private void elementClass(int register, Type element) {
        if (element.getSort() == Type.ARRAY || element.getSort() == Type.OBJECT) {
            code.reference(Opcode.CONST_CLASS, register, reference(element));
            return;
        }
        String boxed =
                switch (element.getSort()) {
                    case Type.BOOLEAN -> "Boolean";
                    case Type.BYTE -> "Byte";
                    case Type.CHAR -> "Character";
                    case Type.SHORT -> "Short";
                    case Type.LONG -> "Long";
                    case Type.FLOAT -> "Float";
                    case Type.DOUBLE -> "Double";
                    default -> "Integer";
                };
        code.reference(
                Opcode.SGET_OBJECT,
                register,
                new ImmutableFieldReference(
                        "Ljava/lang/" + boxed + ";", "TYPE", "Ljava/lang/Class;"));
    }
}
