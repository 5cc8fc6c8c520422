package io.daybook.processor;

import io.daybook.contract.Identifiers;
import io.daybook.contract.LedgerResource;
import io.daybook.contract.ProblemCode;
import io.daybook.runtime.Caller;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.RawBody;
import io.daybook.runtime.Scopes;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.security.annotation.Secured;

/** Has a ledger stand still and go on. To ask for either again changes nothing. */
@Controller("/v1/ledgers/{ledgerId}")
@Secured(Scopes.ADMIN)
final class HaltsController {
    private static final String NO_REASON = "An operator has halted it";

    private final Parking parking;

    HaltsController(Parking parking) {
        this.parking = parking;
    }

    @Post(uri = "/halt", consumes = MediaType.APPLICATION_JSON)
    LedgerResource halt(Caller caller, @PathVariable String ledgerId, RawBody body) {
        mustBeLedgerId(ledgerId);
        var reason = body.readIfAny(in -> {
            var text = in.optional("reason", () -> Reason.read(in));
            return in.build(() -> text == null ? NO_REASON : text);
        });
        return parking.halt(caller.tenant(), ledgerId, reason, caller.subject());
    }

    @Post("/resume")
    @Consumes(MediaType.ALL)
    LedgerResource resume(Caller caller, @PathVariable String ledgerId) {
        mustBeLedgerId(ledgerId);
        return parking.resume(caller.tenant(), ledgerId);
    }

    private static void mustBeLedgerId(String ledgerId) {
        if (!Identifiers.isLedgerId(ledgerId)) {
            throw ProblemException.of(ProblemCode.LEDGER_NOT_FOUND, "There is no ledger with this id");
        }
    }
}
