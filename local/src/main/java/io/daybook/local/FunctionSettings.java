package io.daybook.local;

import java.net.URI;
import java.nio.file.Path;

/**
 * Where the functions find what they need.
 *
 * @param user the one who owns the tables; the functions that do not migrate have logins of their own
 * @param redisCluster whether it is a cluster rather than a server
 * @param awsEndpoint where the AWS clients send their calls; any credentials do
 * @param awsRegion the region they name
 * @param jwksPath the file with the public keys that tokens are checked against
 */
public record FunctionSettings(
        String jdbcUrl,
        String user,
        String password,
        String redisUri,
        boolean redisCluster,
        URI queueUrl,
        URI awsEndpoint,
        String awsRegion,
        Path jwksPath,
        String issuer,
        String audience) {}
