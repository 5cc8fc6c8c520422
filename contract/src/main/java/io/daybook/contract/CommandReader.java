package io.daybook.contract;

import io.daybook.contract.Command.ActionItem;
import io.daybook.contract.Command.ActionItemUpdate;
import io.daybook.contract.Command.Capture;
import io.daybook.contract.Command.Deposit;
import io.daybook.contract.Command.Exchange;
import io.daybook.contract.Command.Hold;
import io.daybook.contract.Command.Journal;
import io.daybook.contract.Command.Money;
import io.daybook.contract.Command.Release;
import io.daybook.contract.Command.Reversal;
import io.daybook.contract.Command.Transfer;
import io.daybook.contract.Command.Withdrawal;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Stream;

/** Reads commands from the fields of a request, of an item of a batch or of a queue message: one way for all. */
public final class CommandReader {
    private CommandReader() {}

    public static Command read(Kind kind, Fields in) {
        return switch (kind) {
            case DEPOSIT -> deposit(in);
            case WITHDRAWAL -> withdrawal(in);
            case TRANSFER -> transfer(in);
            case EXCHANGE -> exchange(in);
            case JOURNAL -> journal(in);
            case HOLD -> hold(in);
            case CAPTURE -> capture(in);
            case RELEASE -> release(in);
            case REVERSAL -> reversal(in);
            case ACTION_ITEM -> actionItem(in);
            case ACTION_ITEM_UPDATE -> actionItemUpdate(in);
        };
    }

    private static Deposit deposit(Fields in) {
        var account = clientAccount("account_id", in);
        var amount = in.positiveAmount("amount");
        var currency = in.currency("currency");
        var reference = in.referenceId();
        var description = in.description();
        var metadata = in.metadata();
        return in.build(() -> new Deposit(account, amount, currency, reference, description, metadata));
    }

    private static Withdrawal withdrawal(Fields in) {
        var account = clientAccount("account_id", in);
        var amount = in.positiveAmount("amount");
        var currency = in.currency("currency");
        var reference = in.referenceId();
        var description = in.description();
        var metadata = in.metadata();
        return in.build(() -> new Withdrawal(account, amount, currency, reference, description, metadata));
    }

    private static Transfer transfer(Fields in) {
        var from = clientAccount("from_account_id", in);
        var to = clientAccount("to_account_id", in);
        var ledger = destination(from, to, in);
        var amount = in.positiveAmount("amount");
        var currency = in.currency("currency");
        var reference = in.referenceId();
        var description = in.description();
        var metadata = in.metadata();
        return in.build(() -> new Transfer(from, to, ledger, amount, currency, reference, description, metadata));
    }

    private static Exchange exchange(Fields in) {
        var from = clientAccount("from_account_id", in);
        var to = clientAccount("to_account_id", in);
        var ledger = destination(from, to, in);
        var sell = money(in.object("sell"));
        var buy = in.optional("buy", () -> money(in.object("buy")));
        var rate = in.optional("rate", () -> in.positiveAmount("rate"));
        if (in.has("buy") == in.has("rate")) {
            in.error("buy", "is required, or rate, and not both");
        }
        if (sell != null && buy != null && sell.currency().equals(buy.currency())) {
            in.error("buy", "must be in another currency than sell");
        }
        var reference = in.referenceId();
        var description = in.description();
        var metadata = in.metadata();
        return in.build(() -> new Exchange(from, to, ledger, sell, buy, rate, reference, description, metadata));
    }

    private static Money money(Fields in) {
        var amount = in.positiveAmount("amount");
        var currency = in.currency("currency");
        return in.build(() -> new Money(amount, currency));
    }

    private static Hold hold(Fields in) {
        var account = clientAccount("account_id", in);
        var amount = in.positiveAmount("amount");
        var currency = in.currency("currency");
        var expiresAt = in.optional("expires_at", () -> in.moment("expires_at"));
        var reference = in.referenceId();
        var description = in.description();
        var metadata = in.metadata();
        return in.build(() -> new Hold(account, amount, currency, expiresAt, reference, description, metadata));
    }

    private static Capture capture(Fields in) {
        var holdId = in.daybookId("hold_id");
        var amount = in.optional("amount", () -> in.positiveAmount("amount"));
        var to = clientAccount("to_account_id", in);
        var reference = in.referenceId();
        var description = in.description();
        var metadata = in.metadata();
        return in.build(() -> new Capture(holdId, amount, to, reference, description, metadata));
    }

    private static Release release(Fields in) {
        var holdId = in.daybookId("hold_id");
        var reference = in.referenceId();
        var description = in.description();
        var metadata = in.metadata();
        return in.build(() -> new Release(holdId, reference, description, metadata));
    }

    private static Reversal reversal(Fields in) {
        var operationId = in.daybookId("operation_id");
        var force = in.flag("force", false);
        var reference = in.referenceId();
        var description = in.description();
        var metadata = in.metadata();
        return in.build(() -> new Reversal(operationId, force, reference, description, metadata));
    }

    private static ActionItem actionItem(Fields in) {
        var title = line("title", ActionItem.TITLE_LENGTH_MAX, in);
        var details = in.optional("details", () -> details(in));
        var assignee = in.optional("assignee", () -> line("assignee", ActionItem.ASSIGNEE_LENGTH_MAX, in));
        var dueAt = in.optional("due_at", () -> in.moment("due_at"));
        var operationId = in.optional("operation_id", () -> in.daybookId("operation_id"));
        var reference = in.referenceId();
        return in.build(() -> new ActionItem(title, details, assignee, dueAt, operationId, reference));
    }

    private static ActionItemUpdate actionItemUpdate(Fields in) {
        var id = in.daybookId("action_item_id");
        var status = in.choice("status", false, List.of(ActionItemStatus.values()));
        var version = in.optional("version", () -> in.integer("version", 1, Integer.MAX_VALUE));
        var title = in.optional("title", () -> line("title", ActionItem.TITLE_LENGTH_MAX, in));
        var details = in.optional("details", () -> details(in));
        var assignee = in.optional("assignee", () -> line("assignee", ActionItem.ASSIGNEE_LENGTH_MAX, in));
        var dueAt = in.optional("due_at", () -> in.moment("due_at"));
        if (Stream.of("status", "title", "details", "assignee", "due_at").noneMatch(in::has)) {
            in.error("status", "is required, or another field to change");
        }
        var reference = in.referenceId();
        return in.build(() ->
                new ActionItemUpdate(id, status.orElse(null), version, title, details, assignee, dueAt, reference));
    }

    private static String line(String name, int lengthMax, Fields in) {
        return in.text(
                name,
                text -> !text.isBlank() && text.length() <= lengthMax && Fields.isPrintable(text),
                "must have 1 to " + lengthMax + " printable characters");
    }

    private static String details(Fields in) {
        return in.text(
                "details",
                text -> !text.isEmpty() && text.length() <= ActionItem.DETAILS_LENGTH_MAX && Fields.isPrintable(text),
                "must have 1 to " + ActionItem.DETAILS_LENGTH_MAX + " printable characters");
    }

    /** Accounts of one name in two ledgers are two accounts. */
    private static String destination(String from, String to, Fields in) {
        var ledger = in.optional("to_ledger_id", () -> in.ledgerId("to_ledger_id"));
        if (from != null && from.equals(to) && !in.has("to_ledger_id")) {
            in.error("to_account_id", "must be another account than from_account_id");
        }
        return ledger;
    }

    private static Journal journal(Fields in) {
        var lines = in.list("postings", 2, Journal.LINES_MAX, line -> {
            var account = line.accountId("account_id");
            var amount = line.nonZeroAmount("amount");
            var currency = line.currency("currency");
            return line.build(() -> new Journal.Line(account, amount, currency));
        });
        var reference = in.referenceId();
        var description = in.description();
        var metadata = in.metadata();
        return in.build(() -> {
            mustBalance(lines, in);
            return new Journal(lines, reference, description, metadata);
        });
    }

    private static void mustBalance(List<Journal.Line> lines, Fields in) {
        var sums = new HashMap<String, BigDecimal>();
        lines.forEach(line -> sums.merge(line.currency(), line.amount().value(), BigDecimal::add));
        sums.forEach((currency, sum) -> {
            if (sum.signum() != 0) {
                in.error("postings", "must sum to zero, and sum to %s %s".formatted(sum.toPlainString(), currency));
            }
        });
    }

    private static String clientAccount(String name, Fields in) {
        var account = in.accountId(name);
        if (account != null && Identifiers.isReserved(account)) {
            in.error(name, "is an account of Daybook's own");
            return null;
        }
        return account;
    }
}
