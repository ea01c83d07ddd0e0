import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** Annotations of each retention, with each sort of value; enjarify drops them, dexdump shows them. */
@Marked.Seen(
        name = "class",
        numbers = {1, -2},
        type = int[].class,
        target = ElementType.FIELD,
        nested = @Marked.Inner(7L))
@Marked.Unseen
final class Marked {
    @Retention(RetentionPolicy.RUNTIME)
    @interface Seen {
        String name() default "none";
        int[] numbers() default {};
        Class<?> type() default Object.class;
        ElementType target() default ElementType.TYPE;
        Inner nested() default @Inner(3);
        char letter() default 'x';
        double[] reals() default {1.5, 2};
    }

    @Retention(RetentionPolicy.RUNTIME)
    @interface Inner {
        long value();
    }

    @Retention(RetentionPolicy.CLASS)
    @interface Unseen {}

    @Seen(name = "field")
    int field = 4;

    @Seen
    @Deprecated
    static String run(@Seen(name = "parameter") int x, String y) { return y + x; }

    static String run() { return run(new Marked().field, "marked"); }
}
