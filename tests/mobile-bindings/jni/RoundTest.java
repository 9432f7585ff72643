import insieme.client.Answer;
import insieme.client.Insieme;
import insieme.client.Listener;
import insieme.client.Network;
import insieme.client.Refused;
import insieme.client.Step;
import insieme.client.UrlNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Two tablets and a real server: edits without network, a merge, a decision that both see. */
final class RoundTest {
  private static final String SYNC = "{\"command\":\"sync.run\"}";

  private final Path folder;

  RoundTest(Path folder) {
    this.folder = folder;
  }

  void run(Checks checks) {
    checks.test("[P2][P4] two edit a household without network, and the decision reaches both",
        this::round);
    checks.test("a request that is cut before or after it left is repeated, and counts once",
        this::cut);
    checks.test("what a listener throws ends the command and comes out of it", this::throwing);
    checks.test("a listener that calls its store is told that it may not", this::within);
    checks.test("a network that throws, or is interrupted, leaves the store free", this::abandoned);
    checks.test("an exchange that was locked away is not gone on with", this::lockedAway);
    checks.test("a handshake that is cut is no reason to distrust the server", this::cutHandshake);
    checks.test("a server with another key than the invitation's gets nothing", this::otherKey);
  }

  /** The system's network carries Anna's commands, libcurl Bruno's. */
  private final class Tablet implements AutoCloseable {
    final Insieme store;
    private final Network network;

    Tablet(String name, Network network, String invitation) throws Exception {
      this.network = network;
      store = Insieme.open("{\"mode\":\"create\",\"path\":"
          + Checks.json(folder.resolve(name + ".db").toString()) + ",\"key\":\"" + "a5".repeat(32)
          + "\"}");
      ask("{\"command\":\"device.enrol\",\"invitation\":" + Checks.json(invitation)
          + ",\"device_name\":\"tablet\"}");
    }

    String ask(String command) throws Exception {
      return network == null ? store.call(command) : store.exchange(command, network, null);
    }

    void rename(String record, String name) throws Exception {
      ask(Checks.writing("record.save", ",\"record\":\"" + record + "\",\"fields\":{\"name\":"
          + Checks.json(name) + "}"));
    }

    String name(String record) throws Exception {
      String reply = ask("{\"command\":\"record.get\",\"record\":\"" + record + "\"}");
      return Checks.member(reply, "title");
    }

    @Override
    public void close() {
      store.close();
    }
  }

  private void round() throws Exception {
    Path at = Tests.folderIn(folder, "round");
    try (Office office = new Office(at)) {
      office.user("anna", "coordinator");
      office.user("bruno", "coordinator");
      try (Tablet anna = new Tablet("anna", new UrlNetwork(), office.invitation("anna"));
          Tablet bruno = new Tablet("bruno", null, office.invitation("bruno"))) {
        String reply = StoreTest.household(anna.store, "Rossi");
        String record = Checks.member(reply.substring(reply.indexOf("\"record\":")), "id");
        anna.ask(SYNC);
        bruno.ask(SYNC);
        Checks.same("Rossi", bruno.name(record));

        office.kill();
        Refused away = Checks.thrown(Refused.class, () -> anna.ask(SYNC));
        Checks.check(away.italian().contains("non è raggiungibile"), away.italian());
        anna.rename(record, "Rossi Verdi");
        bruno.rename(record, "Rossi Bianchi");
        office.start();

        // The tokens of the server that was killed are void: both sign in again by themselves.
        anna.ask(SYNC);
        bruno.ask(SYNC);
        anna.ask(SYNC);
        String items = anna.ask("{\"command\":\"review.list\"}");
        Checks.check(items.contains("Rossi Verdi") && items.contains("Rossi Bianchi"), items);
        String item = Checks.member(items.substring(items.indexOf("\"items\":")), "id");
        anna.ask(Checks.writing("review.resolve", ",\"item\":\"" + item
            + "\",\"write\":\"Rossi Verdi Bianchi\",\"reason\":\"doppio cognome\""));
        anna.ask(SYNC);
        bruno.ask(SYNC);
        for (Tablet tablet : new Tablet[] {anna, bruno}) {
          Checks.same("Rossi Verdi Bianchi", tablet.name(record));
          Checks.same("0", Checks.member(tablet.ask("{\"command\":\"review.list\"}"), "total"));
        }
      }
    }
  }

  private void cut() throws Exception {
    Path at = Tests.folderIn(folder, "cut");
    try (Office office = new Office(at)) {
      office.user("anna", "coordinator");
      Network real = new UrlNetwork();
      AtomicInteger posts = new AtomicInteger();
      Network bad = step -> {
        int number = step.url().endsWith("/v1/sync") ? posts.incrementAndGet() : 0;
        if (number == 1) return Answer.none("cut\ninterrotta", false);
        Answer answer = real.post(step);
        return number == 2 ? Answer.none("cut\ninterrotta", true) : answer;
      };
      try (Tablet anna = new Tablet("cut", real, office.invitation("anna"))) {
        StoreTest.household(anna.store, "Rossi");
        List<String> events = new ArrayList<>();
        String reply = anna.store.exchange(SYNC, bad, events::add);
        Checks.check(events.size() > 2, events.toString());
        Checks.same("sync", Checks.member(events.get(0), "event"));
        Checks.check(posts.get() > 2, posts + " posts");
        Checks.same("0", Checks.member(reply, "unsent"));
        Checks.check(office.admin("verify").contains("\"ok\":true"), "the server is sound");
      }
    }
  }

  private void throwing() throws Exception {
    try (Office office = new Office(Tests.folderIn(folder, "throwing"))) {
      office.user("anna", "coordinator");
      try (Tablet anna = new Tablet("throwing", null, office.invitation("anna"))) {
        StoreTest.household(anna.store, "Rossi");
        for (Network network : new Network[] {null, new UrlNetwork()}) {
          // At the first event, the second, and so on, until one is not reached any more.
          AtomicInteger left = new AtomicInteger();
          for (int at = 1; left.get() <= 0; ++at) {
            left.set(at);
            Listener bad = event -> {
              if (left.decrementAndGet() == 0) throw new UnsupportedOperationException("enough");
            };
            try {
              if (network == null) anna.store.call(SYNC, bad);
              else anna.store.exchange(SYNC, network, bad);
            } catch (UnsupportedOperationException thrown) {
              Checks.same("enough", thrown.getMessage());
            }
          }
        }
        Checks.same("0", Checks.member(anna.ask(SYNC), "unsent"));
        Checks.check(anna.ask("{\"command\":\"verify\"}").contains("\"sound\":true"), "sound");
      }
    }
  }

  private void within() throws Exception {
    try (Office office = new Office(Tests.folderIn(folder, "within"))) {
      office.user("anna", "coordinator");
      try (Tablet anna = new Tablet("within", null, office.invitation("anna"))) {
        Checks.thrown(IllegalStateException.class, () -> {
          anna.store.call(SYNC, event -> {
            try {
              anna.store.call("{\"command\":\"status\"}");
            } catch (Refused refused) {
              throw new AssertionError(refused);
            }
          });
        });
        Checks.thrown(IllegalStateException.class,
            () -> anna.store.call(SYNC, event -> anna.store.close()));
        anna.store.call(SYNC, event -> Insieme.version());
      }
    }
  }

  private void abandoned() throws Exception {
    try (Office office = new Office(Tests.folderIn(folder, "abandoned"))) {
      office.user("anna", "coordinator");
      try (Tablet anna = new Tablet("abandoned", new UrlNetwork(), office.invitation("anna"))) {
        StoreTest.household(anna.store, "Rossi");
        Network broken = step -> {
          throw new UnsupportedOperationException("no network of mine");
        };
        Checks.thrown(UnsupportedOperationException.class,
            () -> anna.store.exchange(SYNC, broken, null));
        Network away = step -> Answer.none("away\nvia", false);
        Thread.currentThread().interrupt(); // the pause before the next attempt ends at once
        Checks.thrown(InterruptedException.class, () -> anna.store.exchange(SYNC, away, null));
        Checks.same("0", Checks.member(anna.ask(SYNC), "unsent"));
      }
    }
  }

  private void lockedAway() throws Exception {
    try (Office office = new Office(Tests.folderIn(folder, "locked"))) {
      office.user("anna", "coordinator");
      try (Tablet anna = new Tablet("locked", new UrlNetwork(), office.invitation("anna"))) {
        anna.ask("{\"command\":\"pin.set\",\"pin\":\"407319\"}");
        anna.ask("{\"command\":\"pin.kept\"}");
        AtomicReference<Step> former = new AtomicReference<>();
        Thread other = new Thread(() -> {
          try {
            former.set(anna.store.begin(SYNC, event -> {}));
          } catch (Refused refused) {
            throw new AssertionError(refused);
          }
        });
        other.start();
        other.join();
        anna.ask("{\"command\":\"lock\"}");
        anna.ask("{\"command\":\"unlock\",\"pin\":\"407319\"}");
        Step now = anna.store.begin(SYNC, event -> {});
        Refused over = Checks.thrown(Refused.class,
            () -> anna.store.resume(former.get(), Answer.none("late\ntardi", true)));
        Checks.same("cancelled", over.code());
        UrlNetwork network = new UrlNetwork();
        while (now.need() != Step.Need.NOTHING) now = anna.store.resume(now, network.post(now));
        Checks.same("0", Checks.member(now.reply(), "unsent"));
      }
    }
  }

  private void cutHandshake() throws Exception {
    try (Office office = new Office(Tests.folderIn(folder, "handshake"));
        ServerSocket rude = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Thread hangsUp = new Thread(() -> {
        try {
          for (;;) rude.accept().close();
        } catch (IOException closed) {
          // The test is over.
        }
      });
      hangsUp.start();
      office.user("anna", "coordinator");
      String there = office.invitation("anna").replace(
          ":" + office.port, ":" + rude.getLocalPort());
      Refused refused = Checks.thrown(Refused.class,
          () -> new Tablet("handshake", new UrlNetwork(), there).close());
      Checks.check(!refused.italian().contains("non è quello atteso"), refused.italian());
      Checks.same("unavailable", refused.code());
    }
  }

  private void otherKey() throws Exception {
    try (Office right = new Office(Tests.folderIn(folder, "right"));
        Office wrong = new Office(Tests.folderIn(folder, "wrong"))) {
      right.user("anna", "coordinator");
      wrong.user("anna", "coordinator");
      String invitation = right.invitation("anna");
      String forged = invitation.replace(":" + right.port, ":" + wrong.port);
      for (Network network : new Network[] {new UrlNetwork(), null}) {
        Refused refused = Checks.thrown(Refused.class, () -> {
          new Tablet("forged-" + (network == null), network, forged).close();
        });
        Checks.check(refused.italian().contains("non è quello atteso"), refused.italian());
      }
    }
  }
}
