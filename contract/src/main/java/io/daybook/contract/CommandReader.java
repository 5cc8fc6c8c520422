package io.daybook.contract;

import io.daybook.contract.Command.Deposit;
import io.daybook.contract.Command.Journal;
import io.daybook.contract.Command.Transfer;
import io.daybook.contract.Command.Withdrawal;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;

/** Reads commands from the fields of a request, of an item of a batch or of a queue message: one way for all. */
public final class CommandReader {
    private CommandReader() {}

    public static Command read(Kind kind, Fields in) {
        return switch (kind) {
            case DEPOSIT -> deposit(in);
            case WITHDRAWAL -> withdrawal(in);
            case TRANSFER -> transfer(in);
            case JOURNAL -> journal(in);
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
        if (from != null && from.equals(to)) {
            in.error("to_account_id", "must be another account than from_account_id");
        }
        var amount = in.positiveAmount("amount");
        var currency = in.currency("currency");
        var reference = in.referenceId();
        var description = in.description();
        var metadata = in.metadata();
        return in.build(() -> new Transfer(from, to, amount, currency, reference, description, metadata));
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
