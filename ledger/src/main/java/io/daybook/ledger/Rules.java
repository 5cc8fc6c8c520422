package io.daybook.ledger;

import static io.daybook.contract.Identifiers.external;
import static io.daybook.contract.Identifiers.transit;

import io.daybook.contract.Amount;
import io.daybook.contract.Command;
import io.daybook.contract.HoldStatus;
import io.daybook.contract.Identifiers;
import io.daybook.contract.Kind;
import io.daybook.contract.OperationStatus;
import io.daybook.contract.ProblemCode;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** What each kind of operation does to the ledgers. */
public final class Rules {
    /** They have moved nothing, or are the way back themselves. */
    private static final Set<Kind> IRREVERSIBLE =
            EnumSet.of(Kind.HOLD, Kind.RELEASE, Kind.REVERSAL, Kind.ACTION_ITEM, Kind.ACTION_ITEM_UPDATE);

    private Rules() {}

    /** What can be said ahead of how an operation will touch the accounts of the ledger that it is sent to. */
    public static List<Posting> foreseeable(Command command, String ledgerId) {
        return switch (command) {
            case Command.Outright outright -> postings(outright);
            case Command.Transfer transfer ->
                transfer.leaves(ledgerId) ? List.of(given(transfer)) : List.of(given(transfer), received(transfer));
            case Command.Exchange exchange -> foreseeable(exchange, ledgerId);
            case Command.Hold hold ->
                List.of(new Posting(hold.accountId(), hold.amount().negated(), hold.currency()));
            case Command.Capture c -> List.of();
            case Command.Release r -> List.of();
            case Command.Reversal r -> List.of();
            case Command.ActionItem i -> List.of();
            case Command.ActionItemUpdate u -> List.of();
        };
    }

    private static List<Posting> foreseeable(Command.Exchange exchange, String ledgerId) {
        var postings = new ArrayList<>(sale(exchange));
        if (exchange.buy() != null && !exchange.leaves(ledgerId)) {
            postings.addAll(purchase(exchange, exchange.buy()));
        }
        return postings;
    }

    /** The accounts that a command names, Daybook's own among them, in whatever ledger it is applied. */
    static List<String> accounts(Command command) {
        return switch (command) {
            case Command.Outright outright ->
                postings(outright).stream().map(Posting::accountId).toList();
            case Command.Transfer transfer ->
                List.of(transfer.fromAccountId(), transfer.toAccountId(), transit(transfer.currency()));
            case Command.Exchange exchange -> {
                var accounts = new ArrayList<>(List.of(
                        exchange.fromAccountId(),
                        exchange.toAccountId(),
                        Identifiers.exchange(exchange.sell().currency())));
                if (exchange.buy() != null) {
                    accounts.add(Identifiers.exchange(exchange.buy().currency()));
                }
                yield accounts;
            }
            case Command.Capture capture -> List.of(capture.toAccountId());
            case Command.Hold hold -> List.of(hold.accountId());
            case Command.Release r -> List.of();
            case Command.Reversal r -> List.of();
            case Command.ActionItem i -> List.of();
            case Command.ActionItemUpdate u -> List.of();
        };
    }

    /** What a command does to the ledger that it was sent to: all of it, or the hold of its first step. */
    static Change start(UUID operationId, Command command, Book book) {
        return switch (command) {
            case Command.Outright outright -> Change.posting(postings(outright));
            case Command.Transfer transfer -> transfer(operationId, transfer, book);
            case Command.Exchange exchange -> exchange(operationId, exchange, book);
            case Command.Hold hold -> hold(operationId, hold, book);
            case Command.Capture capture -> capture(capture, book);
            case Command.Release release -> release(openHold(release.holdId(), book), book);
            case Command.Reversal reversal -> reversal(operationId, reversal, book);
            case Command.ActionItem item ->
                Change.item(book.actionItem(operationId) // it was dead, and has left the item
                        .orElseGet(() -> ActionItem.open(operationId, item, book.now())));
            case Command.ActionItemUpdate update ->
                Change.item(book.actionItem(update.actionItemId())
                        .orElseThrow(() -> Refusal.of(
                                ProblemCode.ACTION_ITEM_NOT_FOUND,
                                "There is no action item %s in this ledger",
                                update.actionItemId()))
                        .update(update, book.now()));
        };
    }

    /** What an operation between two ledgers does to the other one. */
    static Change credit(Command.Crossing command, Book book) {
        return Change.posting(
                switch (command) {
                    case Command.Transfer transfer ->
                        List.of(
                                received(transfer),
                                new Posting(
                                        transit(transfer.currency()),
                                        transfer.amount().negated(),
                                        transfer.currency()));
                    case Command.Exchange exchange -> purchase(exchange, bought(exchange, book));
                    case Command.Reversal reversal ->
                        original(reversal.operationId(), book).opposite();
                });
    }

    /** What it takes at home, of what it holds there, when the other ledger has credited. */
    static Change capture(Command.Crossing command, Hold hold, Book book) {
        var postings = switch (command) {
            case Command.Transfer transfer ->
                List.of(
                        given(transfer),
                        new Posting(transit(transfer.currency()), transfer.amount(), transfer.currency()));
            case Command.Exchange exchange -> sale(exchange);
            case Command.Reversal reversal ->
                original(reversal.operationId(), book).opposite();
        };
        return Change.posting(postings).with(hold.capture(hold.remaining())).guardedBy(Change.Guard.NONE);
    }

    static Change release(Hold hold, Book book) {
        return Change.holding(hold.release(book.now())).guardedBy(Change.Guard.NONE);
    }

    /** The other ledger of an operation between two. */
    static String otherLedger(Command.Crossing command, Book book) {
        return command instanceof Command.Reversal reversal
                ? original(reversal.operationId(), book).ledgerId()
                : command.destination().orElseThrow();
    }

    private static List<Posting> postings(Command.Outright command) {
        return switch (command) {
            case Command.Deposit in ->
                List.of(
                        new Posting(in.accountId(), in.amount(), in.currency()),
                        new Posting(external(in.currency()), in.amount().negated(), in.currency()));
            case Command.Withdrawal out ->
                List.of(
                        new Posting(out.accountId(), out.amount().negated(), out.currency()),
                        new Posting(external(out.currency()), out.amount(), out.currency()));
            case Command.Journal journal ->
                journal.postings().stream()
                        .map(line -> new Posting(line.accountId(), line.amount(), line.currency()))
                        .toList();
        };
    }

    private static Change transfer(UUID operationId, Command.Transfer transfer, Book book) {
        if (transfer.leaves(book.ledgerId())) {
            return setAside(operationId, given(transfer), transfer.toLedgerId(), book);
        }
        if (transfer.toLedgerId() != null) { // otherwise its reader has seen to it
            mustDiffer(transfer.fromAccountId(), transfer.toAccountId());
        }
        return Change.posting(given(transfer), received(transfer));
    }

    private static Posting given(Command.Transfer transfer) {
        return new Posting(transfer.fromAccountId(), transfer.amount().negated(), transfer.currency());
    }

    private static Posting received(Command.Transfer transfer) {
        return new Posting(transfer.toAccountId(), transfer.amount(), transfer.currency());
    }

    private static Change exchange(UUID operationId, Command.Exchange exchange, Book book) {
        if (exchange.leaves(book.ledgerId())) {
            return setAside(operationId, sale(exchange).getFirst(), exchange.toLedgerId(), book);
        }
        var postings = new ArrayList<>(sale(exchange));
        postings.addAll(purchase(exchange, bought(exchange, book)).reversed());
        return Change.posting(postings).inSteps("sell", "buy");
    }

    private static List<Posting> sale(Command.Exchange exchange) {
        var sell = exchange.sell();
        return List.of(
                new Posting(exchange.fromAccountId(), sell.amount().negated(), sell.currency()),
                new Posting(Identifiers.exchange(sell.currency()), sell.amount(), sell.currency()));
    }

    private static List<Posting> purchase(Command.Exchange exchange, Command.Money buy) {
        return List.of(
                new Posting(exchange.toAccountId(), buy.amount(), buy.currency()),
                new Posting(Identifiers.exchange(buy.currency()), buy.amount().negated(), buy.currency()));
    }

    /** By the rate: the product, rounded half-even to the decimals of the account in which it arrives. */
    private static Command.Money bought(Command.Exchange exchange, Book book) {
        if (exchange.buy() != null) {
            return exchange.buy();
        }
        var account = book.account(exchange.toAccountId());
        if (account.currency().equals(exchange.sell().currency())) {
            throw Refusal.of(
                    ProblemCode.CURRENCY_MISMATCH,
                    "The account %s is in %s, which is what is sold",
                    account.id(),
                    account.currency());
        }
        var product = exchange.sell().amount().value().multiply(exchange.rate().value());
        var amount = new Amount(product.setScale(account.scale(), RoundingMode.HALF_EVEN));
        if (amount.signum() == 0) {
            throw Refusal.of(
                    ProblemCode.AMOUNT_TOO_SMALL,
                    "%s %s at %s are less than the least amount of %s",
                    exchange.sell().amount(),
                    exchange.sell().currency(),
                    exchange.rate(),
                    account.currency());
        }
        return new Command.Money(amount, account.currency());
    }

    private static Change hold(UUID operationId, Command.Hold hold, Book book) {
        var account = book.account(hold.accountId());
        var amount = account.accept(hold.amount(), hold.currency());
        var made = Hold.open(operationId, account, amount, hold.expiresAt(), false);
        if (made.hasExpired(book.now())) {
            throw Refusal.of(ProblemCode.HOLD_EXPIRED, "The hold would have expired at %s", hold.expiresAt());
        }
        return Change.holding(made);
    }

    /** What the account is to give, until the other ledger has said whether it takes it. */
    private static Change setAside(UUID operationId, Posting given, String ledgerId, Book book) {
        var account = book.account(given.accountId());
        var amount = account.accept(given.amount().negated(), given.currency());
        return Change.holding(Hold.open(operationId, account, amount, null, true))
                .goingOnIn(ledgerId);
    }

    private static Change capture(Command.Capture capture, Book book) {
        var hold = openHold(capture.holdId(), book);
        if (hold.hasExpired(book.now())) {
            throw Refusal.of(ProblemCode.HOLD_EXPIRED, "The hold has expired at %s", hold.expiresAt());
        }
        mustDiffer(hold.accountId(), capture.toAccountId());
        var amount = capture.amount() == null
                ? hold.remaining()
                : book.account(hold.accountId()).accept(capture.amount(), hold.currency());
        if (amount.compareTo(hold.remaining()) > 0) {
            throw Refusal.of(ProblemCode.HOLD_EXCEEDED, "The hold has %s %s left", hold.remaining(), hold.currency());
        }
        return Change.posting(
                        new Posting(hold.accountId(), amount.negated(), hold.currency()),
                        new Posting(capture.toAccountId(), amount, hold.currency()))
                .with(hold.capture(amount));
    }

    private static Hold openHold(UUID id, Book book) {
        var hold = book.hold(id)
                .filter(one -> !one.saga())
                .orElseThrow(() -> Refusal.of(ProblemCode.HOLD_NOT_FOUND, "There is no hold %s in this ledger", id));
        if (hold.status() == HoldStatus.EXPIRED) {
            throw Refusal.of(ProblemCode.HOLD_EXPIRED, "The hold has expired at %s", hold.expiresAt());
        }
        if (hold.status() != HoldStatus.OPEN) {
            throw Refusal.of(ProblemCode.HOLD_NOT_OPEN, "The hold is %s", hold.status());
        }
        return hold;
    }

    private static Change reversal(UUID operationId, Command.Reversal reversal, Book book) {
        var original = original(reversal.operationId(), book);
        if (!original.reversibleIn().equals(book.ledgerId())) {
            throw original.ledgerId().equals(book.ledgerId())
                    ? Refusal.of(
                            ProblemCode.NOT_REVERSIBLE,
                            "What it has moved is in the ledger %s, which has to give it back",
                            original.reversibleIn())
                    : notFound(reversal.operationId());
        }
        if (original.reversedBy() != null && !original.reversedBy().equals(operationId)) {
            throw Refusal.of(ProblemCode.ALREADY_REVERSED, "The operation %s has reversed it", original.reversedBy())
                    .naming(original.reversedBy());
        }
        if (IRREVERSIBLE.contains(original.command().kind())) {
            throw Refusal.of(
                    ProblemCode.NOT_REVERSIBLE,
                    "A %s is not reversed",
                    original.command().kind());
        }
        if (original.status() != OperationStatus.SUCCEEDED
                || original.postings().isEmpty()) {
            throw Refusal.of(ProblemCode.NOT_REVERSIBLE, "It has moved nothing that could be moved back");
        }
        var guard = reversal.force() ? Change.Guard.FORCED : Change.Guard.STRICT;
        var change = original.crosses()
                ? setAside(operationId, clientsPart(original.opposite()), original.ledgerId(), book)
                : Change.posting(original.opposite());
        return change.guardedBy(guard).reversing(original.operationId());
    }

    private static Posting clientsPart(List<Posting> postings) {
        return postings.stream()
                .filter(one -> !Identifiers.isReserved(one.accountId()))
                .findFirst()
                .orElseThrow();
    }

    private static Original original(UUID id, Book book) {
        return book.original(id).orElseThrow(() -> notFound(id));
    }

    private static Refusal notFound(UUID id) {
        return Refusal.of(ProblemCode.OPERATION_NOT_FOUND, "There is no operation %s in this ledger", id);
    }

    private static void mustDiffer(String from, String to) {
        if (from.equals(to)) {
            throw Refusal.of(ProblemCode.VALIDATION_FAILED, "The account %s cannot both give and take", from);
        }
    }
}
