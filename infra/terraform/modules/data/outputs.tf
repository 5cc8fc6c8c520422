output "vpc_config" {
  description = "Subnets and security groups for functions; database_clients are those that need the database besides, internet_clients those of what speaks to the world outside."
  value = {
    subnet_ids       = aws_subnet.private[*].id
    functions        = [aws_security_group.this["functions"].id]
    internet_clients = aws_security_group.internet_clients[*].id
    database_clients = [aws_security_group.this["functions"].id, aws_security_group.this["database-clients"].id]
  }
}

# The proxy's certificate is Amazon Trust Services': the JDK knows it. With named statements (prepareThreshold above 0)
# the proxy would pin a connection to its client.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html
output "database_url" {
  description = "JDBC URL of the database by its proxy, over TLS with the name checked; null without a database."
  value = local.has_database ? join("", [
    "jdbc:postgresql://${aws_db_proxy.this[0].endpoint}:5432/${var.database.name}",
    "?sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory&prepareThreshold=0",
  ]) : null

  # Nothing connects before the proxy has somewhere to connect to.
  depends_on = [aws_db_proxy_target.this]
}

output "database_secret_arns" {
  description = "ARNs of the secrets with the user and password of each login: owner, reader and writer; null without a database."
  value       = local.has_database ? local.secret_arns : null
}

output "database_metrics_dimensions" {
  description = "Dimensions by which the database's metrics are found; null without a database."
  value = !local.has_database ? null : local.is_aurora ? {
    DBClusterIdentifier = aws_rds_cluster.this[0].cluster_identifier
    } : {
    DBInstanceIdentifier = aws_db_instance.this[0].identifier
  }
}

output "redis_uri" {
  description = "URI of the cache, over TLS; null without one."
  value       = local.has_cache ? "rediss://${aws_elasticache_serverless_cache.this[0].endpoint[0].address}:${aws_elasticache_serverless_cache.this[0].endpoint[0].port}" : null
}

output "internet_address" {
  description = "The address that the world outside sees; null without a way out."
  value       = one(aws_eip.nat[*].public_ip)
}
