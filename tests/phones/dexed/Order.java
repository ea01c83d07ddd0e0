/** The order in which operands are evaluated, where the stack holds values that change meanwhile. */
final class Order {
    private int at;
    private long wide = 1;
    private int[] values = {10, 20, 30};
    private static int calls;

    private int next() { return ++at; }

    private Order self() { calls++; return this; }

    static int[] pick(int[] array, StringBuilder log) { log.append("array "); return array; }

    static int index(StringBuilder log) { log.append("index "); return 1; }

    static String join(Object a, Object b, Object c) { return a + "" + b + c; }

    static int loops(int n) {
        int total = 0;
        do {
            n -= 2;
        } while (n > 50);
        while (n-- > 0) total += n;
        for (; ; ) {
            if (total++ > 2000) break;
        }
        for (int i = 0, j = 10; i < j; i++, j--) total += i * j;
        return total;
    }

    static String run() {
        StringBuilder log = new StringBuilder();
        Order one = new Order();
        int x = 1;
        x = x + x++ * x-- + (x = 7) * x;
        long l = 2;
        l = l + l++ * l-- + (l = 5) * l;
        log.append(x).append(' ').append(l).append(' ');
        int a = one.next() + one.next() * one.next();
        one.self().at += one.next();
        one.self().wide += one.self().wide++ + ++one.wide;
        one.values[one.next() % 3] += one.values[0]++ + one.next();
        int b = one.values[1] = one.values[2] = one.at++;
        long c = one.wide = one.self().wide--;
        pick(one.values, log)[index(log)] += pick(one.values, log)[0];
        int[] array = {1, 2};
        int i = 0;
        array[i++] = array[i] + i++;
        array[i - 1] = i = 9;
        String s = "s";
        s += s + (s = "t") + s;
        log.append(join(x, x = 3, x++)).append(x).append(join(s, s = null, s));
        log.append(x > 3 ? x < 5 ? "four" : "more" : x).append(a).append(b).append(c).append(i);
        log.append(one.at).append(one.wide).append(calls).append(loops(99));
        for (int value : one.values) log.append(' ').append(value);
        for (int value : array) log.append(' ').append(value);
        boolean p = x > 1 && b < 1 || a == 7 && !(l > 3);
        return log.append(p).append(p ? 1 : 2.5).append(s == null ? one.values.length : 0).toString();
    }
}
