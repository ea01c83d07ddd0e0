import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jf.dexlib2.DexFileFactory;
import org.jf.dexlib2.Opcodes;
import org.jf.dexlib2.analysis.AnalysisException;
import org.jf.dexlib2.analysis.ClassPath;
import org.jf.dexlib2.analysis.DexClassProvider;
import org.jf.dexlib2.analysis.MethodAnalyzer;
import org.jf.dexlib2.analysis.reflection.ReflectionClassDef;
import org.jf.dexlib2.iface.ClassDef;
import org.jf.dexlib2.iface.DexFile;
import org.jf.dexlib2.iface.Method;

/**
 * {@code Rules FILE.dex}: reads a dex file as Android's verifier would, and says what it breaks.
 *
 * <p>The rules are those of ART's {@code method_verifier.cc}; the types of registers come from
 * dexlib2's analysis of methods. Classes that are not in the file are looked up on the class path.
 */
public final class Rules {
    private final List<String> broken = new ArrayList<>();
    private int methods;

    public static void main(String[] arguments) throws Exception {
        Rules rules = new Rules();
        rules.check(DexFileFactory.loadDexFile(new File(arguments[0]), Opcodes.getDefault()));
        rules.broken.forEach(System.out::println);
        System.out.println(rules.methods + " methods, " + rules.broken.size() + " rules broken");
        System.exit(rules.broken.isEmpty() ? 0 : 1);
    }

    private static ClassDef loaded(String type) {
        try {
            String name = type.substring(1, type.length() - 1).replace('/', '.');
            return new ReflectionClassDef(Class.forName(name, false, Rules.class.getClassLoader()));
        } catch (ClassNotFoundException missing) {
            throw new IllegalStateException("not on the class path: " + type, missing);
        }
    }

    private void check(DexFile file) throws Exception {
        DexClassProvider own = new DexClassProvider(file);
        ClassPath path =
                new ClassPath(
                        type -> {
                            ClassDef found = own.getClassDef(type);
                            return found == null ? loaded(type) : found;
                        });
        for (ClassDef type : file.getClasses()) {
            for (Method method : type.getMethods()) {
                if (method.getImplementation() != null) {
                    methods++;
                    check(path, method);
                }
            }
        }
    }

    private void check(ClassPath path, Method method) {
        String place = method.getDefiningClass() + "->" + method.getName() + ": ";
        Consumer<String> report = rule -> broken.add(place + rule);
        new StructureRules(method, report).check();
        try {
            MethodAnalyzer analysis = new MethodAnalyzer(path, method, null, false);
            if (analysis.getAnalysisException() != null) {
                throw analysis.getAnalysisException();
            }
            new RegisterRules(method, analysis, report).check();
            new LockRules(method, analysis, report).check();
        } catch (AnalysisException invalid) {
            report.accept(invalid.getMessage());
        }
    }
}
