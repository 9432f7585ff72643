package insieme.client;

/** Whoever performs what a step needs: {@link UrlNetwork}, or a system's own client. */
@FunctionalInterface
public interface Network {
  /** Never throws for what a network does; that is an {@link Answer}, too. */
  Answer post(Step step);
}
