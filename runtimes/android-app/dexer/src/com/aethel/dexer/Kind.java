package com.aethel.dexer;

import org.jf.dexlib2.Opcode;
import org.objectweb.asm.Type;

/** What a register holds, as far as Dalvik's instructions tell it apart. */
enum Kind {
    NARROW(1, Opcode.MOVE, Opcode.MOVE_FROM16, Opcode.MOVE_16, Opcode.MOVE_RESULT, Opcode.RETURN),
    WIDE(
            2,
            Opcode.MOVE_WIDE,
            Opcode.MOVE_WIDE_FROM16,
            Opcode.MOVE_WIDE_16,
            Opcode.MOVE_RESULT_WIDE,
            Opcode.RETURN_WIDE),
    REFERENCE(
            1,
            Opcode.MOVE_OBJECT,
            Opcode.MOVE_OBJECT_FROM16,
            Opcode.MOVE_OBJECT_16,
            Opcode.MOVE_RESULT_OBJECT,
            Opcode.RETURN_OBJECT);

    final int size;
    final Opcode move;
    final Opcode moveFrom16;
    final Opcode move16;
    final Opcode moveResult;
    final Opcode returned;

    Kind(
            int size,
            Opcode move,
            Opcode moveFrom16,
            Opcode move16,
            Opcode moveResult,
            Opcode returned) {
        this.size = size;
        this.move = move;
        this.moveFrom16 = moveFrom16;
        this.move16 = move16;
        this.moveResult = moveResult;
        this.returned = returned;
    }

    /** The kind of a type's values; void has none. */
    static Kind of(Type type) {
        return switch (type.getSort()) {
            case Type.LONG, Type.DOUBLE -> WIDE;
            case Type.ARRAY, Type.OBJECT -> REFERENCE;
            default -> NARROW;
        };
    }

    /** The kind that the n-th of a family of five JVM instructions is for: int, long, float … */
    static Kind ofFamily(int index) {
        return switch (index) {
            case 1, 3 -> WIDE;
            case 4 -> REFERENCE;
            default -> NARROW;
        };
    }
}
