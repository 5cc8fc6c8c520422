package io.daybook.store;

import io.daybook.contract.Amount;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/** Reads and writes the types that JDBC does not know. */
final class Rows {
    private Rows() {}

    /** One row of a result. */
    @FunctionalInterface
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    static <T> List<T> list(PreparedStatement statement, Reader<T> reader) throws SQLException {
        try (var rows = statement.executeQuery()) {
            var list = new ArrayList<T>();
            while (rows.next()) {
                list.add(reader.read(rows));
            }
            return list;
        }
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    static OffsetDateTime time(Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    /** As fine as PostgreSQL keeps times; finer ones it would round. */
    static Instant micros(Instant instant) {
        return instant == null ? null : instant.truncatedTo(ChronoUnit.MICROS);
    }

    /** One with more digits than it can have was not written here, and keeps them, to be found. */
    static Amount amount(ResultSet row, String column, int scale) throws SQLException {
        var value = row.getBigDecimal(column);
        if (value == null) {
            return null;
        }
        return new Amount(
                value.scale() <= scale
                        ? value.setScale(scale)
                        : value.setScale(
                                Math.max(scale, value.stripTrailingZeros().scale())));
    }

    /** Sets one parameter to an array with a value of each element. */
    static <T> void array(
            PreparedStatement statement, int parameter, String type, Collection<T> elements, Function<T, ?> value)
            throws SQLException {
        var array = elements.stream().map(value).toArray(size -> array(type, size));
        statement.setArray(parameter, statement.getConnection().createArrayOf(type, array));
    }

    /** The driver sends arrays in binary whose Java type it knows; others it has to write, and quote, as text. */
    private static Object[] array(String type, int size) {
        return switch (type) {
            case "text" -> new String[size];
            case "bigint" -> new Long[size];
            case "integer" -> new Integer[size];
            case "boolean" -> new Boolean[size];
            case "bytea" -> new byte[size][];
            default -> new Object[size];
        };
    }
}
