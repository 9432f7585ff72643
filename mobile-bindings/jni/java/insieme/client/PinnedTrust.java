package insieme.client;

import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Believes a server for its public key (RFC 7469's digest of it) and for nothing else. */
final class PinnedTrust extends X509ExtendedTrustManager {
  private final List<String> pins;
  private volatile boolean other;

  PinnedTrust(String pins) {
    this.pins = Arrays.asList(pins.split(","));
  }

  /** Whether a server showed another key. */
  boolean isOther() {
    return other;
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    if (chain.length > 0 && pins.contains(digest(chain[0].getPublicKey().getEncoded()))) return;
    other = true;
    throw new CertificateException("another public key than the one that is pinned");
  }

  private static String digest(byte[] key) {
    try {
      StringBuilder text = new StringBuilder();
      for (byte one : MessageDigest.getInstance("SHA-256").digest(key)) {
        text.append(Character.forDigit(one >> 4 & 15, 16)).append(Character.forDigit(one & 15, 16));
      }
      return text.toString();
    } catch (NoSuchAlgorithmException none) {
      throw new IllegalStateException("every Java has SHA-256", none);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type)
      throws CertificateException {
    throw new CertificateException("no server here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
