package io.daybook.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What Redis knows of a ledger so that intake can refuse at once what cannot succeed: one hash with a field for the
 * ledger and one for each account. It may be old by some seconds, or gone: whoever reads it must do without.
 */
public final class ReadModel {
    /** The field of the ledger itself; no account id can be that. */
    public static final String LEDGER_FIELD = "@";

    /** The field of a tenant's ledgers that says that a ledger without a field does not exist. */
    public static final String COMPLETE_FIELD = "@";

    private ReadModel() {}

    /** @param complete an account that has no field does not exist */
    public record Ledger(boolean complete, List<Asset> assets) {
        @Override
        public String toString() {
            return (complete ? "complete" : "partial")
                    + assets.stream()
                            .map(asset -> " " + asset.code() + "=" + asset.scale())
                            .collect(Collectors.joining());
        }

        public static Ledger parse(String text) {
            var parts = text.split(" ");
            var assets = new ArrayList<Asset>();
            for (var i = 1; i < parts.length; i++) {
                var asset = parts[i].split("=");
                assets.add(new Asset(asset[0], Integer.parseInt(asset[1])));
            }
            return new Ledger(parts[0].equals("complete"), List.copyOf(assets));
        }
    }

    /** @param version of the account: the higher one is the newer */
    public record Account(long version, AccountStatus status, String currency) {
        @Override
        public String toString() {
            return version + " " + status + " " + currency;
        }

        public static Account parse(String text) {
            var parts = text.split(" ");
            return new Account(
                    Long.parseLong(parts[0]), AccountStatus.valueOf(parts[1].toUpperCase(Locale.ROOT)), parts[2]);
        }
    }
}
