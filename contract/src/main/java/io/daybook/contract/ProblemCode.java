package io.daybook.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Locale;

/** Every problem that Daybook answers with, and its HTTP status. The names are stable: clients decide by them. */
@Serdeable
public enum ProblemCode {
    MALFORMED_REQUEST(400, "The request is malformed"),
    IDEMPOTENCY_KEY_MISSING(400, "The request has no Idempotency-Key"),
    UNAUTHORIZED(401, "A valid bearer token is required"),
    FORBIDDEN(403, "The token does not allow this"),
    NOT_FOUND(404, "There is nothing here"),
    LEDGER_NOT_FOUND(404, "There is no such ledger"),
    ACCOUNT_NOT_FOUND(404, "There is no such account"),
    OPERATION_NOT_FOUND(404, "There is no such operation"),
    TRANSACTION_NOT_FOUND(404, "There is no such transaction"),
    HOLD_NOT_FOUND(404, "There is no such hold"),
    ACTION_ITEM_NOT_FOUND(404, "There is no such action item"),
    WEBHOOK_NOT_FOUND(404, "There is no such webhook"),
    METHOD_NOT_ALLOWED(405, "This method is not allowed here"),
    NOT_ACCEPTABLE(406, "No representation that you accept"),
    LEDGER_EXISTS(409, "Another ledger has this id"),
    ACCOUNT_EXISTS(409, "Another account has this id"),
    ACCOUNT_NOT_EMPTY(409, "The account is not empty"),
    LEDGER_HALTED(409, "The ledger stands still"),
    OPERATION_NOT_DEAD(409, "The operation is not dead"),
    WEBHOOK_DISABLED(409, "The webhook is disabled"),
    TOO_MANY_WEBHOOKS(409, "The tenant has as many webhooks as it may have"),
    VERSION_CONFLICT(409, "It has changed since the version that you have seen"),
    EVENTS_GONE(410, "The events are not kept any more"),
    PAYLOAD_TOO_LARGE(413, "The request is too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body must be application/json"),
    VALIDATION_FAILED(422, "The request is not valid"),
    IDEMPOTENCY_KEY_REUSED(422, "The idempotency key belongs to another request"),
    DUPLICATE_REFERENCE(422, "Another operation of the ledger has this reference"),
    CURRENCY_MISMATCH(422, "The account has another currency"),
    CURRENCY_UNKNOWN(422, "The ledger does not know this currency"),
    AMOUNT_SCALE(422, "The amount has more decimals than its currency"),
    AMOUNT_TOO_SMALL(422, "The amount is rounded to nothing"),
    INSUFFICIENT_FUNDS(422, "The account's funds do not suffice"),
    ACCOUNT_FROZEN(422, "The account is frozen"),
    ACCOUNT_CLOSED(422, "The account is closed"),
    HOLD_NOT_OPEN(422, "The hold is not open any more"),
    HOLD_EXPIRED(422, "The hold has expired"),
    HOLD_EXCEEDED(422, "There is less left on the hold"),
    NOT_REVERSIBLE(422, "The operation cannot be reversed"),
    ALREADY_REVERSED(422, "The operation has been reversed before"),
    TRANSITION_FORBIDDEN(422, "The action item cannot go from its status to this one"),
    BATCH_REFUSED(422, "Another operation of the atomic batch was refused"),
    TOO_MANY_REQUESTS(429, "Too many requests"),
    PROCESSING_FAILED(500, "The operation could not be processed"),
    INTERNAL_ERROR(500, "Something went wrong on our side"),
    UNAVAILABLE(503, "A service behind Daybook does not answer");

    private final int status;
    private final String title;

    ProblemCode(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    public String type() {
        return "urn:daybook:problem:" + this;
    }

    @Override
    @JsonValue
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
