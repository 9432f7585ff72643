package insieme.client;

import java.util.Objects;

/** What became of a post. Arrays are not copied. */
public final class Answer {
  final int status;
  final String contentType;
  final long retryAfterS;
  final String failure;
  final boolean handedOver;
  final String refused;
  final byte[] body;

  private Answer(int status, String contentType, long retryAfterS, String failure,
      boolean handedOver, String refused, byte[] body) {
    this.status = status;
    this.contentType = contentType;
    this.retryAfterS = retryAfterS;
    this.failure = failure;
    this.handedOver = handedOver;
    this.refused = refused;
    this.body = body;
  }

  /** A whole answer. {@code contentType} may be null. */
  public static Answer of(int status, String contentType, long retryAfterS, byte[] body) {
    String type = contentType == null ? "" : contentType;
    return new Answer(status, type, retryAfterS, "", true, "", Objects.requireNonNull(body));
  }

  /**
   * No whole answer. {@code failure} says why, in a sentence: English, a line end, Italian.
   *
   * @param handedOver whether the whole request left this device: the server may have acted on it
   */
  public static Answer none(String failure, boolean handedOver) {
    return new Answer(0, "", 0, Objects.requireNonNull(failure), handedOver, "", new byte[0]);
  }

  /** Trying again cannot help. Said as in {@link #none}. */
  public static Answer never(String why) {
    return new Answer(0, "", 0, "", false, Objects.requireNonNull(why), new byte[0]);
  }

  /** After a pause. */
  public static Answer paused() {
    return none("", false);
  }
}
