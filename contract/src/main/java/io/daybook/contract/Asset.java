package io.daybook.contract;

import io.micronaut.serde.annotation.Serdeable;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Something that is counted: a code and how many decimals its amounts have.
 *
 * <p>The currencies of <a href="https://www.iso.org/iso-4217-currency-codes.html">ISO 4217</a> are known everywhere;
 * a ledger may declare others.
 */
@Serdeable
public record Asset(String code, int scale) {
    private static final Map<String, Asset> ISO_4217 = Currency.getAvailableCurrencies().stream()
            .filter(currency -> currency.getDefaultFractionDigits() >= 0)
            .map(currency -> new Asset(currency.getCurrencyCode(), currency.getDefaultFractionDigits()))
            .collect(Collectors.toUnmodifiableMap(Asset::code, asset -> asset));

    public static Optional<Asset> iso4217(String code) {
        return Optional.ofNullable(ISO_4217.get(code));
    }

    /** What a ledger with such assets of its own means by a code. */
    public static Optional<Asset> find(List<Asset> declared, String code) {
        return declared.stream()
                .filter(asset -> asset.code().equals(code))
                .findFirst()
                .or(() -> iso4217(code));
    }
}
