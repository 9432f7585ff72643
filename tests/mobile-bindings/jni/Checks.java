import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a test needs of a test library. */
final class Checks {
  interface Body {
    void run() throws Exception;
  }

  private int failed;
  private int passed;

  void test(String name, Body body) {
    try {
      body.run();
      ++passed;
    } catch (Throwable thrown) {
      ++failed;
      System.out.println("not so: " + name);
      thrown.printStackTrace(System.out);
    }
  }

  /** The exit status. */
  int end() {
    System.out.println(passed + " passed, " + failed + " failed");
    return failed == 0 && passed > 0 ? 0 : 1;
  }

  static void check(boolean condition, String what) {
    if (!condition) throw new AssertionError(what);
  }

  static void same(Object expected, Object found) {
    check(expected.equals(found), "expected " + expected + ", not " + found);
  }

  static <T extends Throwable> T thrown(Class<T> type, Body body) throws Exception {
    try {
      body.run();
    } catch (Throwable thrown) {
      if (type.isInstance(thrown)) return type.cast(thrown);
      throw new AssertionError("another exception than " + type.getName(), thrown);
    }
    throw new AssertionError("no " + type.getName());
  }

  /** The first text of that name in a reply. */
  static String member(String reply, String name) {
    Pattern pattern = Pattern.compile("\"" + name + "\":\"((?:[^\"\\\\]|\\\\.)*)\"");
    Matcher found = pattern.matcher(reply);
    if (!found.find()) throw new AssertionError("no " + name + " in " + reply);
    return found.group(1);
  }

  /** A command that writes, with a request_id of its own. */
  static String writing(String command, String rest) {
    String id = UUID.randomUUID().toString();
    return "{\"command\":\"" + command + "\",\"request_id\":\"" + id + "\"" + rest + "}";
  }

  static String json(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
