package io.daybook.processor;

import io.daybook.contract.AccountResource;
import io.daybook.contract.AccountStatus;
import io.daybook.contract.AccountType;
import io.daybook.contract.Amount;
import io.daybook.contract.Asset;
import io.daybook.contract.Fields;
import io.daybook.contract.Identifiers;
import io.daybook.contract.LedgerResource;
import io.daybook.runtime.Caller;
import io.daybook.runtime.RawBody;
import io.daybook.runtime.Scopes;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.security.annotation.Secured;
import java.util.HashSet;
import java.util.List;

/** Opens ledgers and accounts and changes what they are, within the request. */
@Controller("/v1/ledgers")
@Secured(Scopes.WRITE)
final class LedgersController {
    private static final int NAME_LENGTH_MAX = 200;
    private static final int ASSETS_MAX = 100;

    private final Registry registry;

    LedgersController(Registry registry) {
        this.registry = registry;
    }

    @Post(consumes = MediaType.APPLICATION_JSON)
    HttpResponse<LedgerResource> openLedger(Caller caller, RawBody body) {
        var opened = registry.openLedger(caller.tenant(), body.read(LedgersController::ledger));
        return answer(opened, "/v1/ledgers/" + opened.resource().ledgerId());
    }

    @Post(uri = "/{ledgerId}/accounts", consumes = MediaType.APPLICATION_JSON)
    HttpResponse<AccountResource> openAccount(Caller caller, @PathVariable String ledgerId, RawBody body) {
        var opened = registry.openAccount(caller.tenant(), ledgerId, body.read(LedgersController::account));
        return answer(
                opened,
                "/v1/ledgers/%s/accounts/%s"
                        .formatted(ledgerId, opened.resource().accountId()));
    }

    @Patch(uri = "/{ledgerId}/accounts/{accountId}", consumes = MediaType.APPLICATION_JSON)
    AccountResource changeAccount(
            Caller caller, @PathVariable String ledgerId, @PathVariable String accountId, RawBody body) {
        AccountStatus status = body.read(in -> {
            var wanted = in.choice("status", true, List.of(AccountStatus.values()));
            return in.build(wanted::orElseThrow);
        });
        return registry.changeStatus(caller.tenant(), ledgerId, accountId, status);
    }

    private static <T> HttpResponse<T> answer(Registry.Opened<T> opened, String location) {
        return opened.isNew()
                ? HttpResponse.created(opened.resource()).header(HttpHeaders.LOCATION, location)
                : HttpResponse.ok(opened.resource());
    }

    private static LedgerResource ledger(Fields in) {
        var ledgerId = in.ledgerId("ledger_id");
        var name = in.text(
                "name",
                text -> !text.isBlank() && text.length() <= NAME_LENGTH_MAX && Fields.isPrintable(text),
                "must have 1 to 200 printable characters");
        var assets = in.has("assets") ? in.list("assets", 0, ASSETS_MAX, LedgersController::asset) : noAssets(in);
        var codes = new HashSet<String>();
        assets.stream()
                .filter(asset -> asset != null && !codes.add(asset.code()))
                .forEach(asset -> in.error("assets", "declares " + asset.code() + " twice"));
        var onDeadLetter = in.choice("on_dead_letter", false, List.of("continue", "halt"));
        return in.build(() -> LedgerResource.opened(ledgerId, name, assets, onDeadLetter.orElse("continue"), null));
    }

    private static List<Asset> noAssets(Fields in) {
        in.optional("assets", () -> null);
        return List.of();
    }

    private static Asset asset(Fields in) {
        var code = in.currency("code");
        var scale = in.integer("scale", 0, Amount.SCALE_MAX);
        if (code != null
                && scale != null
                && Asset.iso4217(code).filter(known -> known.scale() != scale).isPresent()) {
            in.error(
                    "scale",
                    "%s has %d decimals by ISO 4217"
                            .formatted(code, Asset.iso4217(code).orElseThrow().scale()));
        }
        return in.build(() -> new Asset(code, scale));
    }

    private static AccountResource account(Fields in) {
        var accountId = in.accountId("account_id");
        if (accountId != null && Identifiers.isReserved(accountId)) {
            in.error("account_id", "is an account of Daybook's own");
        }
        var currency = in.currency("currency");
        var type = in.choice("type", true, List.of(AccountType.values()));
        var noFloor = in.isNull("minimum_balance");
        var floor = in.optional("minimum_balance", () -> in.anyAmount("minimum_balance"));
        var metadata = in.metadata();
        return in.build(() -> new AccountResource(
                null,
                accountId,
                currency,
                type.orElseThrow(),
                AccountStatus.ACTIVE,
                floor == null && !noFloor ? Amount.zero(0) : floor,
                Amount.zero(0),
                Amount.zero(0),
                Amount.zero(0),
                metadata,
                null));
    }
}
