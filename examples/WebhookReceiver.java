import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A webhook's other end: takes what is signed with its secret, and prints it. Nothing but a JDK is needed:
 *
 * <pre>SECRET=whsec_… java examples/WebhookReceiver.java 9000</pre>
 */
public class WebhookReceiver {
    static final long SECONDS_OFF_MAX = 5 * 60;

    public static void main(String... arguments) throws Exception {
        var secret = System.getenv("SECRET");
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])), 0);
        server.createContext("/", exchange -> {
            var headers = exchange.getRequestHeaders();
            var body = exchange.getRequestBody().readAllBytes();
            var isDaybooks = isSigned(
                    secret,
                    headers.getFirst("webhook-id"),
                    headers.getFirst("webhook-timestamp"),
                    headers.getFirst("webhook-signature"),
                    body);
            if (isDaybooks) {
                System.out.println(new String(body, StandardCharsets.UTF_8));
            }
            exchange.sendResponseHeaders(isDaybooks ? 204 : 401, -1);
            exchange.close();
        });
        server.start();
        System.out.println("listening on http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Whether one of the signatures is by the secret, over id, time and the body as it came, and is of these minutes. */
    static boolean isSigned(String secret, String id, String timestamp, String signatures, byte[] body) {
        try {
            if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) > SECONDS_OFF_MAX) {
                return false;
            }
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replace("whsec_", "")), "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            var expected = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
            for (var signature : signatures.split(" ")) {
                if (MessageDigest.isEqual(signature.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8))) {
                    return true;
                }
            }
            return false;
        } catch (Exception e) {
            return false;
        }
    }
}
