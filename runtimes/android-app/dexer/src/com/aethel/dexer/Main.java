package com.aethel.dexer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jf.dexlib2.Opcodes;
import org.jf.dexlib2.iface.ClassDef;
import org.jf.dexlib2.immutable.ImmutableDexFile;
import org.jf.dexlib2.writer.pool.DexPool;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.ClassNode;

/** {@code Main [--min-api LEVEL] OUT.dex CLASSES}: makes one dex file of a folder of classes. */
public final class Main {
    private static final int OLDEST = 21;
    private static final int USAGE = 64;
    private static final int BAD_INPUT = 65;

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        List<String> paths = new ArrayList<>(List.of(arguments));
        int minApi = OLDEST;
        if (paths.size() > 1 && paths.get(0).equals("--min-api")) {
            minApi = Integer.parseInt(paths.get(1));
            paths = paths.subList(2, paths.size());
        }
        if (paths.size() != 2) {
            System.err.println("usage: Main [--min-api LEVEL] OUT.dex CLASSES");
            System.exit(USAGE);
        }
        try {
            write(Path.of(paths.get(0)), Path.of(paths.get(1)), minApi);
        } catch (Refused refused) {
            System.err.println(refused.getMessage());
            System.exit(BAD_INPUT);
        }
    }

    /** Translate every class file in a folder; of the same classes it makes the same bytes. */
    static void write(Path out, Path folder, int minApi) throws IOException {
        List<ClassDef> classes = new ArrayList<>();
        for (Path file : classFiles(folder)) {
            ClassNode node = new ClassNode();
            new ClassReader(Files.readAllBytes(file)).accept(node, ClassReader.SKIP_FRAMES);
            classes.add(new ClassTranslator(node, minApi).translate());
        }
        Opcodes opcodes = Opcodes.forApi(minApi);
        DexPool.writeTo(out.toString(), new ImmutableDexFile(opcodes, classes));
    }

    private static List<Path> classFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".class")).sorted().toList();
        }
    }
}
