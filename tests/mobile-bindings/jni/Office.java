import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real server on loopback, with TLS and a certificate of its own that nobody has signed. */
final class Office implements AutoCloseable {
  private final Path folder;
  private final String program = System.getProperty("insieme.bin") + "/insieme-server";
  private Process process;
  final int port = freePort();

  Office(Path folder) throws Exception {
    this.folder = folder;
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-keyout", file("key.pem"), "-out", file("certificate.pem"), "-days", "30",
        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1");
    admin("init", "--name", "Ambito di prova");
    start();
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) throw new IOException(String.join(" ", command) + ": " + said);
    return said;
  }

  String admin(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(Arrays.asList(arguments));
    command.addAll(List.of("--data", file("server"), "--json"));
    return run(command.toArray(new String[0]));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** On the port that it had before. */
  void start() throws Exception {
    process = new ProcessBuilder(program, "serve", "--listen", "127.0.0.1:" + port, "--data",
        file("server"), "--tls-certificate", file("certificate.pem"), "--tls-key",
        file("key.pem"), "--log-level", "warn").redirectErrorStream(true).start();
    BufferedReader lines = new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder said = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      said.append(line).append('\n');
      if (line.contains("listening on https://")) return;
    }
    throw new IOException("the server ended: " + said);
  }

  void kill() throws Exception {
    process.destroyForcibly().waitFor();
  }

  void user(String account, String role) throws Exception {
    admin("users", "add", account, "--name", "Signora " + account, "--role", role);
  }

  String invitation(String account) throws Exception {
    return Checks.member(admin("invite", account), "url");
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (process.waitFor(20, TimeUnit.SECONDS)) return;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
