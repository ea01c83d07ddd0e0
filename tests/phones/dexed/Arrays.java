/** Arrays of every type and of several dimensions, their bounds and their lengths. */
final class Arrays {
    static String run() {
        StringBuilder out = new StringBuilder();
        boolean[] flags = {true, false, true};
        byte[] bytes = {1, -2, 127};
        char[] chars = {'a', '\uffff'};
        short[] shorts = {-1, 32767};
        int[] ints = new int[300];
        long[] longs = {1L, Long.MIN_VALUE};
        float[] floats = {1f, Float.NaN};
        double[] doubles = {2d, Double.MAX_VALUE};
        Object[] objects = {"a", null, ints};
        String[][] table = {{"x"}, {}, {"y", "z"}};
        int[][][] cube = new int[2][3][];
        long[][] grid = new long[3][4];
        boolean[][] maze = new boolean[2][2];
        byte[][] sheets = {{1, 2}, {3}};
        double[][] reals = new double[1][1];
        char[][] letters = new char[2][1];
        float[][] halves = new float[2][1];
        short[][] words = new short[2][1];
        String[][][] names = new String[2][2][2];
        flags[1] |= flags[0];
        bytes[2]++;
        bytes[0] += 200;
        chars[1]++;
        shorts[1]++;
        ints[299] = ints.length;
        ints[ints[299] - 1] <<= 2;
        longs[1] -= 1;
        floats[0] /= 3;
        doubles[1] *= 10;
        grid[2][3] = 7;
        grid[2][3] += grid[2][3]++;
        maze[1][0] = true;
        maze[1][1] = maze[1][0] & !maze[0][0];
        sheets[1][0] ^= 5;
        letters[1][0] = 'q';
        halves[1][0] = 0.5f;
        words[1][0] = -5;
        reals[0][0] = 1e300;
        names[1][1][1] = "deep";
        cube[1][2] = new int[] {4, 5};
        cube[1][2][1]--;
        objects[1] = objects[0] + "b";
        for (boolean flag : flags) out.append(flag);
        for (byte b : bytes) out.append(b).append(',');
        for (char c : chars) out.append((int) c).append(',');
        for (short s : shorts) out.append(s).append(',');
        for (long l : longs) out.append(l).append(',');
        for (float f : floats) out.append(f).append(',');
        for (double d : doubles) out.append(d).append(',');
        for (String[] row : table) for (String cell : row) out.append(cell).append(row.length);
        out.append(ints[299]).append(grid[2][3]).append(maze[1][1]).append(sheets[1][0]);
        out.append(letters[1][0]).append(halves[1][0]).append(words[1][0]).append(reals[0][0]);
        out.append(names[1][1][1]).append(names[0][0][0]).append(cube[1][2][1]).append(cube[0][0]);
        out.append(objects[1]).append(ints.clone()[299]).append(table.clone()[2][1]);
        out.append(cube.getClass().getName()).append(int[].class).append(String[][].class);
        try {
            bytes[3] = 0;
        } catch (ArrayIndexOutOfBoundsException expected) {
            out.append(" out of bounds");
        }
        try {
            Object[] texts = new String[1];
            texts[0] = 5;
        } catch (ArrayStoreException expected) {
            out.append(" not to be stored");
        }
        try {
            out.append(new int[bytes[1]].length);
        } catch (NegativeArraySizeException expected) {
            out.append(" negative");
        }
        return out.toString();
    }
}
