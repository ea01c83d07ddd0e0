/** Switches over dense and sparse numbers, letters, texts and enums, nested and falling through. */
final class Switches {
    enum Colour { RED, GREEN, BLUE }

    static int dense(int x) {
        switch (x) {
            case -1: return 10;
            case 0:
            case 1: x += 5;
            case 2: x *= 2; break;
            case 4: return -4;
            default: x = 99;
        }
        return x;
    }

    static String sparse(int x) {
        switch (x) {
            case Integer.MIN_VALUE: return "min";
            case -1000: return "low";
            case 7: return "seven";
            case 1_000_000: return "million";
            case Integer.MAX_VALUE: return "max";
            default: return "none";
        }
    }

    static int text(String s) {
        switch (s) {
            case "Aa": return 1;
            case "BB": return 2;
            case "": return 3;
            case "long text": return 4;
            default: return 5;
        }
    }

    static String colour(Colour c) {
        switch (c) {
            case RED: return "warm";
            case BLUE: return "cold";
            default: return c.name();
        }
    }

    static int loop(String moves) {
        int at = 0;
        outer:
        for (char move : moves.toCharArray()) {
            switch (move) {
                case '+': at++; continue;
                case '-': at--; break;
                case '*':
                    switch (at) {
                        case 3: at = 30; break;
                        case 2: break outer;
                    }
                    break;
                case '!': break outer;
            }
            at += 100;
        }
        return at;
    }

    static int empty(int x) {
        switch (x) {
            default:
        }
        switch (x) {
            case 3:
        }
        return x;
    }

    static int value(int x) {
        return 1000 + (x > 3 ? dense(x) : x < 0 ? -x : 7) * 2;
    }

    static String run() {
        StringBuilder out = new StringBuilder();
        for (int i = -3; i < 7; i++) out.append(dense(i)).append(' ').append(value(i)).append(',');
        for (int i : new int[] {Integer.MIN_VALUE, -1000, -999, 0, 7, 1_000_000, Integer.MAX_VALUE}) {
            out.append(sparse(i)).append(',');
        }
        for (String s : new String[] {"Aa", "BB", "", "long text", "C#"}) out.append(text(s));
        for (Colour c : Colour.values()) out.append(colour(c));
        return out.append(loop("+++*+-*")).append(loop("++*+")).append(loop("+!+")).append(empty(3))
                .toString();
    }
}
