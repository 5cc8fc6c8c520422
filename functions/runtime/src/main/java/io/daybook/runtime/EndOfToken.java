package io.daybook.runtime;

import io.micronaut.security.token.Claims;
import io.micronaut.security.token.jwt.validator.GenericJwtClaimsValidator;
import jakarta.inject.Singleton;

/** Refuses tokens that never end: the framework holds them only to the end that they name. */
@Singleton
final class EndOfToken<T> implements GenericJwtClaimsValidator<T> {
    @Override
    public boolean validate(Claims claims, T request) {
        return claims.get("exp") != null;
    }
}
