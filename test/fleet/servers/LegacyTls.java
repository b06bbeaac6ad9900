import java.io.FileInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** A TLS server with everything that Java still has: SSLv3, DES, EXPORT, RC4, NULL, anonymous. One word per client. */
public class LegacyTls {
  public static void main(String[] arguments) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream file = new FileInputStream(arguments[2])) {
      store.load(file, "fleet".toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
    keys.init(store, "fleet".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
        .createServerSocket(Integer.parseInt(arguments[1]), 128, InetAddress.getByName(arguments[0]));
    server.setEnabledProtocols(server.getSupportedProtocols());
    server.setEnabledCipherSuites(server.getSupportedCipherSuites());
    while (true) {
      SSLSocket client = (SSLSocket) server.accept();
      new Thread(() -> {
        try (client) {
          client.setSoTimeout(10_000);
          client.startHandshake();
          if (client.getInputStream().read() >= 0) {
            client.getOutputStream().write("BYE\r\n".getBytes(StandardCharsets.US_ASCII));
          }
        } catch (Exception ended) {
          // Scanners hang up; that is what this is for.
        }
      }).start();
    }
  }
}
