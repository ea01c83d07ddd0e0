package com.aethel.dexer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jf.dexlib2.AccessFlags;
import org.jf.dexlib2.iface.ClassDef;
import org.jf.dexlib2.iface.MethodImplementation;
import org.jf.dexlib2.immutable.ImmutableAnnotation;
import org.jf.dexlib2.immutable.ImmutableClassDef;
import org.jf.dexlib2.immutable.ImmutableField;
import org.jf.dexlib2.immutable.ImmutableMethod;
import org.jf.dexlib2.immutable.ImmutableMethodParameter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.AnnotationNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/** Translates one class: its name, its flags, its fields and its methods. */
final class ClassTranslator {
    /** The first Android whose interfaces may have code. */
    private static final int CODE_IN_INTERFACES = 24;

    /** The flags that a class file has room for; ASM keeps marks of its own above them. */
    private static final int FLAGS = 0xffff;

    private final ClassNode node;
    private final String type;
    private final int minApi;

    ClassTranslator(ClassNode node, int minApi) {
        this.node = node;
        this.minApi = minApi;
        type = descriptor(node.name);
    }

    private static String descriptor(String name) {
        return Type.getObjectType(name).getDescriptor();
    }

    ClassDef translate() {
        Set<ImmutableAnnotation> annotations =
                new LinkedHashSet<>(Values.annotations(node.visibleAnnotations));
        annotations.addAll(Values.defaults(type, node.methods));
        return new ImmutableClassDef(
                type,
                node.access & FLAGS & ~Opcodes.ACC_SUPER,
                descriptor(node.superName),
                node.interfaces.stream().map(ClassTranslator::descriptor).toList(),
                node.sourceFile,
                annotations,
                node.fields.stream().filter(field -> !isCopied(field)).map(this::field).toList(),
                node.methods.stream()
                        .filter(method -> !isForbidden(method))
                        .map(this::method)
                        .toList());
    }

    /**
     * Whether no code reads a field, because the compiler has put its constant wherever it is named. An
     * application is nobody's library, so that a public one is read no more than others.
     */
    private static boolean isCopied(FieldNode field) {
        int constant = Opcodes.ACC_STATIC | Opcodes.ACC_FINAL;
        boolean isFinal = (field.access & constant) == constant;
        return isFinal && field.value != null;
    }

    /**
     * Whether a method is the private constructor that keeps everybody from making an object: nobody calls
     * it, not even its own class. Members of a nest may call each other's.
     */
    private boolean isForbidden(MethodNode method) {
        boolean isPrivate = (method.access & Opcodes.ACC_PRIVATE) != 0;
        boolean isAlone = node.nestHostClass == null && node.nestMembers == null;
        return isPrivate && isAlone && method.name.equals("<init>")
                && node.methods.stream().noneMatch(caller -> calls(caller, method));
    }

    private boolean calls(MethodNode caller, MethodNode called) {
        for (AbstractInsnNode each : caller.instructions) {
            if (each instanceof MethodInsnNode call && call.owner.equals(node.name)
                    && call.name.equals(called.name) && call.desc.equals(called.desc)) {
                return true;
            }
        }
        return false;
    }

    private ImmutableField field(FieldNode field) {
        boolean isStatic = (field.access & Opcodes.ACC_STATIC) != 0;
        return new ImmutableField(
                type,
                field.name,
                field.desc,
                field.access & FLAGS,
                isStatic ? Values.ofField(field.desc, field.value) : null,
                Values.annotations(field.visibleAnnotations),
                Set.of());
    }

    private ImmutableMethod method(MethodNode method) {
        MethodImplementation code = null;
        if ((method.access & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE)) == 0) {
            checkPlace(method);
            SynchronizedMethod.writeOut(node, method);
            code = MethodTranslator.translate(node, method);
        }
        return new ImmutableMethod(
                type,
                method.name,
                parameters(method),
                Type.getReturnType(method.desc).getDescriptor(),
                flags(method),
                Values.annotations(method.visibleAnnotations),
                Set.of(),
                code);
    }

    private void checkPlace(MethodNode method) {
        boolean isInterface = (node.access & Opcodes.ACC_INTERFACE) != 0;
        if (isInterface && minApi < CODE_IN_INTERFACES && !method.name.equals("<clinit>")) {
            throw new Refused(
                    node.name.replace('/', '.') + "." + method.name + ": an interface has code,"
                            + " which needs --min-api " + CODE_IN_INTERFACES);
        }
    }

    private static int flags(MethodNode method) {
        int flags = method.access & FLAGS;
        if (method.name.startsWith("<")) {
            flags |= AccessFlags.CONSTRUCTOR.getValue();
        }
        if ((flags & Opcodes.ACC_SYNCHRONIZED) != 0) {
            flags |= AccessFlags.DECLARED_SYNCHRONIZED.getValue();
        }
        boolean isNative = (flags & Opcodes.ACC_NATIVE) != 0;
        return isNative ? flags : flags & ~Opcodes.ACC_SYNCHRONIZED;
    }

    private static List<ImmutableMethodParameter> parameters(MethodNode method) {
        Type[] types = Type.getArgumentTypes(method.desc);
        List<ImmutableMethodParameter> parameters = new ArrayList<>();
        for (int i = 0; i < types.length; i++) {
            parameters.add(
                    new ImmutableMethodParameter(
                            types[i].getDescriptor(),
                            Values.annotations(visible(method, i, types.length)),
                            null));
        }
        return parameters;
    }

    private static List<AnnotationNode> visible(MethodNode method, int index, int count) {
        var all = method.visibleParameterAnnotations;
        boolean isComplete = all != null && all.length == count;
        return isComplete ? all[index] : null;
    }
}
