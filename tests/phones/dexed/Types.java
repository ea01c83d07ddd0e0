/** Casts, instanceof, null, and values that are a reference on one path and null on the other. */
final class Types {
    interface Named { String name(); }

    static class Animal implements Named {
        public String name() { return "animal"; }
    }

    static class Dog extends Animal implements Comparable<Dog> {
        @Override
        public String name() { return "dog"; }

        @Override
        public int compareTo(Dog other) { return 0; }
    }

    static String kind(Object o) {
        if (o instanceof Dog) return "dog " + ((Dog) o).compareTo(null);
        if (o instanceof Named && !(o instanceof String)) return ((Named) o).name();
        if (o instanceof int[]) return "ints " + ((int[]) o).length;
        if (o instanceof Object[]) return "objects " + ((Object[]) o).length;
        return o == null ? "null" : o instanceof CharSequence ? "text" : "other";
    }

    static String both(Animal animal) {
        Comparable<?> comparable = (Comparable<?>) animal;
        return animal.name() + (comparable == (Object) animal) + ((Animal) comparable).name();
    }

    static Object maybe(int x) {
        Object value = null;
        if (x > 0) value = "set";
        if (x > 1) value = new int[x];
        if (x > 2) value = null;
        return value;
    }

    static int nothing() {
        String text = null;
        int[] numbers = null;
        Object[] objects = null;
        int caught = 0;
        try { text.length(); } catch (NullPointerException e) { caught++; }
        try { numbers[0] = 1; } catch (NullPointerException e) { caught += 2; }
        try { caught = numbers[0]; } catch (NullPointerException e) { caught += 4; }
        try { text = (String) objects[0]; } catch (NullPointerException e) { caught += 8; }
        try { caught = objects.length; } catch (NullPointerException e) { caught += 16; }
        try { synchronized (objects) { caught = 0; } } catch (NullPointerException e) { caught += 32; }
        try { throw null; } catch (NullPointerException e) { caught += 64; }
        return text == null & numbers == null ? caught : -1;
    }

    static <T extends Comparable<T>> T larger(T a, T b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    static String choose(boolean first, Integer a, Long b, String c) {
        Number n = first ? (Number) a : b;
        Object o = first ? c : (Object) n;
        CharSequence s = first ? c : new StringBuilder(c).reverse();
        return n + "" + o + s + (first ? 1 : 'x') + (char) (first ? 'y' : a);
    }

    static String run() {
        StringBuilder out = new StringBuilder();
        Object[] all = {new Dog(), new Animal(), new int[3], new String[2], "s", null, 5, 'c'};
        for (Object o : all) out.append(kind(o)).append(',');
        for (int i = 0; i < 4; i++) out.append(maybe(i) == null).append(kind(maybe(i)));
        try {
            out.append(both(new Dog())).append(both(new Animal()));
        } catch (ClassCastException e) {
            out.append("not comparable");
        }
        out.append(nothing()).append(larger("b", "a")).append(larger(3, 4));
        return out.append(choose(true, 1, 2L, "abc")).append(choose(false, 65, 2L, "abc")).toString();
    }
}
