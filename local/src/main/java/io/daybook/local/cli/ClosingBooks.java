package io.daybook.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A ledger's books as the API shows them, held against what they must come to.
 *
 * @param sums of all balances by currency; zero in books that hold
 * @param differences accounts whose balance is not the expected one
 */
record ClosingBooks(
        String ledgerId,
        SortedMap<String, Balance> balances,
        SortedMap<String, BigDecimal> sums,
        List<String> differences,
        Audit audit) {
    record Balance(String currency, BigDecimal amount) {}

    static ClosingBooks of(Client client, String ledgerId, JsonNode expected) {
        var balances = new TreeMap<String, Balance>();
        client.accounts(
                ledgerId,
                account -> balances.put(
                        account.path("account_id").asText(),
                        new Balance(
                                account.path("currency").asText(),
                                new BigDecimal(account.path("balance").asText("0")))));
        var sums = new TreeMap<String, BigDecimal>();
        balances.values().forEach(balance -> sums.merge(balance.currency(), balance.amount(), BigDecimal::add));
        return new ClosingBooks(ledgerId, balances, sums, differences(balances, expected), Audit.of(client, ledgerId));
    }

    boolean sumToZero() {
        return sums.values().stream().allMatch(sum -> sum.signum() == 0);
    }

    boolean hold() {
        return sumToZero() && differences.isEmpty() && audit.holds();
    }

    private static List<String> differences(SortedMap<String, Balance> balances, JsonNode expected) {
        var differences = new ArrayList<String>();
        expected.properties().forEach(entry -> {
            var must = entry.getValue().path("balance").asText();
            var is = balances.get(entry.getKey());
            if (is == null) {
                differences.add(entry.getKey() + " must have " + must + " and is not there");
            } else if (!is.amount().toPlainString().equals(must)) {
                differences.add(entry.getKey() + " must have " + must + " and has "
                        + is.amount().toPlainString());
            }
        });
        balances.keySet().stream()
                .filter(accountId -> !expected.has(accountId))
                .forEach(accountId -> differences.add(accountId + " is not expected"));
        return List.copyOf(differences);
    }
}
