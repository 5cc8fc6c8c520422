package io.daybook.local.path;

import static io.daybook.local.path.Api.object;
import static io.daybook.local.path.Ledger.item;
import static io.daybook.local.path.Ledger.money;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A ledger that has more on its way than it may sends clients away until it has caught up. */
class BacklogTest {
    private static final int MAX = 5;

    private static Daybook daybook;

    @BeforeAll
    static void start() {
        daybook = Daybook.start(Map.of("daybook.backlog.operations-max", MAX, "daybook.backlog.retry-after-max", "3s"));
    }

    @AfterAll
    static void stop() {
        daybook.close();
    }

    @AfterEach
    void all_is_back_and_the_books_hold() {
        daybook.allIsBack();
        daybook.booksHold();
    }

    private static Ledger full() {
        var ledger = daybook.ledger().account("a", "EUR");
        daybook.stack().postgres().stop();
        for (var i = 0; i < MAX; i++) {
            ledger.sendAs("k" + i, "deposits", money("a", "1.00", "EUR")).is(202);
        }
        return ledger;
    }

    private static int retryAfter(Answer answer) {
        return Integer.parseInt(answer.header("Retry-After").orElseThrow());
    }

    @Test
    void what_is_too_much_is_refused_until_the_ledger_has_caught_up() {
        var ledger = full();
        var refused =
                ledger.sendAs("more", "deposits", money("a", "1.00", "EUR")).isProblem(429, "too_many_requests");
        assertThat(retryAfter(refused)).isPositive();
        assertThat(ledger.sendAs("k0", "deposits", money("a", "1.00", "EUR"))
                        .is(202)
                        .replayed())
                .isTrue();
        ledger.sendAs("k0", "deposits", money("a", "2.00", "EUR")).isProblem(422, "idempotency_key_reused");
        daybook.stack().postgres().start();
        await().until(
                        () -> ledger.sendAs("more", "deposits", money("a", "1.00", "EUR")),
                        answer -> answer.status() != 429)
                .is(202);
        BooksAssert.assertThat(ledger).hold();
        assertThat(ledger.balance("a")).isEqualTo("6.00");
    }

    @Test
    void the_pause_is_as_long_as_the_oldest_has_waited_up_to_its_limit() {
        var ledger = full();
        await().until(
                        () -> retryAfter(ledger.sendAs("more", "deposits", money("a", "1.00", "EUR"))
                                .is(429)),
                        seconds -> seconds == 3);
        assertThat(retryAfter(ledger.sendAs("more", "deposits", money("a", "1.00", "EUR"))
                        .is(429)))
                .isEqualTo(3);
    }

    @Test
    void a_batch_is_taken_whole_or_not_at_all() {
        var ledger = daybook.ledger().account("a", "EUR");
        var operations = Collections.nCopies(MAX + 1, item("deposit", money("a", "1.00", "EUR")));
        daybook.stack().postgres().stop();
        ledger.sendAs("one", "deposits", money("a", "1.00", "EUR")).is(202);
        ledger.sendAs("batch", "batches", object("atomic", false, "operations", operations))
                .isProblem(429, "too_many_requests");
        daybook.stack().postgres().start();
        BooksAssert.assertThat(ledger).hold();
        ledger.sendAs("batch", "batches", object("atomic", false, "operations", operations))
                .is(202); // nothing is on its way: else it could never be taken
        BooksAssert.assertThat(ledger).hold();
        assertThat(ledger.balance("a")).isEqualTo("7.00");
    }

    @Test
    void other_ledgers_are_not_held_up() {
        var idle = daybook.ledger().account("a", "EUR");
        var ledger = daybook.ledger().account("a", "EUR");
        daybook.api()
                .post(ledger.path() + "/halt", object("reason", "Its backlog grows"))
                .is(200);
        for (var i = 0; i < MAX; i++) {
            ledger.deposit("a", "1.00").is(202);
        }
        ledger.deposit("a", "1.00").isProblem(429, "too_many_requests");
        idle.deposit("a", "1.00", "Prefer", "wait=20").is(200);
        daybook.api().send("POST", ledger.path() + "/resume", null).is(200);
    }

    @Test
    void without_redis_nobody_knows_how_much_there_is() {
        var ledger = full();
        daybook.stack().redis().stop();
        ledger.sendAs("more", "deposits", money("a", "1.00", "EUR")).is(202);
        daybook.stack().postgres().start();
        BooksAssert.assertThat(ledger).hold();
        assertThat(ledger.balance("a")).isEqualTo("6.00");
    }
}
