# The network, the database and the cache that are made on AWS.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name               = "daybook"
  account            = { id = "123456789012", partition = "aws", region = "eu-central-1" }
  kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/data"
  logs_kms_key_arn   = "arn:aws:kms:eu-central-1:123456789012:key/functions"
  log_retention_days = 30
  endpoint_actions   = { sqs = ["sqs:SendMessage"], sns = ["sns:Publish"] }
  cache              = { storage_max_gb = 10, ecpu_per_second_max = 100000 }
  database = {
    engine                 = "postgres"
    engine_version         = "17"
    name                   = "daybook"
    user                   = "daybook"
    instance_class         = "db.m7g.large"
    storage_gb             = 100
    storage_max_gb         = 1000
    multi_az               = true
    aurora_capacity        = { min = 0.5, max = 16 }
    aurora_instance_count  = 2
    backup_retention_days  = 14
    deletion_protection    = true
    password_rotation_days = 30
  }
}

run "the_database_is_private_encrypted_and_kept" {
  command = apply

  module {
    source = "./modules/data"
  }

  assert {
    condition     = !aws_db_instance.this[0].publicly_accessible
    error_message = "The database must not be public."
  }

  assert {
    condition     = aws_db_instance.this[0].storage_encrypted && aws_db_instance.this[0].kms_key_id == var.kms_key_arn && aws_db_instance.this[0].performance_insights_kms_key_id == var.kms_key_arn
    error_message = "Storage and insights must be encrypted with the key."
  }

  assert {
    condition     = contains([for parameter in aws_db_parameter_group.this[0].parameter : "${parameter.name}=${parameter.value}"], "rds.force_ssl=1")
    error_message = "The database must refuse connections without TLS."
  }

  assert {
    condition     = aws_db_instance.this[0].deletion_protection && !aws_db_instance.this[0].skip_final_snapshot && aws_db_instance.this[0].backup_retention_period == 14 && aws_db_instance.this[0].multi_az
    error_message = "Books must not be lost."
  }

  assert {
    condition     = aws_db_instance.this[0].manage_master_user_password && aws_db_instance.this[0].master_user_secret_kms_key_id == var.kms_key_arn && !aws_db_instance.this[0].iam_database_authentication_enabled
    error_message = "The password must be made and kept by RDS, where nobody reads it."
  }

  assert {
    condition     = length(aws_rds_cluster.this) == 0
    error_message = "There is one database."
  }
}

run "the_database_is_reached_by_its_proxy_over_tls" {
  command = apply

  module {
    source = "./modules/data"
  }

  assert {
    condition     = aws_db_proxy.this.require_tls
    error_message = "The proxy must require TLS."
  }

  assert {
    condition     = startswith(output.database_url, "jdbc:postgresql://daybook.proxy.eu-central-1.rds.amazonaws.com:5432/daybook?") && alltrue([for option in ["sslmode=verify-full", "prepareThreshold=0", "assumeMinServerVersion=17"] : strcontains(output.database_url, option)])
    error_message = "Functions must connect to the proxy, and check its name."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.proxy.policy).Statement[*].Action == [["secretsmanager:GetSecretValue"], ["kms:Decrypt"]] && toset(jsondecode(aws_iam_role_policy.proxy.policy).Statement[0].Resource) == toset(values(output.database_secret_arns))
    error_message = "The proxy may read the passwords of its logins, and nothing else."
  }

  assert {
    condition = {
      for auth in aws_db_proxy.this.auth : auth.secret_arn => [auth.auth_scheme, auth.client_password_auth_type, auth.iam_auth]
      } == {
      for secret in ["rds!db-password", "daybook-database-reader-1", "daybook-database-writer-1"] : "arn:aws:secretsmanager:eu-central-1:123456789012:secret:${secret}" => ["SECRETS", "POSTGRES_SCRAM_SHA_256", "DISABLED"]
    }
    error_message = "The proxy must know each login, and none without its password."
  }
}

run "no_password_is_made_where_it_could_be_read" {
  command = apply

  module {
    source = "./modules/data"
  }

  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.login : secret.kms_key_id == var.kms_key_arn]) && toset(keys(aws_secretsmanager_secret.login)) == toset(["reader", "writer"])
    error_message = "Each login must have a secret of its own, encrypted with the key."
  }

  assert {
    condition     = !strcontains(join("", [for name in fileset(path.root, "modules/data/*.tf") : file(name)]), "secret_version") && !strcontains(join("", [for name in fileset(path.root, "modules/data/*.tf") : file(name)]), "random_password")
    error_message = "The database and the migration make the passwords: what is made here stands in the state."
  }
}

run "the_cache_speaks_tls" {
  command = apply

  module {
    source = "./modules/data"
  }

  assert {
    condition     = aws_elasticache_serverless_cache.this.engine == "valkey" && aws_elasticache_serverless_cache.this.major_engine_version == "8" && aws_elasticache_serverless_cache.this.kms_key_id == var.kms_key_arn
    error_message = "The cache must be Valkey 8, encrypted with the key."
  }

  assert {
    condition     = output.redis_uri == "rediss://daybook.serverless.euc1.cache.amazonaws.com:6379"
    error_message = "The cache must be reached over TLS."
  }
}

run "nothing_leads_to_the_internet_or_from_it" {
  command = apply

  module {
    source = "./modules/data"
  }

  assert {
    condition     = length(aws_subnet.private) == 3 && alltrue([for subnet in aws_subnet.private : !subnet.map_public_ip_on_launch])
    error_message = "Subnets must be private, one in each zone."
  }

  assert {
    condition     = alltrue([for rule in concat(values(aws_vpc_security_group_ingress_rule.this), values(aws_vpc_security_group_egress_rule.this)) : rule.cidr_ipv4 == null && rule.cidr_ipv6 == null && rule.ip_protocol == "tcp" && rule.from_port == rule.to_port])
    error_message = "Only groups may be let in and out, each at one port."
  }

  assert {
    condition = local.flows == {
      endpoints = { from = "functions", to = "endpoints", port = 443 }
      cache     = { from = "cache-clients", to = "cache", port = 6379 }
      replicas  = { from = "cache-clients", to = "cache", port = 6380 }
      proxy     = { from = "database-clients", to = "proxy", port = 5432 }
      database  = { from = "proxy", to = "database", port = 5432 }
    }
    error_message = "Nobody but the proxy may reach the database, and functions without need of it not even that."
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.this : endpoint.vpc_endpoint_type == "Interface" && endpoint.private_dns_enabled && jsondecode(endpoint.policy).Statement[0].Condition.StringEquals["aws:PrincipalAccount"] == "123456789012"])
    error_message = "Endpoints must be private, and for this account."
  }
}

run "aurora_is_held_to_the_same" {
  command = apply

  variables {
    database = {
      engine                 = "aurora-postgresql"
      engine_version         = "17.4"
      name                   = "daybook"
      user                   = "daybook"
      instance_class         = "unused"
      storage_gb             = 100
      storage_max_gb         = 1000
      multi_az               = true
      aurora_capacity        = { min = 0.5, max = 16 }
      aurora_instance_count  = 2
      backup_retention_days  = 14
      deletion_protection    = true
      password_rotation_days = 30
    }
  }

  module {
    source = "./modules/data"
  }

  assert {
    condition     = length(aws_db_instance.this) == 0 && length(aws_rds_cluster_instance.this) == 2 && alltrue([for instance in aws_rds_cluster_instance.this : !instance.publicly_accessible && instance.instance_class == "db.serverless"])
    error_message = "Two serverless instances, neither of them public."
  }

  assert {
    condition     = aws_rds_cluster.this[0].storage_encrypted && aws_rds_cluster.this[0].kms_key_id == var.kms_key_arn && aws_rds_cluster.this[0].manage_master_user_password && aws_rds_cluster.this[0].deletion_protection
    error_message = "The cluster must be encrypted and protected."
  }

  assert {
    condition     = contains([for parameter in aws_rds_cluster_parameter_group.this[0].parameter : "${parameter.name}=${parameter.value}"], "rds.force_ssl=1") && aws_rds_cluster_parameter_group.this[0].family == "aurora-postgresql17"
    error_message = "The cluster must refuse connections without TLS."
  }

  assert {
    condition     = output.database_metrics_dimensions == tomap({ DBClusterIdentifier = "daybook" })
    error_message = "A cluster's metrics are found by its own name."
  }
}

run "one_zone_is_refused" {
  command = plan

  variables {
    availability_zone_count = 1
  }

  module {
    source = "./modules/data"
  }

  expect_failures = [var.availability_zone_count]
}
