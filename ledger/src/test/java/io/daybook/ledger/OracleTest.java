package io.daybook.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.Amount;
import io.daybook.contract.Command;
import io.daybook.contract.Operation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Thousands of mixed operations, cut into batches anyhow, each batch with a new book that is given only what was
 * recorded before: every outcome is one that a naive model allows, which knows the API's promises and shares no code.
 */
class OracleTest {
    private static final int OPERATIONS = 300;

    @Property(tries = 200)
    void the_book_does_what_the_api_promises(@ForAll long seed) {
        var random = new Random(seed);
        var model = new Model();
        var books = new Books(model.accounts);
        var work = new Work(random);
        for (var done = 0; done < OPERATIONS; ) {
            var messages = new ArrayList<Message>();
            for (var i = 0; i <= random.nextInt(10); i++) {
                messages.add(work.message());
            }
            var results = books.apply(messages);
            for (var i = 0; i < messages.size(); i++) {
                model.check(messages.get(i), results.get(i));
                done += messages.get(i).operations().size();
            }
            assertThat(books.balances()).isEqualTo(model.balances());
        }
        books.mustHold(model);
    }

    private record Message(boolean atomic, List<Submission> operations) {}

    /** What happens to come in. */
    private static final class Work {
        private static final List<String> ACCOUNTS = List.of("a", "b", "c", "d", "usd", "yen", "ice", "gone", "nobody");

        private final Random random;
        private final List<Submission> sent = new ArrayList<>();

        Work(Random random) {
            this.random = random;
        }

        Message message() {
            var operations = new ArrayList<Submission>();
            var atomic = random.nextInt(3) == 0;
            for (var i = random.nextInt(atomic ? 4 : 2); i >= 0; i--) {
                operations.add(submission());
            }
            return new Message(atomic, operations);
        }

        private Submission submission() {
            var dice = random.nextInt(100);
            var before = sent.isEmpty() ? null : sent.get(random.nextInt(sent.size()));
            if (before != null && dice < 5) {
                return before; // delivered again
            }
            var id = new UUID(0x7000, random.nextLong());
            var key = before != null && dice < 15 ? before.idempotencyKey() : "key-" + sent.size();
            var command = before != null && dice < 10 ? before.command() : command();
            sent.add(LedgerFixture.submission(id, key, command));
            return sent.getLast();
        }

        private Command command() {
            var reference = random.nextInt(4) == 0 ? "R-" + random.nextInt(200) : null;
            var currency = currency();
            return switch (random.nextInt(5)) {
                case 0, 1 -> new Command.Deposit(account(currency), amount(), currency, reference, null, Map.of());
                case 2 -> new Command.Withdrawal(account(currency), amount(), currency, reference, null, Map.of());
                case 3 ->
                    new Command.Transfer(
                            account(currency), account(currency), null, amount(), currency, reference, null, Map.of());
                default -> new Command.Journal(lines(), reference, null, Map.of());
            };
        }

        /** Balanced, each currency by itself; an account may come twice. */
        private List<Command.Journal.Line> lines() {
            var lines = new ArrayList<Command.Journal.Line>();
            for (var i = random.nextInt(2); i >= 0; i--) {
                var currency = currency();
                var sum = BigDecimal.ZERO;
                for (var j = random.nextInt(3); j >= 0; j--) {
                    var amount = random.nextBoolean() ? amount() : amount().negated();
                    lines.add(new Command.Journal.Line(anyAccount(currency), amount, currency));
                    sum = sum.add(amount.value());
                }
                if (sum.signum() != 0) {
                    lines.add(new Command.Journal.Line(anyAccount(currency), new Amount(sum.negate()), currency));
                }
            }
            return lines;
        }

        private String anyAccount(String currency) {
            return random.nextInt(6) == 0
                    ? List.of("external:", "exchange:", "transit:").get(random.nextInt(3)) + currency
                    : account(currency);
        }

        /** Mostly one that fits. */
        private String account(String currency) {
            if (random.nextInt(10) == 0) {
                return ACCOUNTS.get(random.nextInt(ACCOUNTS.size()));
            }
            return switch (currency) {
                case "USD" -> "usd";
                case "JPY" -> "yen";
                default -> ACCOUNTS.get(random.nextInt(4));
            };
        }

        private String currency() {
            var dice = random.nextInt(40);
            return dice == 0 ? "nope" : dice < 4 ? "USD" : dice < 8 ? "JPY" : "EUR";
        }

        private Amount amount() {
            var scale = random.nextInt(20) == 0 ? 3 : random.nextInt(3);
            return new Amount(BigDecimal.valueOf(1 + random.nextInt(5_000), scale));
        }
    }

    /** The real rules between a store that keeps what they say. */
    private static final class Books {
        private final Map<String, Account> accounts = new HashMap<>();
        private final Map<UUID, Recorded> recorded = new LinkedHashMap<>();
        private final List<Transaction> transactions = new ArrayList<>();
        private Book.Head head = new Book.Head("t", "l", true, List.of(), 0, HashChain.genesis(), null);

        Books(Map<String, Model.Account> models) {
            models.forEach((id, model) -> {
                if (!id.contains(":")) {
                    accounts.put(
                            id,
                            new Account(
                                    id,
                                    model.currency,
                                    model.scale,
                                    AccountStatus.valueOf(model.status),
                                    model.floor == null ? null : new Amount(model.floor.setScale(model.scale)),
                                    new Amount(model.balance.setScale(model.scale)),
                                    Amount.zero(model.scale)));
                }
            });
        }

        List<List<Recorded>> apply(List<Message> messages) {
            var all =
                    messages.stream().flatMap(one -> one.operations().stream()).toList();
            var wanted = new TreeSet<String>();
            all.forEach(one -> wanted.addAll(one.accounts()));
            var loaded = wanted.stream()
                    .filter(accounts::containsKey)
                    .map(accounts::get)
                    .toList();
            var known = recorded.values().stream()
                    .filter(before -> all.stream().anyMatch(one -> isNamed(before, one)))
                    .toList();
            var book = new Book(head, loaded, known, LedgerFixture.NOW);
            var results = messages.stream()
                    .map(message -> message.atomic()
                            ? book.applyAtomically(message.operations())
                            : message.operations().stream().map(book::apply).toList())
                    .toList();
            results.forEach(list -> list.forEach(one -> recorded.putIfAbsent(one.operationId(), one)));
            book.touched().forEach(account -> accounts.put(account.id(), account));
            transactions.addAll(book.transactions());
            head = book.head();
            return results;
        }

        private static boolean isNamed(Recorded before, Submission now) {
            return before.operationId().equals(now.operationId())
                    || before.ownsKey() && before.idempotencyKey().equals(now.idempotencyKey())
                    || before.ownsReference()
                            && before.referenceId().equals(now.command().referenceId());
        }

        Map<String, BigDecimal> balances() {
            var balances = new HashMap<String, BigDecimal>();
            accounts.forEach(
                    (id, account) -> balances.put(id, account.balance().value().stripTrailingZeros()));
            return balances;
        }

        void mustHold(Model model) {
            var hash = HashChain.genesis();
            var sums = new HashMap<String, BigDecimal>();
            for (var i = 0; i < transactions.size(); i++) {
                var transaction = transactions.get(i);
                assertThat(transaction.sequence()).isEqualTo(i + 1);
                hash = HashChain.hash(hash, transaction);
                assertThat(transaction.hash()).isEqualTo(hash);
                var perCurrency = new HashMap<String, BigDecimal>();
                for (var entry : transaction.entries()) {
                    perCurrency.merge(entry.currency(), entry.amount().value(), BigDecimal::add);
                    var sum = sums.merge(entry.accountId(), entry.amount().value(), BigDecimal::add);
                    var before = model.initial.getOrDefault(entry.accountId(), BigDecimal.ZERO);
                    assertThat(entry.balanceAfter().value()).isEqualByComparingTo(sum.add(before));
                }
                assertThat(perCurrency.values()).allMatch(sum -> sum.signum() == 0);
            }
            assertThat(head.sequence()).isEqualTo(transactions.size());
            assertThat(head.hash()).isEqualTo(hash);
            accounts.values()
                    .forEach(account -> assertThat(
                                    account.floor() == null || account.balance().compareTo(account.floor()) >= 0)
                            .isTrue());
            var keys = recorded.values().stream().filter(Recorded::ownsKey).map(Recorded::idempotencyKey);
            assertThat(keys.toList()).doesNotHaveDuplicates();
            var references =
                    recorded.values().stream().filter(Recorded::ownsReference).map(Recorded::referenceId);
            assertThat(references.toList()).doesNotHaveDuplicates();
            assertThat(transactions).extracting(Transaction::operationId).doesNotHaveDuplicates();
        }
    }

    /** What the API promises, in the plainest way. */
    private static final class Model {
        private static final class Account {
            final String currency;
            final int scale;
            final String status;
            final BigDecimal floor;
            BigDecimal balance;

            Account(String currency, int scale, String status, String floor, String balance) {
                this.currency = currency;
                this.scale = scale;
                this.status = status;
                this.floor = floor == null ? null : new BigDecimal(floor);
                this.balance = new BigDecimal(balance);
            }
        }

        private record Line(String account, BigDecimal amount, String currency) {}

        private record Decided(UUID id, String code, UUID first, Map<String, BigDecimal> balances) {}

        final Map<String, Account> accounts = new HashMap<>(Map.of(
                "a", new Account("EUR", 2, "ACTIVE", "0", "0"),
                "b", new Account("EUR", 2, "ACTIVE", "-20", "0"),
                "c", new Account("EUR", 2, "ACTIVE", null, "0"),
                "d", new Account("EUR", 2, "ACTIVE", "10", "1000"),
                "usd", new Account("USD", 2, "ACTIVE", "0", "0"),
                "yen", new Account("JPY", 0, "ACTIVE", "0", "0"),
                "ice", new Account("EUR", 2, "FROZEN", "0", "50"),
                "gone", new Account("EUR", 2, "CLOSED", "0", "0")));
        final Map<String, BigDecimal> initial = balances();
        private final Map<UUID, Decided> decided = new HashMap<>();
        private final Map<String, Submission> keys = new HashMap<>();
        private final Map<String, UUID> references = new HashMap<>();

        Map<String, BigDecimal> balances() {
            var balances = new HashMap<String, BigDecimal>();
            accounts.forEach((id, account) -> balances.put(id, account.balance.stripTrailingZeros()));
            return balances;
        }

        void check(Message message, List<Recorded> actual) {
            assertThat(actual)
                    .extracting(Recorded::operationId)
                    .containsExactlyElementsOf(message.operations().stream()
                            .map(Submission::operationId)
                            .toList());
            if (!message.atomic()) {
                for (var i = 0; i < actual.size(); i++) {
                    decide(message.operations().get(i), actual.get(i));
                }
                return;
            }
            var fresh = message.operations().stream().anyMatch(one -> !decided.containsKey(one.operationId()));
            var cause = fresh ? cause(message.operations()) : -1;
            for (var i = 0; i < actual.size(); i++) {
                if (cause < 0) {
                    decide(message.operations().get(i), actual.get(i));
                } else {
                    refuse(message.operations().get(i), actual.get(i), i == cause, cause);
                }
            }
        }

        /** The index of the first operation of a batch that cannot be done behind those ahead of it, or -1. */
        private int cause(List<Submission> batch) {
            var trial = new HashMap<String, BigDecimal>();
            accounts.forEach((id, account) -> trial.put(id, account.balance));
            var trialKeys = new HashMap<String, Submission>();
            var trialReferences = new TreeSet<String>();
            for (var i = 0; i < batch.size(); i++) {
                var one = batch.get(i);
                var reference = one.command().referenceId();
                var same = decided.get(one.operationId());
                if (same != null) {
                    if (!same.code().equals("succeeded")) {
                        return i;
                    }
                    continue;
                }
                var owner = keys.getOrDefault(one.idempotencyKey(), trialKeys.get(one.idempotencyKey()));
                if (owner != null) {
                    var failed = decided.containsKey(owner.operationId())
                            && !decided.get(owner.operationId()).code().equals("succeeded");
                    if (failed || !owner.command().equals(one.command())) {
                        return i;
                    }
                    continue;
                }
                if (reference != null && (references.containsKey(reference) || !trialReferences.add(reference))) {
                    return i;
                }
                if (!reasons(one.command(), trial).isEmpty()) {
                    return i;
                }
                trialKeys.put(one.idempotencyKey(), one);
                lines(one.command()).forEach(line -> trial.merge(line.account(), line.amount(), BigDecimal::add));
            }
            return -1;
        }

        private void decide(Submission one, Recorded actual) {
            if (isKnown(one, actual)) {
                return;
            }
            var reasons = reasons(one.command(), null);
            if (!reasons.isEmpty()) {
                assertThat(reasons).contains(LedgerFixture.code(actual));
                remember(one, new Decided(one.operationId(), LedgerFixture.code(actual), null, Map.of()));
                return;
            }
            var touched = new LinkedHashSet<String>();
            for (var line : lines(one.command())) {
                var account = accounts.computeIfAbsent(
                        line.account(), id -> new Account(line.currency(), 9, "ACTIVE", null, "0"));
                account.balance = account.balance.add(line.amount());
                touched.add(line.account());
            }
            var after = new LinkedHashMap<String, BigDecimal>();
            touched.stream()
                    .filter(id -> !id.contains(":"))
                    .forEach(id -> after.put(id, accounts.get(id).balance.stripTrailingZeros()));
            var expected = new Decided(one.operationId(), "succeeded", null, after);
            same(expected, actual);
            remember(one, expected);
        }

        private void refuse(Submission one, Recorded actual, boolean isCause, int cause) {
            if (isKnown(one, actual)) {
                return;
            }
            if (isCause) {
                assertThat(LedgerFixture.code(actual)).isNotIn("succeeded", "batch_refused");
            } else {
                assertThat(LedgerFixture.code(actual)).isEqualTo("batch_refused");
                assertThat(LedgerFixture.problem(actual).item()).isEqualTo(cause);
            }
            remember(one, new Decided(one.operationId(), LedgerFixture.code(actual), null, Map.of()));
        }

        /** Whether what came before decides: the id, the key, the reference, in this order. */
        private boolean isKnown(Submission one, Recorded actual) {
            var same = decided.get(one.operationId());
            if (same != null) {
                same(same, actual);
                return true;
            }
            var owner = keys.get(one.idempotencyKey());
            if (owner != null) {
                var repeats = owner.command().equals(one.command());
                var first = decided.get(owner.operationId());
                var expected = repeats
                        ? new Decided(one.operationId(), first.code(), first.first(), first.balances())
                        : new Decided(one.operationId(), "idempotency_key_reused", owner.operationId(), Map.of());
                same(expected, actual);
                assertThat(actual.duplicateOf()).isEqualTo(repeats ? owner.operationId() : null);
                decided.put(one.operationId(), expected);
                return true;
            }
            var reference = one.command().referenceId();
            if (reference != null && references.containsKey(reference)) {
                var expected =
                        new Decided(one.operationId(), "duplicate_reference", references.get(reference), Map.of());
                same(expected, actual);
                remember(one, expected);
                return true;
            }
            return false;
        }

        private void remember(Submission one, Decided outcome) {
            decided.put(one.operationId(), outcome);
            keys.put(one.idempotencyKey(), one);
            if (one.command().referenceId() != null) {
                references.putIfAbsent(one.command().referenceId(), one.operationId());
            }
        }

        private static void same(Decided expected, Recorded actual) {
            assertThat(LedgerFixture.code(actual)).isEqualTo(expected.code());
            if (actual.outcome() instanceof Outcome.Succeeded succeeded) {
                var balances = new LinkedHashMap<String, BigDecimal>();
                for (Operation.Balance balance : succeeded.result().balances()) {
                    balances.put(
                            balance.accountId(), balance.balanceAfter().value().stripTrailingZeros());
                }
                assertThat(balances).containsExactlyEntriesOf(expected.balances());
            } else if (expected.first() != null) {
                assertThat(LedgerFixture.problem(actual).firstOperationId()).isEqualTo(expected.first());
            }
        }

        /** Every reason why it cannot be done; the API does not say which of them is told. */
        private Set<String> reasons(Command command, Map<String, BigDecimal> balances) {
            var reasons = new TreeSet<String>();
            var net = new HashMap<String, BigDecimal>();
            for (var line : lines(command)) {
                var ours = line.account().contains(":");
                var account = accounts.get(line.account());
                var scale = line.currency().equals("JPY") ? 0 : 2;
                if (ours && !List.of("EUR", "USD", "JPY").contains(line.currency())) {
                    reasons.add("currency_unknown");
                } else if (!ours && account == null) {
                    reasons.add("account_not_found");
                } else if (!ours && !account.currency.equals(line.currency())) {
                    reasons.add("currency_mismatch");
                } else if (line.amount().stripTrailingZeros().scale() > scale) {
                    reasons.add("amount_scale");
                }
                if (!ours && account != null && !account.status.equals("ACTIVE")) {
                    reasons.add("account_" + account.status.toLowerCase(Locale.ROOT));
                }
                net.merge(line.account(), line.amount(), BigDecimal::add);
            }
            net.forEach((id, change) -> {
                var account = accounts.get(id);
                if (account != null && account.floor != null && change.signum() < 0) {
                    var before = balances == null ? account.balance : balances.get(id);
                    if (before.add(change).compareTo(account.floor) < 0) {
                        reasons.add("insufficient_funds");
                    }
                }
            });
            return reasons;
        }

        private static List<Line> lines(Command command) {
            return switch (command) {
                case Command.Deposit d ->
                    Arrays.asList(
                            new Line(d.accountId(), d.amount().value(), d.currency()),
                            new Line(
                                    "external:" + d.currency(),
                                    d.amount().value().negate(),
                                    d.currency()));
                case Command.Withdrawal w ->
                    Arrays.asList(
                            new Line(w.accountId(), w.amount().value().negate(), w.currency()),
                            new Line("external:" + w.currency(), w.amount().value(), w.currency()));
                case Command.Transfer t ->
                    Arrays.asList(
                            new Line(t.fromAccountId(), t.amount().value().negate(), t.currency()),
                            new Line(t.toAccountId(), t.amount().value(), t.currency()));
                case Command.Journal j ->
                    j.postings().stream()
                            .map(line ->
                                    new Line(line.accountId(), line.amount().value(), line.currency()))
                            .toList();
                default -> throw new AssertionError(command);
            };
        }
    }
}
