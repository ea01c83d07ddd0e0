import java.io.Closeable;
import java.io.IOException;

/** Exceptions: several handlers, finally, nested and around loops, resources, causes. */
final class Exceptions {
    static final StringBuilder log = new StringBuilder();

    static final class Resource implements Closeable {
        private final String name;

        Resource(String name) {
            this.name = name;
            log.append("open ").append(name).append(' ');
        }

        @Override
        public void close() throws IOException {
            log.append("close ").append(name).append(' ');
            if (name.equals("bad")) throw new IOException("closing");
        }
    }

    static int thrower(int x) throws Exception {
        switch (x) {
            case 0: throw new IllegalStateException("state");
            case 1: throw new IOException("io");
            case 2: throw new Exception("plain");
            case 3: throw new StackOverflowError("deep");
            case 4: return x / (x - 4);
            case 5: return ((String) (Object) Integer.valueOf(x)).length();
            default: return x;
        }
    }

    static String several(int x) {
        String state = "start";
        try {
            state = "try";
            int got = thrower(x);
            state = "got " + got;
            return state;
        } catch (IOException | IllegalStateException e) {
            state = state + e.getMessage();
        } catch (ArithmeticException e) {
            state += e.getClass().getName();
            return state;
        } catch (Exception e) {
            state += "other";
        } finally {
            log.append("finally ").append(state).append(' ');
        }
        return state + " after";
    }

    @SuppressWarnings("finally")
    static int overriding() {
        for (int i = 0; ; i++) {
            try {
                if (i == 2) return i;
                thrower(0);
            } catch (Exception e) {
                if (i < 2) continue;
            } finally {
                if (i == 2) return 200;
            }
        }
    }

    static int assigned(Object o) {
        int x = 1;
        String s = "none";
        try {
            x = 2;
            s = (String) o;
            x = s.length();
            x = x / (x - 3);
        } catch (ClassCastException e) {
            return x * 10 + s.length();
        } catch (NullPointerException e) {
            return x * 100;
        } catch (RuntimeException e) {
            return x * 1000 + s.length();
        }
        return x;
    }

    static long wide(int x) {
        long sum = Long.MAX_VALUE;
        try {
            sum = 5L * thrower(x);
            sum += 3;
        } catch (Throwable t) {
            sum = sum / 2 + x;
        }
        return sum;
    }

    static String resources(String first, String second, boolean fail) {
        try (Resource a = new Resource(first); Resource b = new Resource(second)) {
            if (fail) throw new IllegalArgumentException("body");
            return a.name + b.name;
        } catch (Exception e) {
            return e.getMessage() + e.getSuppressed().length;
        }
    }

    static int nested(int x) {
        int depth = 0;
        try {
            depth++;
            try {
                depth += 10;
                thrower(x);
                depth += 100;
            } catch (IllegalStateException e) {
                depth += 1000;
                throw new RuntimeException(e);
            } finally {
                depth += 10_000;
            }
            depth += 100_000;
        } catch (Exception e) {
            depth += e.getCause() == null ? 1 : 2;
        } catch (Error e) {
            depth = -depth;
        }
        return depth;
    }

    static String run() {
        for (int i = 0; i < 7; i++) {
            if (i != 3) log.append(several(i)).append(';');
            log.append(wide(i)).append(';').append(nested(i)).append(';');
        }
        try {
            several(3);
        } catch (StackOverflowError e) {
            log.append(e.getMessage());
        }
        log.append(overriding()).append(assigned("four")).append(assigned("abc"));
        log.append(assigned(5)).append(assigned(null));
        log.append(resources("a", "b", false)).append(resources("a", "bad", true));
        log.append(resources("bad", "bad", false));
        return log.toString();
    }
}
