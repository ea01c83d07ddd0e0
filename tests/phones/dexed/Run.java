/** Prints a line for each class that is named: its name and, in ASCII, the result of its run(). */
public final class Run {
    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        for (char letter : text.toCharArray()) {
            boolean plain = letter >= ' ' && letter <= '~';
            out.append(plain ? String.valueOf(letter) : String.format("\\u%04x", (int) letter));
        }
        return out.toString();
    }

    public static void main(String[] names) throws Exception {
        for (String name : names) {
            java.lang.reflect.Method run = Class.forName(name).getDeclaredMethod("run");
            run.setAccessible(true);
            System.out.println(name + ": " + escaped((String) run.invoke(null)));
        }
    }
}
