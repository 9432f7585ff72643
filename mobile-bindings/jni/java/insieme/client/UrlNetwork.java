package insieme.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.Proxy;
import java.net.URL;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.Timer;
import java.util.TimerTask;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * The network of the Java library, which Android has, too. A server whose public key is pinned is
 * believed for that; any other by the certificates that the system trusts, or by {@code trust}.
 * Without https nothing leaves this device, but to itself.
 */
public final class UrlNetwork implements Network {
  private static final String ELSEWHERE =
      "not the address of a server\nnon è l'indirizzo di un server";
  private static final String OPEN =
      "without https nothing leaves this device\nsenza https nulla lascia questo dispositivo";
  private static final String DISTRUST =
      "the server's certificate is not the expected one\n"
          + "il certificato del server non è quello atteso";
  private static final String INSECURE =
      "no secure connection could be made: is the address right, https or http?\n"
          + "non si è potuta aprire una connessione sicura: l'indirizzo è giusto, https o http?";
  private static final String UNKNOWN =
      "the server's name was not found: is there a network?\n"
          + "il nome del server non è stato trovato: c'è rete?";
  private static final String UNREACHABLE =
      "the server cannot be reached\nil server non è raggiungibile";
  private static final String SLOW =
      "the connection was too slow or stopped answering\n"
          + "la connessione è troppo lenta o si è fermata";
  private static final String CUT =
      "the connection was cut before the whole answer came\n"
          + "la connessione si è interrotta prima che arrivasse tutta la risposta";
  private static final String LONG =
      "the reply is longer than this program takes\n"
          + "la risposta è più lunga di quanto questo programma accetti";
  private static final int PIECE = 16 * 1024;
  private static final long RETRY_MAX_S = 86_400;

  private static final Timer CLOCK = new Timer("insieme-network", true);

  private final SSLSocketFactory trust;

  public UrlNetwork() {
    this(null);
  }

  /** {@code trust} instead of the certificates of the system, or null for these. */
  public UrlNetwork(SSLSocketFactory trust) {
    this.trust = trust;
  }

  @Override
  public Answer post(Step step) {
    URL url;
    try {
      url = new URL(step.url());
    } catch (MalformedURLException malformed) {
      return Answer.never(ELSEWHERE);
    }
    boolean secure = url.getProtocol().equals("https");
    if (!secure && !isHere(url.getHost())) return Answer.never(OPEN);
    Attempt attempt = new Attempt(url, step);
    if (!secure || step.pin().isEmpty()) return attempt.run(trust, false);
    PinnedTrust pinned = new PinnedTrust(step.pin());
    Answer answer;
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {pinned}, null);
      answer = attempt.run(context.getSocketFactory(), true);
    } catch (GeneralSecurityException none) {
      throw new IllegalStateException("this system has no TLS", none);
    }
    // Nothing was sent to a server with another key. It may still be one that the system trusts.
    return pinned.isOther() ? attempt.run(trust, false) : answer;
  }

  private static boolean isHere(String host) {
    return host.equals("localhost") || host.equals("[::1]")
        || host.matches("127(\\.[0-9]{1,3}){3}");
  }

  /** Not that a handshake was cut, or that nobody speaks TLS there. */
  private static boolean isDistrust(Throwable thrown) {
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      if (at instanceof CertificateException || at instanceof CertPathValidatorException
          || at instanceof SSLPeerUnverifiedException) {
        return true;
      }
    }
    return false;
  }

  private static final class Attempt {
    private final URL url;
    private final Step step;

    Attempt(URL url, Step step) {
      this.url = url;
      this.step = step;
    }

    Answer run(SSLSocketFactory sockets, boolean pinned) {
      boolean handedOver = false;
      HttpURLConnection connection = null;
      TimerTask tooLate = null;
      try {
        connection = open(sockets, pinned);
        tooLate = endAfter(connection, step.totalTimeoutMs());
        try (OutputStream out = connection.getOutputStream()) {
          out.write(step.body());
        }
        handedOver = true;
        return answer(connection);
      } catch (SSLException unsafe) {
        if (!handedOver && isDistrust(unsafe)) return Answer.never(DISTRUST);
        return Answer.none(handedOver ? CUT : INSECURE, handedOver);
      } catch (UnknownHostException unknown) {
        return Answer.none(UNKNOWN, false);
      } catch (ConnectException unreachable) {
        return Answer.none(UNREACHABLE, false);
      } catch (InterruptedIOException slow) {
        return Answer.none(SLOW, handedOver);
      } catch (IOException cut) {
        return Answer.none(CUT, handedOver);
      } finally {
        if (tooLate != null) tooLate.cancel();
        if (connection != null && !handedOver) connection.disconnect();
      }
    }

    /** The library bounds a connection and each read, but neither sending nor the whole. */
    private static TimerTask endAfter(HttpURLConnection connection, int ms) {
      TimerTask end = new TimerTask() {
        @Override
        public void run() {
          connection.disconnect();
        }
      };
      CLOCK.schedule(end, ms);
      return end;
    }

    private HttpURLConnection open(SSLSocketFactory sockets, boolean pinned) throws IOException {
      HttpURLConnection connection = (HttpURLConnection)
          (isHere(url.getHost()) ? url.openConnection(Proxy.NO_PROXY) : url.openConnection());
      if (connection instanceof HttpsURLConnection) {
        HttpsURLConnection secure = (HttpsURLConnection) connection;
        if (sockets != null) secure.setSSLSocketFactory(sockets);
        if (pinned) secure.setHostnameVerifier((host, session) -> true);
      }
      connection.setRequestMethod("POST");
      connection.setDoOutput(true);
      connection.setUseCaches(false);
      connection.setInstanceFollowRedirects(false);
      connection.setConnectTimeout(step.connectTimeoutMs());
      connection.setReadTimeout(step.totalTimeoutMs());
      // Not known to be whole before it is sent, the library would send it twice.
      connection.setFixedLengthStreamingMode(step.body().length);
      for (int at = 0; at < step.headers(); ++at) {
        connection.setRequestProperty(step.headerName(at), step.headerValue(at));
      }
      return connection;
    }

    private Answer answer(HttpURLConnection connection) throws IOException {
      int status = connection.getResponseCode();
      if (status < 0) return Answer.none(CUT, true);
      InputStream stream = status < 400 ? connection.getInputStream() : connection.getErrorStream();
      // Of a 401 the library keeps no body when the request was streamed.
      if (stream == null) return Answer.of(status, null, retryAfter(connection), new byte[0]);
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      try (InputStream in = stream) {
        byte[] piece = new byte[PIECE];
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
          if (body.size() + count > step.replyBytesMax()) return Answer.none(LONG, true);
          body.write(piece, 0, count);
        }
      }
      long announced = connection.getContentLengthLong();
      if (announced >= 0 && announced != body.size()) return Answer.none(CUT, true);
      return Answer.of(status, connection.getContentType(), retryAfter(connection),
          body.toByteArray());
    }

    private static long retryAfter(HttpURLConnection connection) {
      String words = connection.getHeaderField("Retry-After");
      if (words == null || !words.matches("[0-9]{1,9}")) return 0;
      return Math.min(Long.parseLong(words), RETRY_MAX_S);
    }
  }
}
