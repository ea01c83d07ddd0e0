/** Methods with more variables, and with more values on the stack, than short forms reach. */
final class Crowded {
    int field = 3;
    long big = 4;
    int[] array = {1, 2, 3};

    int locals(int p, long q, Crowded other) {
        int a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9, j = 10, k = 11, l = 12;
        long m = 13, n = 14, o = 15;
        int[] numbers = {a, b, c, p};
        Object object = other;
        double r = q;
        other.field += l;
        other.big = other.big + o * q;
        this.field = other.array.length + numbers.length;
        p += 1000;
        l += 30_000;
        boolean is = object instanceof Crowded;
        if (object == other && is && l > k && numbers[3] < p) r = -r;
        byte small = (byte) l;
        long shifted = o << l;
        int[] made = new int[h];
        made[g] = small;
        Crowded cast = (Crowded) object;
        p = -p;
        return (int) (a + b + c + d + e + f + g + h + i + j + k + l + m + n + r + shifted) + made[g]
                + cast.field + p + (int) cast.big + (int) -n + (char) k + cast.array[b];
    }

    static int deep(int x) {
        return x ^ (x | (x & (x * (x - (x + (x ^ (x | (x & (x * (x - (x + (x ^ (x | (x & (x *
                (x - (x + (x ^ 3))))))))))))))))));
    }

    static double deepWide(double x, Crowded c) {
        return x - ((float) x + (c.array[1] * (c.field - (c.big + (x * ((float) x - (c.array[1]
                + (c.field * (c.big - (x + (c.big == 3 ? c.field : -c.big)))))))))));
    }

    static String call(
            long a, long b, long c, long d, long e, long f, long g, int h, Object i, String j) {
        return "" + a + b + c + d + e + f + g + h + (i == j) + j;
    }

    static String nested(Crowded c, int x) {
        return call(1, x, c.big, c.field, 5, 6, call(x, x, x, x, x, x, c.big, 8, c, "in").length(),
                c.locals(x, 3L, c), new int[x], "made " + (x > 2 ? c.field : c.array[0]));
    }

    static String run() {
        Crowded one = new Crowded();
        String text = one.locals(3, 5L, one) + " " + deep(7) + " " + deepWide(1.5, one);
        return text + nested(one, 4) + nested(one, 2) + one.field + one.big;
    }
}
