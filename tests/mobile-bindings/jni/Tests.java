import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The client on a Java virtual machine: a store alone, then with a server. */
final class Tests {
  static Path folderIn(Path folder, String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory("insieme-jni-");
    Checks checks = new Checks();
    try {
      new StoreTest(folder).run(checks);
      new RoundTest(folder).run(checks);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
    System.exit(checks.end());
  }
}
