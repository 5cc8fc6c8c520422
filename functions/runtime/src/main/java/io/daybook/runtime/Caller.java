package io.daybook.runtime;

import io.daybook.contract.Identifiers;
import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.Trace;
import io.micronaut.core.convert.ArgumentConversionContext;
import io.micronaut.core.type.Argument;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.bind.binders.TypedRequestArgumentBinder;
import io.micronaut.security.authentication.Authentication;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Who asks, by the bearer token.
 *
 * @param tenant bounds all that the caller can see or touch
 * @param subject the token's {@code sub}
 * @param admin whether the token has the scope {@link Scopes#ADMIN}
 * @param traceparent the trace that it asks in; {@code null} if it names none
 */
public record Caller(String tenant, String subject, boolean admin, String traceparent) {
    private static Caller of(Authentication token, HttpRequest<?> request) {
        if (!(token.getAttributes().get("tenant") instanceof String tenant) || !Identifiers.isTenant(tenant)) {
            throw new ProblemException(Problem.of(ProblemCode.FORBIDDEN, "The token has no valid tenant claim"));
        }
        var subject = token.getName();
        if (subject == null || !Identifiers.isSubject(subject)) {
            throw new ProblemException(Problem.of(ProblemCode.FORBIDDEN, "The token has no valid sub claim"));
        }
        return new Caller(
                tenant,
                subject,
                token.getRoles().contains(Scopes.ADMIN),
                Subjects.trace(request).map(Trace::toString).orElse(null));
    }

    /** Lets a controller ask for its caller by naming it as a parameter. */
    @Singleton
    static final class Binder implements TypedRequestArgumentBinder<Caller> {
        @Override
        public Argument<Caller> argumentType() {
            return Argument.of(Caller.class);
        }

        @Override
        public BindingResult<Caller> bind(ArgumentConversionContext<Caller> context, HttpRequest<?> source) {
            var token = source.getUserPrincipal(Authentication.class);
            return () -> token.map(by -> Caller.of(by, source)).or(Optional::empty);
        }
    }
}
