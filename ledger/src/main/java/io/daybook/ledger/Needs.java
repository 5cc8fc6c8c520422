package io.daybook.ledger;

import io.daybook.contract.Command;
import io.daybook.contract.Identifiers;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that a {@link Book} has to be given to decide some submissions, so that it can be loaded in a fixed number of
 * statements: first what is asked for by ids, then {@link #accounts}, then {@link #exchangeAccounts}.
 */
public record Needs(List<Submission> submissions) {

    /** Of operations: they themselves, and those that repeat them. */
    public Set<UUID> operations() {
        return ids(one -> Stream.of(one.operationId()));
    }

    public Set<String> idempotencyKeys() {
        return all(one -> Stream.of(one.idempotencyKey()));
    }

    public Set<String> references() {
        return all(one -> Stream.of(one.command().referenceId()));
    }

    public Set<UUID> holds() {
        return ids(one -> switch (one.command()) {
            case Command.Capture capture -> Stream.of(capture.holdId());
            case Command.Release release -> Stream.of(release.holdId());
            default -> mayCross(one) ? Stream.of(one.operationId()) : Stream.of();
        });
    }

    /** The operations whose steps in this ledger have to be known. */
    public Set<UUID> steps() {
        return ids(one -> mayCross(one) ? Stream.of(one.operationId()) : Stream.of());
    }

    /** The operations that are to be reversed, of whatever ledger of the tenant, with their postings in this one. */
    public Set<UUID> originals() {
        return ids(one ->
                one.command() instanceof Command.Reversal reversal ? Stream.of(reversal.operationId()) : Stream.of());
    }

    public Set<UUID> actionItems() {
        return ids(one -> switch (one.command()) {
            case Command.ActionItem item -> Stream.of(one.operationId());
            case Command.ActionItemUpdate update -> Stream.of(update.actionItemId());
            default -> Stream.of();
        });
    }

    public Set<String> accounts(Collection<Hold> holds, Collection<Original> originals) {
        var accounts = all(one -> one.accounts().stream());
        holds.forEach(hold -> accounts.add(hold.accountId()));
        originals.forEach(original -> original.postings().forEach(posting -> accounts.add(posting.accountId())));
        return accounts;
    }

    /** Those through which is bought what a rate and an account's currency say; they add to {@link #accounts}. */
    public Set<String> exchangeAccounts(Collection<Account> accounts) {
        var buyers = all(one -> one.command() instanceof Command.Exchange exchange && exchange.buy() == null
                ? Stream.of(exchange.toAccountId())
                : Stream.of());
        return accounts.stream()
                .filter(account -> buyers.contains(account.id()))
                .map(account -> Identifiers.exchange(account.currency()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static boolean mayCross(Submission one) {
        return one.step() != null
                || one.command().destination().isPresent()
                || one.command() instanceof Command.Reversal;
    }

    private Set<UUID> ids(Function<Submission, Stream<UUID>> ids) {
        return all(ids);
    }

    private <T> Set<T> all(Function<Submission, Stream<T>> values) {
        return submissions.stream()
                .flatMap(values)
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
