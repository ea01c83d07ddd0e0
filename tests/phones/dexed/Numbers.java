/** Arithmetic, comparisons, shifts and conversions at the edges of every type. */
final class Numbers {
    static final long[] LONGS = {
        0, 1, -1, 63, 64, 65, Integer.MAX_VALUE, -1L - Integer.parseInt("2147483647"),
        Long.MAX_VALUE, Long.MIN_VALUE
    };
    static final double[] DOUBLES = {
        0.0, -0.0, 1, -1.5, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE, Double.MAX_VALUE, 1e10, -1e19
    };

    static String ints(int a, int b) {
        return "" + (a + b) + (a - b) + (a * b) + (b == 0 ? 0 : a / b) + (b == 0 ? 0 : a % b)
                + (a & b) + (a | b) + (a ^ b) + (a << b) + (a >> b) + (a >>> b) + -a + ~a
                + (a < b) + (a <= b) + (a > b) + (a >= b) + (a == b) + (a != b);
    }

    static String longs(long a, long b) {
        return "" + (a + b) + (a - b) + (a * b) + (b == 0 ? 0 : a / b) + (b == 0 ? 0 : a % b)
                + (a & b) + (a | b) + (a ^ b) + (a << b) + (a >> b) + (a >>> b) + -a + ~a
                + (a << (int) b) + (a < b) + (a <= b) + (a > b) + (a >= b) + (a == b) + (a != b);
    }

    static String doubles(double a, double b) {
        return "" + (a + b) + (a - b) + (a * b) + (a / b) + (a % b) + -a
                + (a < b) + (a <= b) + (a > b) + (a >= b) + (a == b) + (a != b)
                + !(a < b) + !(a > b) + (int) a + (long) a + (float) a + (short) a + (char) b;
    }

    static String floats(float a, float b) {
        return "" + (a + b) + (a - b) + (a * b) + (a / b) + (a % b) + -a
                + (a < b) + (a <= b) + (a > b) + (a >= b) + (a == b) + (a != b)
                + !(a < b) + !(a > b) + (int) a + (long) a + (double) a + (byte) a;
    }

    static String constants(int x, long y) {
        return "" + (x + 7) + (x + 127) + (x + 128) + (x - 128) + (x - 129) + (x - 32768)
                + (x + 32768) + (x + 100_000) + (7 - x) + (1000 - x) + (100_000 - x) + (x * 3)
                + (x * 1000) + (x / 10) + (x / 1000) + (x % 10) + (x % 12345) + (x & 0xff)
                + (x & 0xffff) + (x | 0x7fff) + (x ^ -1) + (x ^ 0x1234) + (x << 1) + (x >> 31)
                + (x >>> 28) + (x << 40) + (5 << x) + (3 & x) + (-1 >>> x) + (x - Integer.MIN_VALUE)
                + (y + 1) + (y * 0x1_0000_0000L) + (y - 40_000) + (y & 0xffff_0000_0000_0000L)
                + (y ^ 0x0123_4567_89ab_cdefL) + (1L << x) + (y >>> 7);
    }

    static String casts(int x) {
        byte b = (byte) x;
        short s = (short) x;
        char c = (char) x;
        return "" + b + s + (int) c + (long) x + (float) x + (double) x + (byte) (b << 1)
                + (short) (s + c) + (char) (c + 1 & 0x7f) + (long) (float) x + (int) (x * 1.5)
                + (int) Math.sqrt(x);
    }

    static String increments() {
        int a = 5;
        a += 200;
        a -= 40_000;
        a += 32_000;
        long l = a++ + ++a;
        l += l++ - --l;
        double d = l++;
        d += d-- * ++d;
        float f = a;
        f *= f++ / 3;
        int x = a = (int) (l = 17);
        x += x++ + (x = 4) * x--;
        boolean p = x > 3 & a < 2 | l == 18 ^ d > f;
        p |= x == 0;
        return a + " " + l + " " + d + " " + f + " " + x + " " + p;
    }

    static String run() {
        StringBuilder out = new StringBuilder();
        for (long a : LONGS) {
            out.append(constants((int) a, a)).append(casts((int) a)).append('\n');
            for (long b : LONGS) out.append(ints((int) a, (int) b)).append(longs(a, b)).append('\n');
        }
        for (double a : DOUBLES) {
            for (double b : DOUBLES) {
                out.append(doubles(a, b)).append(floats((float) a, (float) b)).append('\n');
            }
        }
        return out.append(increments()).toString();
    }
}
