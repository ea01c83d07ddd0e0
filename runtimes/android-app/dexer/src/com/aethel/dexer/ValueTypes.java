package com.aethel.dexer;

import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicInterpreter;
import org.objectweb.asm.tree.analysis.BasicValue;

/**
 * Follows types through a method as far as the translation asks for them: which values are wide,
 * which are references, and of which type arrays are. No class is loaded for it.
 */
final class ValueTypes extends BasicInterpreter {
    private static final BasicValue NULL = new BasicValue(BasicInterpreter.NULL_TYPE);

    ValueTypes() {
        super(ASM9);
    }

    @Override
    public BasicValue newValue(Type type) {
        boolean isArray = type != null && type.getSort() == Type.ARRAY;
        return isArray ? new BasicValue(type) : super.newValue(type);
    }

    @Override
    public BasicValue newOperation(AbstractInsnNode instruction) throws AnalyzerException {
        boolean isNull = instruction.getOpcode() == Opcodes.ACONST_NULL;
        return isNull ? NULL : super.newOperation(instruction);
    }

    @Override
    public BasicValue binaryOperation(
            AbstractInsnNode instruction, BasicValue left, BasicValue right)
            throws AnalyzerException {
        if (instruction.getOpcode() != Opcodes.AALOAD) {
            return super.binaryOperation(instruction, left, right);
        }
        Type array = left.getType();
        if (array.getSort() != Type.ARRAY) {
            return left;
        }
        return newValue(Type.getType(array.getDescriptor().substring(1)));
    }

    @Override
    public BasicValue merge(BasicValue one, BasicValue other) {
        if (one.equals(other) || NULL.equals(other) && one.isReference()) {
            return one;
        }
        if (NULL.equals(one) && other.isReference()) {
            return other;
        }
        boolean references = one.isReference() && other.isReference();
        return references ? BasicValue.REFERENCE_VALUE : BasicValue.UNINITIALIZED_VALUE;
    }
}
