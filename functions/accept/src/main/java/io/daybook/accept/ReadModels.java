package io.daybook.accept;

import io.daybook.contract.AccountStatus;
import io.daybook.contract.Asset;
import io.daybook.contract.Command;
import io.daybook.contract.Identifiers;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.ReadModel;
import io.daybook.contract.RedisKeys;
import io.daybook.ledger.Posting;
import io.daybook.ledger.Rules;
import io.daybook.runtime.ProblemException;
import io.daybook.runtime.Redis;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisException;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refuses at once what cannot succeed, as far as Redis knows the ledger; where it cannot say, the processor decides. */
@Singleton
final class ReadModels {
    private static final Logger LOG = LoggerFactory.getLogger(ReadModels.class);

    private final Redis redis;

    ReadModels(Redis redis) {
        this.redis = redis;
    }

    /** @throws ProblemException if the ledger is known not to exist */
    void mustKnow(String tenant, String ledgerId) {
        ledger(tenant, ledgerId, fields(tenant, ledgerId, List.of(ReadModel.LEDGER_FIELD)));
    }

    /** @throws ProblemException if the ledger or an account is known not to exist, or not to take part */
    void mustAllow(String tenant, String ledgerId, Command command) {
        var postings = Rules.foreseeable(command, ledgerId);
        var names = new ArrayList<>(List.of(ReadModel.LEDGER_FIELD));
        postings.stream().map(Posting::accountId).distinct().forEach(names::add);
        var fields = fields(tenant, ledgerId, names);
        ledger(tenant, ledgerId, fields)
                .ifPresent(ledger -> postings.forEach(posting -> check(ledger, fields, posting)));
    }

    private static void check(ReadModel.Ledger ledger, Map<String, String> fields, Posting posting) {
        var field = fields.get(posting.accountId());
        if (field != null) {
            check(ReadModel.Account.parse(field), posting);
        } else if (ledger.complete() && !Identifiers.isReserved(posting.accountId())) {
            throw ProblemException.of(
                    ProblemCode.ACCOUNT_NOT_FOUND,
                    "There is no account %s in this ledger".formatted(posting.accountId()));
        }
        var asset = Asset.find(ledger.assets(), posting.currency())
                .orElseThrow(() -> ProblemException.of(
                        ProblemCode.CURRENCY_UNKNOWN,
                        "%s is neither an ISO 4217 currency nor an asset of this ledger"
                                .formatted(posting.currency())));
        if (posting.amount().atScale(asset.scale()).isEmpty()) {
            throw ProblemException.of(
                    ProblemCode.AMOUNT_SCALE,
                    "%s has %d decimals, and %s has more".formatted(asset.code(), asset.scale(), posting.amount()));
        }
    }

    private static void check(ReadModel.Account account, Posting posting) {
        if (!account.currency().equals(posting.currency())) {
            throw ProblemException.of(
                    ProblemCode.CURRENCY_MISMATCH,
                    "The account %s is in %s, not in %s"
                            .formatted(posting.accountId(), account.currency(), posting.currency()));
        }
        if (account.status() == AccountStatus.FROZEN) {
            throw ProblemException.of(
                    ProblemCode.ACCOUNT_FROZEN, "The account %s is frozen".formatted(posting.accountId()));
        }
        if (account.status() == AccountStatus.CLOSED) {
            throw ProblemException.of(
                    ProblemCode.ACCOUNT_CLOSED, "The account %s is closed".formatted(posting.accountId()));
        }
    }

    private Optional<ReadModel.Ledger> ledger(String tenant, String ledgerId, Map<String, String> fields) {
        var field = fields.get(ReadModel.LEDGER_FIELD);
        if (field != null) {
            return Optional.of(ReadModel.Ledger.parse(field));
        }
        if (isKnownAbsent(tenant, ledgerId)) {
            throw ProblemException.of(ProblemCode.LEDGER_NOT_FOUND, "There is no ledger " + ledgerId);
        }
        return Optional.empty();
    }

    private boolean isKnownAbsent(String tenant, String ledgerId) {
        try {
            var known = redis.call(
                    commands -> commands.hmget(RedisKeys.ledgers(tenant), ReadModel.COMPLETE_FIELD, ledgerId));
            return known.get(0).hasValue() && !known.get(1).hasValue();
        } catch (RedisException e) {
            return false;
        }
    }

    private Map<String, String> fields(String tenant, String ledgerId, List<String> names) {
        var fields = new LinkedHashMap<String, String>();
        try {
            var key = RedisKeys.readModel(tenant, ledgerId);
            redis.call(commands -> commands.hmget(key, names.toArray(String[]::new))).stream()
                    .filter(KeyValue::hasValue)
                    .forEach(field -> fields.put(field.getKey(), field.getValue()));
        } catch (RedisException e) {
            LOG.warn("Nothing is known of the ledger, the processor will decide: {}", e.toString());
        }
        return fields;
    }
}
