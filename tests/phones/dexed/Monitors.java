/** Locks: blocks, methods of objects and of classes, returns and exceptions while one is held. */
final class Monitors {
    private static int shared;
    private final Object lock = new Object();
    private int own;

    private synchronized int next() {
        if (own > 2) throw new IllegalStateException("full " + Thread.holdsLock(this));
        return ++own;
    }

    private static synchronized long total(long x, int y) {
        shared += y;
        if (x > 5) return x * shared;
        for (int i = 0; i < 3; i++) shared++;
        return shared + (Thread.holdsLock(Monitors.class) ? 1000 : 0);
    }

    synchronized void nothing() {}

    int block(int x) {
        synchronized (lock) {
            if (x == 0) return own;
            synchronized (this) {
                own += x;
                if (x == 3) throw new IllegalArgumentException("three");
            }
        }
        return own * 10;
    }

    static String whileHeld(Object o) {
        String text = "before";
        try {
            synchronized (o) {
                text = "in " + Thread.holdsLock(o);
                o.toString();
                text += Integer.parseInt("x");
            }
        } catch (NumberFormatException e) {
            return text + Thread.holdsLock(o);
        } catch (NullPointerException e) {
            return text + " null";
        }
        return text;
    }

    static String run() {
        Monitors one = new Monitors();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            try {
                out.append(one.next());
            } catch (IllegalStateException e) {
                out.append(e.getMessage()).append(Thread.holdsLock(one));
            }
        }
        out.append(total(1, 2)).append(total(6, 1)).append(Thread.holdsLock(Monitors.class));
        one.nothing();
        out.append(one.block(0)).append(one.block(2));
        try {
            one.block(3);
        } catch (IllegalArgumentException e) {
            out.append(e.getMessage()).append(Thread.holdsLock(one)).append(one.own);
        }
        return out.append(whileHeld(new Object())).append(whileHeld(null)).toString();
    }
}
