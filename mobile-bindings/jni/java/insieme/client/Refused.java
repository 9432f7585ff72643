package insieme.client;

/** A command that was not done. Nothing was changed, and the words are for the person. */
public final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reply;
  private final String code;
  private final String italian;

  Refused(String reply, String code, String italian, String english) {
    super(english);
    this.reply = reply;
    this.code = code;
    this.italian = italian;
  }

  /** The whole reply, as docs/commands.md has it: which fields, and what can be done. */
  public String reply() {
    return reply;
  }

  /** As {@code not_enrolled}: never changes. */
  public String code() {
    return code;
  }

  /** The sentence in Italian; {@link #getMessage} has the English one. */
  public String italian() {
    return italian;
  }
}
