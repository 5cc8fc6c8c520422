import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Tells of withdrawals that failed, by lines on standard output. A consumer of the events of a ledger that Daybook knows
 * nothing of: it reads the ledger's stream behind the last event that it has told of, which it keeps in a file.
 *
 * <pre>TOKEN=$(./daybook token) java -cp 'local/target/lib/*' examples/Notifications.java http://127.0.0.1:8080 main last-event</pre>
 */
public class Notifications {
    static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String... arguments) throws Exception {
        var stream = URI.create("%s/v1/ledgers/%s/events".formatted(arguments[0], arguments[1]));
        var lastEvent = Path.of(arguments[2]);
        var http = HttpClient.newHttpClient();
        while (true) {
            var last = Files.exists(lastEvent) ? Files.readString(lastEvent) : "0";
            var request = HttpRequest.newBuilder(stream)
                    .header("Authorization", "Bearer " + System.getenv("TOKEN"))
                    .header("Last-Event-ID", last)
                    .build();
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(answer.statusCode() + " " + answer.body());
            }
            var id = last;
            for (var line : answer.body().split("\n")) {
                if (line.startsWith("id: ")) {
                    id = line.substring("id: ".length());
                }
                if (line.startsWith("data: ")) {
                    tell(JSON.readTree(line.substring("data: ".length())));
                    keep(lastEvent, id); // behind the telling: it may be told twice, and is not left out
                }
            }
        }
    }

    /** All of it or nothing, whenever it is stopped. */
    static void keep(Path lastEvent, String id) throws Exception {
        var next = Files.writeString(Path.of(lastEvent + ".next"), id);
        Files.move(next, lastEvent, StandardCopyOption.ATOMIC_MOVE);
    }

    static void tell(JsonNode event) {
        if (event.path("type").asText().equals("daybook.withdrawal.failed")) {
            var data = event.path("data");
            System.out.printf(
                    "%s: a withdrawal of %s %s failed: %s%n",
                    data.path("account_id").asText(),
                    data.path("amount").asText(),
                    data.path("currency").asText(),
                    data.path("error").path("code").asText());
        }
    }
}
