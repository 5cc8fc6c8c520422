package io.daybook.runtime;

import io.daybook.contract.InvalidBody;
import io.daybook.contract.MalformedBody;
import io.daybook.contract.Problem;
import io.daybook.contract.ProblemCode;
import io.daybook.contract.ServiceAway;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.http.BasicHttpAttributes;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import io.micronaut.security.authentication.AuthorizationException;
import io.micronaut.security.authentication.DefaultAuthorizationExceptionHandler;
import jakarta.inject.Singleton;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every answer that is an error leaves as {@code application/problem+json} (RFC 9457), and leaves through here. */
@SuppressWarnings("rawtypes") // the framework's handlers take a raw HttpRequest
public final class Problems {
    public static final MediaType PROBLEM_JSON = MediaType.of("application/problem+json");

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private Problems() {}

    /** For the logs: a path may have in it what is nobody else's business. */
    private static String route(HttpRequest<?> request) {
        return BasicHttpAttributes.getUriTemplate(request).orElse("elsewhere");
    }

    public static MutableHttpResponse<Problem> answer(HttpRequest<?> request, Problem problem) {
        return HttpResponse.<Problem>status(HttpStatus.valueOf(problem.status()))
                .contentType(PROBLEM_JSON)
                .body(problem.withInstance(request.getPath()));
    }

    @Singleton
    static final class OfException implements ExceptionHandler<ProblemException, HttpResponse<?>> {
        @Override
        public HttpResponse<?> handle(HttpRequest request, ProblemException e) {
            var answer = answer(request, e.problem());
            e.retryAfter()
                    .ifPresent(wait ->
                            answer.header(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, wait.toSeconds()))));
            return answer;
        }
    }

    @Singleton
    static final class OfMalformedBody implements ExceptionHandler<MalformedBody, HttpResponse<?>> {
        @Override
        public HttpResponse<?> handle(HttpRequest request, MalformedBody e) {
            return answer(
                    request,
                    Problem.of(ProblemCode.MALFORMED_REQUEST, "The body is not valid JSON: " + e.getMessage()));
        }
    }

    @Singleton
    static final class OfInvalidBody implements ExceptionHandler<InvalidBody, HttpResponse<?>> {
        @Override
        public HttpResponse<?> handle(HttpRequest request, InvalidBody e) {
            var problem = Problem.of(ProblemCode.VALIDATION_FAILED, "The body does not validate; errors says where");
            return answer(request, problem.withErrors(e.errors()));
        }
    }

    @Singleton
    @Replaces(DefaultAuthorizationExceptionHandler.class)
    static final class OfAuthorization implements ExceptionHandler<AuthorizationException, MutableHttpResponse<?>> {
        @Override
        public MutableHttpResponse<?> handle(HttpRequest request, AuthorizationException e) {
            return e.isForbidden()
                    ? answer(request, Problem.of(ProblemCode.FORBIDDEN, "The token lacks the scope that this needs"))
                    : answer(
                                    request,
                                    Problem.of(ProblemCode.UNAUTHORIZED, "Send a valid token as Authorization: Bearer"))
                            .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
    }

    @Singleton
    static final class OfAnythingElse implements ExceptionHandler<Throwable, HttpResponse<?>> {
        @Override
        public HttpResponse<?> handle(HttpRequest request, Throwable e) {
            LOG.error("{} {} failed", request.getMethod(), route(request), e);
            return answer(request, Problem.of(ProblemCode.INTERNAL_ERROR, "Please try again; we have it on record"));
        }
    }

    @Singleton
    static final class OfServiceAway implements ExceptionHandler<ServiceAway, HttpResponse<?>> {
        @Override
        public HttpResponse<?> handle(HttpRequest request, ServiceAway e) {
            LOG.warn("{} {} is answered 503", request.getMethod(), route(request), e);
            return answer(
                            request,
                            Problem.of(ProblemCode.UNAVAILABLE, "A service behind Daybook does not answer; try again"))
                    .header(HttpHeaders.RETRY_AFTER, "1");
        }
    }

    /** What the framework refuses itself: no such route, another method, another content type. */
    @Singleton
    @Replaces(ErrorResponseProcessor.class)
    static final class OfFramework implements ErrorResponseProcessor<Problem> {
        @Override
        public MutableHttpResponse<Problem> processResponse(ErrorContext context, MutableHttpResponse<?> response) {
            var code = switch (response.code()) {
                case 401 -> ProblemCode.UNAUTHORIZED;
                case 403 -> ProblemCode.FORBIDDEN;
                case 404 -> ProblemCode.NOT_FOUND;
                case 405 -> ProblemCode.METHOD_NOT_ALLOWED;
                case 406 -> ProblemCode.NOT_ACCEPTABLE;
                case 413 -> ProblemCode.PAYLOAD_TOO_LARGE;
                case 415 -> ProblemCode.UNSUPPORTED_MEDIA_TYPE;
                default -> response.code() < 500 ? ProblemCode.MALFORMED_REQUEST : ProblemCode.INTERNAL_ERROR;
            };
            var detail = context.getErrors().stream()
                    .findFirst()
                    .map(error -> error.getMessage())
                    .filter(message -> code.status() < 500)
                    .orElse(code.title());
            response.status(code.status());
            return response.body(Problem.of(code, detail)
                            .withInstance(context.getRequest().getPath()))
                    .contentType(PROBLEM_JSON);
        }
    }
}
