package insieme.client;

/** The functions of libinsieme_jni, which stand in src/jni.cpp. Texts are UTF-8. */
final class Native {
  static final int REFUSED = -1;
  // Places in what begin and resume give out.
  static final int TEXT = 0;
  static final int BODY = 1;
  static final int TEXTS = 2;
  static final int NUMBERS = 3;
  static final int EXCHANGE = 4;
  static final int PLACES = 5;

  static {
    System.loadLibrary("insieme_jni");
  }

  private Native() {}

  /** What the library calls; {@link Insieme} makes a text of it. */
  interface Bytes {
    void onBytes(byte[] event);
  }

  static native long open(byte[] options, byte[][] reply);

  static native boolean call(long store, byte[] request, Bytes listener, byte[][] reply);

  static native int begin(long store, byte[] request, Bytes listener, Object[] out);

  static native int resume(long store, long exchange, long[] numbers, byte[][] texts, byte[] body,
      Object[] out);

  /** Code, Italian and English of a reply that refuses. */
  static native byte[][] why(byte[] reply);

  static native void cancel(long store);

  static native void close(long store);

  static native String version();
}
