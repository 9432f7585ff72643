package insieme.client;

/** What a command that was begun needs next, or its reply. Arrays are not copied. */
public final class Step {
  public enum Need {
    NOTHING,
    POST,
    PAUSE
  }

  private final Need need;
  private final String text;
  private final byte[] body;
  private final String[] texts;
  private final long[] numbers;
  final long exchange;

  Step(Need need, String text, byte[] body, String[] texts, long[] numbers, long exchange) {
    this.need = need;
    this.text = text;
    this.body = body;
    this.texts = texts;
    this.numbers = numbers;
    this.exchange = exchange;
  }

  public Need need() {
    return need;
  }

  /** The command's reply as JSON, if nothing is needed. */
  public String reply() {
    expect(Need.NOTHING);
    return text;
  }

  public String url() {
    expect(Need.POST);
    return texts[0];
  }

  /** SHA-256 of the public key that the server may have, in hexadecimal, or several with commas. */
  public String pin() {
    expect(Need.POST);
    return texts[1];
  }

  public int headers() {
    expect(Need.POST);
    return texts.length / 2 - 1;
  }

  public String headerName(int at) {
    expect(Need.POST);
    return texts[2 + 2 * at];
  }

  public String headerValue(int at) {
    expect(Need.POST);
    return texts[3 + 2 * at];
  }

  public byte[] body() {
    expect(Need.POST);
    return body;
  }

  /** Of a longer answer nothing is kept. */
  public long replyBytesMax() {
    expect(Need.POST);
    return numbers[0];
  }

  public int connectTimeoutMs() {
    expect(Need.POST);
    return (int) Math.min(numbers[1], Integer.MAX_VALUE);
  }

  public int totalTimeoutMs() {
    expect(Need.POST);
    return (int) Math.min(numbers[2], Integer.MAX_VALUE);
  }

  public long pauseMs() {
    expect(Need.PAUSE);
    return numbers[0];
  }

  private void expect(Need wanted) {
    if (need != wanted) throw new IllegalStateException("this step needs " + need);
  }
}
