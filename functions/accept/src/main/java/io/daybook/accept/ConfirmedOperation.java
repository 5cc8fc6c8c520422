package io.daybook.accept;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.daybook.contract.Amount;
import io.daybook.contract.Operation;
import io.micronaut.serde.annotation.Serdeable;
import io.micronaut.serde.config.naming.SnakeCaseStrategy;

/**
 * The body of {@code 200 OK} to a client that waited: the operation, and what is left on the first account it touched.
 */
@Serdeable(naming = SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record ConfirmedOperation(
        @JsonUnwrapped Operation operation, @JsonUnwrapped Subject subject, Amount balanceAfter) {

    static ConfirmedOperation of(Operation operation) {
        var balances = operation.result().balances();
        return new ConfirmedOperation(
                operation,
                Subject.of(operation),
                balances.isEmpty() ? null : balances.getFirst().balanceAfter());
    }
}
