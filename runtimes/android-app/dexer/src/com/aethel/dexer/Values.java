package com.aethel.dexer;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jf.dexlib2.AnnotationVisibility;
import org.jf.dexlib2.immutable.ImmutableAnnotation;
import org.jf.dexlib2.immutable.ImmutableAnnotationElement;
import org.jf.dexlib2.immutable.reference.ImmutableFieldReference;
import org.jf.dexlib2.immutable.value.ImmutableAnnotationEncodedValue;
import org.jf.dexlib2.immutable.value.ImmutableArrayEncodedValue;
import org.jf.dexlib2.immutable.value.ImmutableBooleanEncodedValue;
import org.jf.dexlib2.immutable.value.ImmutableByteEncodedValue;
import org.jf.dexlib2.immutable.value.ImmutableCharEncodedValue;
import org.jf.dexlib2.immutable.value.ImmutableDoubleEncodedValue;
import org.jf.dexlib2.immutable.value.ImmutableEncodedValue;
import org.jf.dexlib2.immutable.value.ImmutableEnumEncodedValue;
import org.jf.dexlib2.immutable.value.ImmutableFloatEncodedValue;
import org.jf.dexlib2.immutable.value.ImmutableIntEncodedValue;
import org.jf.dexlib2.immutable.value.ImmutableLongEncodedValue;
import org.jf.dexlib2.immutable.value.ImmutableShortEncodedValue;
import org.jf.dexlib2.immutable.value.ImmutableStringEncodedValue;
import org.jf.dexlib2.immutable.value.ImmutableTypeEncodedValue;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AnnotationNode;
import org.objectweb.asm.tree.MethodNode;

/** Values that stand in a class outside of its code: of constant fields and in annotations. */
final class Values {
    private static final String DEFAULTS = "Ldalvik/annotation/AnnotationDefault;";

    private Values() {}

    /** The first value of a static field, as its type asks for; null where none is written down. */
    static ImmutableEncodedValue ofField(String descriptor, Object value) {
        if (!(value instanceof Integer number)) {
            return value == null ? null : of(value);
        }
        return switch (descriptor) {
            case "Z" -> of(number != 0);
            case "B" -> of(number.byteValue());
            case "C" -> of((char) number.intValue());
            case "S" -> of(number.shortValue());
            default -> of(number);
        };
    }

    /** The annotations that a program can see while it runs; the others are left out. */
    static Set<ImmutableAnnotation> annotations(List<AnnotationNode> visible) {
        Set<ImmutableAnnotation> annotations = new LinkedHashSet<>();
        for (AnnotationNode node : visible == null ? List.<AnnotationNode>of() : visible) {
            annotations.add(
                    new ImmutableAnnotation(AnnotationVisibility.RUNTIME, node.desc, elements(node)));
        }
        return annotations;
    }

    /** What the elements of an annotation type are where a program does not say. */
    static Set<ImmutableAnnotation> defaults(String type, List<MethodNode> methods) {
        List<ImmutableAnnotationElement> elements = new ArrayList<>();
        for (MethodNode method : methods) {
            if (method.annotationDefault != null) {
                elements.add(
                        new ImmutableAnnotationElement(method.name, of(method.annotationDefault)));
            }
        }
        if (elements.isEmpty()) {
            return Set.of();
        }
        var values = new ImmutableAnnotationEncodedValue(type, elements);
        var element = new ImmutableAnnotationElement("value", values);
        return Set.of(
                new ImmutableAnnotation(AnnotationVisibility.SYSTEM, DEFAULTS, List.of(element)));
    }

    private static List<ImmutableAnnotationElement> elements(AnnotationNode node) {
        List<ImmutableAnnotationElement> elements = new ArrayList<>();
        for (int i = 0; node.values != null && i < node.values.size(); i += 2) {
            String name = (String) node.values.get(i);
            elements.add(new ImmutableAnnotationElement(name, of(node.values.get(i + 1))));
        }
        return elements;
    }

    private static ImmutableEncodedValue of(Object value) {
        if (value instanceof Boolean it) {
            return ImmutableBooleanEncodedValue.forBoolean(it);
        } else if (value instanceof Byte it) {
            return new ImmutableByteEncodedValue(it);
        } else if (value instanceof Character it) {
            return new ImmutableCharEncodedValue(it);
        } else if (value instanceof Short it) {
            return new ImmutableShortEncodedValue(it);
        } else if (value instanceof Integer it) {
            return new ImmutableIntEncodedValue(it);
        } else if (value instanceof Long it) {
            return new ImmutableLongEncodedValue(it);
        } else if (value instanceof Float it) {
            return new ImmutableFloatEncodedValue(it);
        } else if (value instanceof Double it) {
            return new ImmutableDoubleEncodedValue(it);
        } else if (value instanceof String it) {
            return new ImmutableStringEncodedValue(it);
        }
        return ofStructure(value);
    }

    /** As ASM hands them over: an enum's constant is an array of its type and its name. */
    private static ImmutableEncodedValue ofStructure(Object value) {
        if (value instanceof Type type) {
            return new ImmutableTypeEncodedValue(type.getDescriptor());
        } else if (value instanceof AnnotationNode node) {
            return new ImmutableAnnotationEncodedValue(node.desc, elements(node));
        } else if (value instanceof String[] it) {
            return new ImmutableEnumEncodedValue(new ImmutableFieldReference(it[0], it[1], it[0]));
        } else if (value instanceof List<?> list) {
            return new ImmutableArrayEncodedValue(list.stream().map(Values::of).toList());
        } else if (value.getClass().isArray()) {
            return ofStructure(boxed(value));
        }
        throw new Refused("an annotation has a value of " + value.getClass());
    }

    private static List<Object> boxed(Object array) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < Array.getLength(array); i++) {
            values.add(Array.get(array, i));
        }
        return values;
    }
}
