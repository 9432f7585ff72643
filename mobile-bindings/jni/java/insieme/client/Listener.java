package insieme.client;

/**
 * Progress of long work, one JSON object an event. Runs on the thread that runs the command, within
 * it, and may call no method of that store but {@link Insieme#cancel}. What it throws ends the
 * command at its next step and comes out of it.
 */
@FunctionalInterface
public interface Listener {
  void onEvent(String event);
}
