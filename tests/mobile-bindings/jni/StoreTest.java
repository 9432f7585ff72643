import static java.util.concurrent.TimeUnit.SECONDS;

import insieme.client.Answer;
import insieme.client.Insieme;
import insieme.client.Refused;
import insieme.client.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** One store on one Java virtual machine, without a network. */
final class StoreTest {
  private static final String NOWHERE =
      "{\"command\":\"device.enrol\",\"invitation\":\"https://nowhere.invalid/#AAAA-BBBB-CCCC\"}";

  private final Path folder;
  private int stores;

  StoreTest(Path folder) {
    this.folder = folder;
  }

  private Insieme create() throws Refused {
    String path = folder.resolve("store-" + ++stores + ".db").toString();
    return Insieme.open("{\"mode\":\"create\",\"path\":" + Checks.json(path) + ",\"key\":\""
        + "0f".repeat(32) + "\"}");
  }

  static String household(Insieme store, String name) throws Refused {
    return store.call(Checks.writing("dossier.create",
        ",\"type\":\"household\",\"fields\":{\"name\":" + Checks.json(name)
            + ",\"commune\":\"Bibbiano\"}"));
  }

  void run(Checks checks) {
    checks.test("[P1] a dossier is saved and found without network or account", this::saves);
    checks.test("every character comes back as it was typed, and what is none is refused",
        this::characters);
    checks.test("a refusal has a code and words in both languages", this::refusal);
    checks.test("a closed store says so, whatever is asked of it", this::closed);
    checks.test("closing waits for the commands under way", this::closing);
    checks.test("[P1] work goes on while an answer is awaited", this::steps);
    checks.test("a store that is no store is refused", this::noStore);
  }

  private void saves() throws Exception {
    try (Insieme store = create()) {
      household(store, "Famiglia Bassi");
      String found = store.call("{\"command\":\"search\",\"words\":\"bassi\"}");
      Checks.check(found.contains("Famiglia Bassi"), found);
    }
    Checks.check(Insieme.version().matches("[0-9]+\\.[0-9]+\\.[0-9]+"), Insieme.version());
  }

  private void characters() throws Exception {
    try (Insieme store = create()) {
      // Two surrogates, a letter and its mark, and a sign that modified UTF-8 writes otherwise.
      String name = "Famiglia 👩‍👧 Bàssi 𝄞 ß";
      household(store, name);
      String found = store.call("{\"command\":\"dossier.list\"}");
      Checks.check(found.contains("Famiglia 👩‍👧 B\u00e0ssi 𝄞 ß"), found);
      Checks.thrown(IllegalArgumentException.class, () -> household(store, "Bassi \ud83d"));
      Checks.thrown(Refused.class, () -> store.call("\u0000"));
    }
  }

  private void refusal() throws Exception {
    try (Insieme store = create()) {
      Refused why =
          Checks.thrown(Refused.class, () -> store.call("{\"command\":\"sync.run\"}"));
      Checks.same("not_enrolled", why.code());
      Checks.check(why.italian().contains("invito"), why.italian());
      Checks.check(why.getMessage().contains("enrol"), why.getMessage());
      Checks.check(why.reply().startsWith("{\"ok\":false"), why.reply());
      Checks.thrown(Refused.class, () -> store.call("not json"));
    }
  }

  private void closed() throws Exception {
    Insieme store = create();
    Step step = store.begin(NOWHERE, null);
    store.close();
    store.close();
    store.cancel();
    String status = "{\"command\":\"status\"}";
    Checks.thrown(IllegalStateException.class, () -> store.call(status));
    Checks.thrown(IllegalStateException.class, () -> store.begin(status, null));
    Checks.thrown(IllegalStateException.class, () -> store.resume(step, Answer.paused()));
  }

  private void closing() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int time = 0; time < 5; ++time) {
        Insieme store = create();
        CountDownLatch begun = new CountDownLatch(4);
        List<Future<Integer>> results = new ArrayList<>();
        for (int thread = 0; thread < 4; ++thread) {
          String name = "Famiglia " + thread;
          results.add(threads.submit(() -> {
            int saved = 0;
            begun.countDown();
            try {
              for (;;) {
                household(store, name);
                ++saved;
              }
            } catch (IllegalStateException closed) {
              return saved;
            }
          }));
        }
        begun.await();
        store.close();
        for (Future<Integer> result : results) result.get(60, SECONDS);
      }
    } finally {
      threads.shutdown();
    }
  }

  private void steps() throws Exception {
    try (Insieme store = create()) {
      Step step = store.begin(NOWHERE, null);
      Checks.same(Step.Need.POST, step.need());
      Checks.same("https://nowhere.invalid/v1/enrol", step.url());
      Checks.check(step.headers() > 0 && step.body().length > 0, "a whole request");
      Checks.thrown(IllegalStateException.class, step::reply);
      household(store, "Famiglia Bassi");
      Refused busy = Checks.thrown(Refused.class, () -> store.begin(NOWHERE, null));
      Checks.same("busy", busy.code());
      Refused ended = Checks.thrown(Refused.class,
          () -> store.resume(step, Answer.never("no network here\nqui non c'è rete")));
      Checks.check(ended.italian().contains("qui non c'è rete"), ended.italian());
    }
  }

  private void noStore() throws Exception {
    Refused none = Checks.thrown(Refused.class,
        () -> Insieme.open("{\"mode\":\"open\",\"path\":\"/nowhere/at/all\",\"key\":\""
            + "00".repeat(32) + "\"}"));
    Checks.check(!none.code().isEmpty() && !none.italian().isEmpty(), none.reply());
    Checks.thrown(Refused.class, () -> Insieme.open("[]"));
    Checks.thrown(NullPointerException.class, () -> Insieme.open(null));
  }
}
