output "vpc_config" {
  description = "Subnets for functions, the security group of all of them, and those of what needs the cache, the database, or the world outside besides."
  value = {
    subnet_ids       = aws_subnet.private[*].id
    functions        = [aws_security_group.this["functions"].id]
    cache_clients    = [aws_security_group.this["cache-clients"].id]
    database_clients = [aws_security_group.this["database-clients"].id]
    internet_clients = aws_security_group.internet_clients[*].id
  }
}

# The proxy's certificate is Amazon Trust Services': the JDK knows it. Named statements (prepareThreshold above 0) and SET, which
# the driver begins each connection with unless it knows the server's version, would make the proxy pin a connection to
# its client.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html
output "database_url" {
  description = "JDBC URL of the database by its proxy, over TLS with the name checked."
  value = join("", [
    "jdbc:postgresql://${aws_db_proxy.this.endpoint}:5432/${var.database.name}",
    "?sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory&prepareThreshold=0&assumeMinServerVersion=17",
  ])

  # Nothing connects before the proxy has somewhere to connect to.
  depends_on = [aws_db_proxy_target.this]
}

output "database_secret_arns" {
  description = "ARNs of the secrets with the user and password of each login: owner, reader and writer."
  value       = local.secret_arns
}

output "database_metrics_dimensions" {
  description = "Dimensions by which the database's metrics are found."
  value = local.is_aurora ? {
    DBClusterIdentifier = aws_rds_cluster.this[0].cluster_identifier
    } : {
    DBInstanceIdentifier = aws_db_instance.this[0].identifier
  }
}

output "redis_uri" {
  description = "URI of the cache, over TLS."
  value       = "rediss://${aws_elasticache_serverless_cache.this.endpoint[0].address}:${aws_elasticache_serverless_cache.this.endpoint[0].port}"
}

output "internet_address" {
  description = "The address that the world outside sees; null without a way out."
  value       = one(aws_eip.nat[*].public_ip)
}
