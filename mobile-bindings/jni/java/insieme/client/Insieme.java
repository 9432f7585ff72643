package insieme.client;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * One encrypted store, open, with its network: commands as JSON in, replies as JSON out
 * (docs/commands.md). It may be used from several threads: commands take turns.
 *
 * <p>{@link #call} performs commands whole, the network included, and blocks meanwhile.
 * {@link #exchange} leaves the network to the host, and other commands work while an answer is
 * awaited.
 *
 * <p>A text that is no Unicode (half of a surrogate pair) is refused by
 * {@link IllegalArgumentException} before anything is done.
 */
public final class Insieme implements AutoCloseable {
  private final long store;
  private final String opened;

  private Insieme(long store, String opened) {
    this.store = store;
    this.opened = opened;
  }

  /**
   * Opens a store. Options as insieme_open of insieme.h has them: {@code path}, {@code key},
   * {@code mode}, {@code pin}.
   */
  public static Insieme open(String options) throws Refused {
    byte[][] reply = new byte[1][];
    long store = Native.open(utf8(options), reply);
    if (store == 0) throw refused(reply[0]);
    return new Insieme(store, text(reply[0]));
  }

  /** What opening it said: who this is, or that it is locked. */
  public String opened() {
    return opened;
  }

  /** Performs one command. */
  public String call(String command) throws Refused {
    return call(command, null);
  }

  /** Performs one command and tells how far it is. */
  public String call(String command, Listener listener) throws Refused {
    byte[][] reply = new byte[1][];
    boolean done = Native.call(store, utf8(command), bytesTo(listener), reply);
    if (!done) throw refused(reply[0]);
    return text(reply[0]);
  }

  /** Begins a command; it goes on with {@link #resume}. {@code listener} may be null. */
  public Step begin(String command, Listener listener) throws Refused {
    Object[] out = new Object[Native.PLACES];
    return step(Native.begin(store, utf8(command), bytesTo(listener), out), out);
  }

  /**
   * Goes on after what {@code step} needed. {@code cancelled} if that exchange is over: the store
   * was locked meanwhile, and another one has begun. Whoever begins an exchange goes on with it to
   * its end, with {@link Answer#never} if need be: until then no other one begins.
   */
  public Step resume(Step step, Answer answer) throws Refused {
    Object[] out = new Object[Native.PLACES];
    long[] numbers = {answer.status, answer.retryAfterS, answer.handedOver ? 1 : 0};
    byte[][] texts = {utf8(answer.contentType), utf8(answer.failure), utf8(answer.refused)};
    return step(Native.resume(store, step.exchange, numbers, texts, answer.body, out), out);
  }

  /** A command to its end, by the host's network. {@code listener} may be null. */
  public String exchange(String command, Network network, Listener listener)
      throws Refused, InterruptedException {
    Step step = begin(command, listener);
    while (step.need() != Step.Need.NOTHING) {
      Answer answer;
      try {
        answer = perform(step, network);
      } catch (InterruptedException | RuntimeException | Error thrown) {
        abandon(step);
        throw thrown;
      }
      step = resume(step, answer);
    }
    return step.reply();
  }

  private static Answer perform(Step step, Network network) throws InterruptedException {
    if (step.need() == Step.Need.POST) return network.post(step);
    Thread.sleep(step.pauseMs());
    return Answer.paused();
  }

  /** What was begun ends, so that another one may begin. */
  private void abandon(Step step) {
    cancel();
    try {
      Step next = step;
      while (next.need() != Step.Need.NOTHING) {
        next = resume(next, Answer.never("cancelled\nannullata"));
      }
    } catch (Refused over) {
      // As it was meant.
    }
  }

  /** Ends a synchronisation under way at its next step, from any thread. */
  public void cancel() {
    Native.cancel(store);
  }

  /**
   * Closes the store once the commands under way have ended. Closing again does nothing; any other
   * method then throws {@link IllegalStateException}.
   */
  @Override
  public void close() {
    Native.close(store);
  }

  /** As {@code 0.1.0}. */
  public static String version() {
    return Native.version();
  }

  private static Step step(int need, Object[] out) throws Refused {
    byte[] said = (byte[]) out[Native.TEXT];
    if (need == Native.REFUSED) throw refused(said);
    byte[][] bytes = (byte[][]) out[Native.TEXTS];
    String[] texts = new String[bytes == null ? 0 : bytes.length];
    for (int at = 0; at < texts.length; ++at) texts[at] = text(bytes[at]);
    return new Step(Step.Need.values()[need], text(said), (byte[]) out[Native.BODY], texts,
        (long[]) out[Native.NUMBERS], number(out[Native.EXCHANGE]));
  }

  private static long number(Object alone) {
    return alone == null ? 0 : ((long[]) alone)[0];
  }

  private static Native.Bytes bytesTo(Listener listener) {
    return listener == null ? null : event -> listener.onEvent(text(event));
  }

  private static Refused refused(byte[] reply) {
    byte[][] why = Native.why(reply);
    return new Refused(text(reply), text(why[0]), text(why[1]), text(why[2]));
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** As getBytes, which would put a question mark where a character is broken. */
  private static byte[] utf8(String text) {
    try {
      CharBuffer characters = CharBuffer.wrap(Objects.requireNonNull(text));
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(characters);
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      return copy;
    } catch (CharacterCodingException broken) {
      throw new IllegalArgumentException("not a text: half of a surrogate pair stands alone");
    }
  }
}
