import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/** Inner, anonymous and local classes, interfaces, inheritance, enums, initialisers, varargs. */
final class Classes {
    private int secret = 1;
    private static long counter;
    private String text = "t";

    abstract static class Shape {
        static final List<String> LOG = new ArrayList<>();
        final String label;

        { LOG.add("shape"); }

        Shape(String label) {
            this.label = label;
            LOG.add(describe());
        }

        abstract double area();

        protected String describe() { return label + getClass().getSuperclass().getName(); }

        @Override
        public String toString() { return label + area(); }
    }

    static class Square extends Shape {
        private final double side;

        Square(double side) {
            this("square", side, 1);
        }

        private Square(String label, double side, int times) {
            super(label + times);
            this.side = side * times;
        }

        @Override
        double area() { return side * side; }

        @Override
        protected String describe() { return super.describe() + "/" + side; }

        @Override
        public String toString() { return "[" + super.toString() + "]"; }

        @Override
        public int hashCode() { return super.toString().hashCode(); }
    }

    enum Operation {
        PLUS("+") {
            @Override
            int apply(int a, int b) { return a + b; }
        },
        TIMES("*") {
            @Override
            int apply(int a, int b) { return a * b; }
        };

        static final Operation FIRST = values()[0];
        final String sign;

        Operation(String sign) { this.sign = sign; }

        abstract int apply(int a, int b);
    }

    class Inner implements Iterable<Integer> {
        private int own = secret++;

        class Deep {
            int sum() { return own + secret + (int) (counter += 2); }
        }

        @Override
        public Iterator<Integer> iterator() {
            return new Iterator<Integer>() {
                private int at = own;

                @Override
                public boolean hasNext() { return at < own + 3; }

                @Override
                public Integer next() { text += at; return at++; }

                @Override
                public void remove() { secret = -1; }
            };
        }
    }

    private String hidden(String... parts) { return parts.length + String.join("-", parts); }

    static int sum(int... numbers) {
        int sum = 0;
        for (int number : numbers) sum += number;
        return sum;
    }

    static String many(
            int a, long b, String c, double d, boolean e, char f, float g, byte h, short i, long j) {
        return "" + a + b + c + d + e + f + g + h + i + j;
    }

    static long swapped(long j, int a, double d) {
        return many(a, j, "s", d, a > 0, 'f', 1f, (byte) a, (short) j, j + a).length() + j;
    }

    static String run() {
        final int captured = 41;
        StringBuilder out = new StringBuilder();
        Classes outer = new Classes();
        Inner inner = outer.new Inner();
        Inner.Deep deep = inner.new Deep();
        for (int number : inner) out.append(number);
        inner.iterator().remove();
        out.append(deep.sum()).append(outer.secret).append(outer.text).append(counter);
        class Local extends Square {
            Local() { super(captured + out.length()); }
        }
        out.append(new Local()).append(new Square(2).hashCode()).append(Shape.LOG);
        for (Operation op : Operation.values()) out.append(op).append(op.sign).append(op.apply(3, 4));
        out.append(Operation.valueOf("TIMES").ordinal()).append(Operation.FIRST);
        List<String> words = new ArrayList<>(Arrays.asList("pear", "fig", "apple"));
        Collections.sort(words, new Comparator<String>() {
            @Override
            public int compare(String a, String b) { return a.length() - b.length() + captured - 41; }
        });
        out.append(words).append(outer.hidden()).append(outer.hidden("a", "b", null)).append(sum());
        out.append(sum(1, 2, 3)).append(many(1, 2L, "c", 4.5, true, 'f', 7f, (byte) 8, (short) 9, 10L));
        return out.append(swapped(7L, 2, 0.25)).toString();
    }
}
