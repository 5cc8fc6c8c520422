package io.daybook.contract;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** What names that clients choose look like. */
public final class Identifiers {
    public static final int LEDGER_ID_LENGTH_MAX = 63;
    public static final int TENANT_LENGTH_MAX = 63;
    public static final int ACCOUNT_ID_LENGTH_MAX = 128;
    public static final int REFERENCE_ID_LENGTH_MAX = 255;
    public static final int IDEMPOTENCY_KEY_LENGTH_MAX = 255;
    public static final int SUBJECT_LENGTH_MAX = 255;

    static final String SHAPE = "[A-Za-z0-9][A-Za-z0-9_.:-]*";

    private static final int UUID_LENGTH = 36;
    private static final Pattern IDENTIFIER = Pattern.compile(SHAPE);
    private static final Pattern CURRENCY = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,31}");
    private static final Pattern IDEMPOTENCY_KEY = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?");
    private static final List<String> RESERVED = List.of("external:", "exchange:", "transit:");

    private Identifiers() {}

    public static boolean isLedgerId(String text) {
        return text.length() <= LEDGER_ID_LENGTH_MAX && IDENTIFIER.matcher(text).matches();
    }

    public static boolean isTenant(String text) {
        return text.length() <= TENANT_LENGTH_MAX && IDENTIFIER.matcher(text).matches();
    }

    public static boolean isAccountId(String text) {
        return text.length() <= ACCOUNT_ID_LENGTH_MAX
                && IDENTIFIER.matcher(text).matches();
    }

    public static boolean isCurrency(String text) {
        return CURRENCY.matcher(text).matches();
    }

    /** Printable ASCII, as a header can carry it. */
    public static boolean isIdempotencyKey(String text) {
        return text.length() <= IDEMPOTENCY_KEY_LENGTH_MAX
                && IDEMPOTENCY_KEY.matcher(text).matches();
    }

    /** Who asks, as the {@code sub} of a token may say. */
    public static boolean isSubject(String text) {
        return !text.isBlank() && text.length() <= SUBJECT_LENGTH_MAX && Fields.isPrintable(text);
    }

    /** An account that is Daybook's own: made when first needed, without a floor. */
    public static boolean isReserved(String accountId) {
        return RESERVED.stream().anyMatch(accountId::startsWith);
    }

    /** The currency in the name of one of Daybook's own accounts. */
    public static String currencyOfReserved(String accountId) {
        return accountId.substring(accountId.indexOf(':') + 1);
    }

    /** The account that stands for the world outside the ledger. */
    public static String external(String currency) {
        return "external:" + currency;
    }

    /** The account through which a currency is changed into others. */
    public static String exchange(String currency) {
        return "exchange:" + currency;
    }

    /** The account that stands for what is on its way between two ledgers; over all ledgers it sums to zero at rest. */
    public static String transit(String currency) {
        return "transit:" + currency;
    }

    /** The text as an identifier that Daybook has made; nothing if it is none. */
    public static Optional<UUID> daybookId(String text) {
        try {
            return text.length() == UUID_LENGTH
                    ? Optional.of(UUID.fromString(text)).filter(id -> id.version() == 7)
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
