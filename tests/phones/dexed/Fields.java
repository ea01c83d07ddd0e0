/** Fields of every type, of objects and of classes, with and without constant values. */
final class Fields {
    static final boolean FLAG = true;
    static final byte BYTE = -7;
    static final char CHAR = '\u20ac';
    static final short SHORT = -30000;
    static final int INT = Integer.MIN_VALUE;
    static final long LONG = 0x1234_5678_9abc_def0L;
    static final float FLOAT = 1.5e-30f;
    static final double DOUBLE = -0.0;
    static final String TEXT = "constant \ud83d\ude00 \0 end";
    static boolean flag;
    static byte small = 3;
    static char letter;
    static short medium;
    static int number = INT;
    static long big = 5;
    static float real;
    static double precise = Math.PI;
    static String text = TEXT + FLAG;
    static int[] array = {1, 2, 3};

    boolean ownFlag = true;
    byte ownByte = 100;
    char ownChar = 'x';
    short ownShort = 77;
    int ownInt = 1 << 20;
    long ownLong = 1L << 40;
    float ownFloat = 2.5f;
    double ownDouble = 3.25;
    Object own = this;
    volatile int seen;
    private transient long hidden = 9;

    static String run() {
        Fields one = new Fields();
        one.ownByte += 100;
        one.ownChar++;
        one.ownShort *= 1000;
        one.ownInt = one.ownInt++ + ++one.ownInt;
        one.ownLong <<= 3;
        one.ownLong++;
        one.ownFloat /= 3;
        one.ownDouble--;
        one.ownFlag ^= true;
        one.seen = one.seen++ + 4;
        long before = one.hidden++;
        long after = --one.hidden;
        flag = !flag;
        small -= 120;
        small -= 120;
        letter = (char) (letter - 1);
        medium = (short) (medium + 40000);
        number--;
        big = big * big--;
        real = real + 0.1f;
        precise %= 2;
        array[1]++;
        array[2] += array[1]++ * 10;
        return one.ownByte + " " + one.ownChar + " " + one.ownShort + " " + one.ownInt + " "
                + one.ownLong + " " + one.ownFloat + " " + one.ownDouble + " " + one.ownFlag + " "
                + one.seen + " " + before + " " + after + " " + flag + " " + small + " "
                + (int) letter + " " + medium + " " + number + " " + big + " " + real + " "
                + precise + " " + text + " " + array[1] + " " + array[2] + " " + BYTE + CHAR
                + SHORT + INT + LONG + FLOAT + DOUBLE + TEXT + (one.own == one);
    }
}
