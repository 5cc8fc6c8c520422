data "aws_availability_zones" "this" {
  state = "available"

  # Local zones have neither RDS nor ElastiCache.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  zones = slice(data.aws_availability_zones.this.names, 0, var.availability_zone_count)
}

# --- network: private subnets, and no way to the internet or from it ------------------------------------------------

resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = var.name }
}

# Whatever names no security group gets this one, which allows nothing.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.name}-default" }
}

resource "aws_subnet" "private" {
  count = var.availability_zone_count

  vpc_id                  = aws_vpc.this.id
  availability_zone       = local.zones[count.index]
  cidr_block              = cidrsubnet(var.vpc_cidr, 4, count.index)
  map_public_ip_on_launch = false

  tags = { Name = "${var.name}-private-${local.zones[count.index]}" }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.name}-private" }
}

resource "aws_route_table_association" "private" {
  count = var.availability_zone_count

  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private.id
}

# --- who may speak to whom -------------------------------------------------------------------------------------------

locals {
  groups = {
    functions        = "Functions"
    cache-clients    = "Functions that need the cache"
    database-clients = "Functions that need the database"
    proxy            = "The database's proxy"
    database         = "The database"
    cache            = "The cache"
    endpoints        = "Endpoints of AWS services"
  }

  # from, to, port
  flows = {
    endpoints = { from = "functions", to = "endpoints", port = 443 }
    cache     = { from = "cache-clients", to = "cache", port = 6379 }
    # The client looks at every node that the cache announces, and a replica is on this one.
    replicas = { from = "cache-clients", to = "cache", port = 6380 }
    proxy    = { from = "database-clients", to = "proxy", port = 5432 }
    database = { from = "proxy", to = "database", port = 5432 }
  }
}

resource "aws_security_group" "this" {
  for_each = local.groups

  name        = "${var.name}-${each.key}"
  description = each.value
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-${each.key}" }
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = local.flows

  description                  = "to ${each.value.to}"
  security_group_id            = aws_security_group.this[each.value.from].id
  referenced_security_group_id = aws_security_group.this[each.value.to].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = local.flows

  description                  = "from ${each.value.from}"
  security_group_id            = aws_security_group.this[each.value.to].id
  referenced_security_group_id = aws_security_group.this[each.value.from].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_endpoint" "this" {
  for_each = var.endpoint_actions

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${var.account.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = aws_subnet.private[*].id
  security_group_ids  = [aws_security_group.this["endpoints"].id]

  policy = length(each.value) == 0 ? null : jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OwnAccountOnly"
      Effect    = "Allow"
      Principal = "*"
      Action    = each.value
      # The callers' roles name the resources; this keeps other accounts' callers out.
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalAccount" = var.account.id } }
    }]
  })

  tags = { Name = "${var.name}-${each.key}" }
}

# --- cache -----------------------------------------------------------------------------------------------------------

# Serverless caches take TLS and nothing else. There are no snapshots: every fact in it is in PostgreSQL.
resource "aws_elasticache_serverless_cache" "this" {
  name                     = var.name
  description              = "Statuses, keys and read models of ${var.name}"
  engine                   = "valkey"
  major_engine_version     = "8"
  kms_key_id               = var.kms_key_arn
  subnet_ids               = aws_subnet.private[*].id
  security_group_ids       = [aws_security_group.this["cache"].id]
  snapshot_retention_limit = 0

  cache_usage_limits {
    data_storage {
      maximum = var.cache.storage_max_gb
      unit    = "GB"
    }

    ecpu_per_second {
      maximum = var.cache.ecpu_per_second_max
    }
  }
}
