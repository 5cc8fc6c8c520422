locals {
  is_aurora     = var.database.engine == "aurora-postgresql"
  major_version = split(".", var.database.engine_version)[0]

  master_user_secret = one(concat(
    aws_db_instance.this[*].master_user_secret,
    aws_rds_cluster.this[*].master_user_secret,
  ))
  secret_arns = merge(
    { owner = try(local.master_user_secret[0].secret_arn, null) },
    { for login, secret in aws_secretsmanager_secret.login : login => secret.arn },
  )

  final_snapshot = "${var.name}-final"
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = aws_subnet.private[*].id
}

resource "aws_cloudwatch_log_group" "database" {
  name              = "/aws/rds/${local.is_aurora ? "cluster" : "instance"}/${var.name}/postgresql"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
}

# --- one instance, with a standby ------------------------------------------------------------------------------------

resource "aws_db_parameter_group" "this" {
  count = local.is_aurora ? 0 : 1

  name        = "${var.name}-postgres${local.major_version}"
  description = "PostgreSQL of ${var.name}"
  family      = "postgres${local.major_version}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  count = local.is_aurora ? 0 : 1

  identifier     = var.name
  engine         = "postgres"
  engine_version = var.database.engine_version
  instance_class = var.database.instance_class
  multi_az       = var.database.multi_az

  db_name                             = var.database.name
  username                            = var.database.user
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = var.kms_key_arn
  iam_database_authentication_enabled = false

  storage_type          = "gp3"
  allocated_storage     = var.database.storage_gb
  max_allocated_storage = var.database.storage_max_gb
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  publicly_accessible    = false
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this["database"].id]
  parameter_group_name   = aws_db_parameter_group.this[0].name
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  backup_retention_period   = var.database.backup_retention_days
  copy_tags_to_snapshot     = true
  deletion_protection       = var.database.deletion_protection
  skip_final_snapshot       = false
  final_snapshot_identifier = local.final_snapshot

  auto_minor_version_upgrade      = true
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
  enabled_cloudwatch_logs_exports = ["postgresql"]

  depends_on = [aws_cloudwatch_log_group.database]
}

# --- or Aurora Serverless v2 -----------------------------------------------------------------------------------------

resource "aws_rds_cluster_parameter_group" "this" {
  count = local.is_aurora ? 1 : 0

  name        = "${var.name}-aurora-postgresql${local.major_version}"
  description = "PostgreSQL of ${var.name}"
  family      = "aurora-postgresql${local.major_version}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_rds_cluster" "this" {
  count = local.is_aurora ? 1 : 0

  cluster_identifier = var.name
  engine             = "aurora-postgresql"
  engine_mode        = "provisioned"
  engine_version     = var.database.engine_version

  database_name                       = var.database.name
  master_username                     = var.database.user
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = var.kms_key_arn
  iam_database_authentication_enabled = false

  storage_encrypted = true
  kms_key_id        = var.kms_key_arn

  db_subnet_group_name            = aws_db_subnet_group.this.name
  vpc_security_group_ids          = [aws_security_group.this["database"].id]
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this[0].name

  backup_retention_period   = var.database.backup_retention_days
  copy_tags_to_snapshot     = true
  deletion_protection       = var.database.deletion_protection
  skip_final_snapshot       = false
  final_snapshot_identifier = local.final_snapshot

  enabled_cloudwatch_logs_exports = ["postgresql"]

  serverlessv2_scaling_configuration {
    min_capacity = var.database.aurora_capacity.min
    max_capacity = var.database.aurora_capacity.max
  }

  depends_on = [aws_cloudwatch_log_group.database]
}

resource "aws_rds_cluster_instance" "this" {
  count = local.is_aurora ? var.database.aurora_instance_count : 0

  identifier         = "${var.name}-${count.index}"
  cluster_identifier = aws_rds_cluster.this[0].id
  engine             = aws_rds_cluster.this[0].engine
  engine_version     = aws_rds_cluster.this[0].engine_version
  instance_class     = "db.serverless"

  publicly_accessible             = false
  db_subnet_group_name            = aws_db_subnet_group.this.name
  ca_cert_identifier              = "rds-ca-rsa2048-g1"
  auto_minor_version_upgrade      = true
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
}

# --- the passwords, and the proxy that holds the connections ---------------------------------------------------------

# Of the logins that read and that write rows. The migration makes both, with passwords that it puts here itself: no
# plan and no state ever has one.
resource "aws_secretsmanager_secret" "login" {
  for_each = toset(["reader", "writer"])

  name_prefix = "${var.name}-database-${each.key}-"
  description = "The ${each.key} of the database of ${var.name}"
  kms_key_id  = var.kms_key_arn
}

# RDS made the secret and turns it over; only how often is set here.
resource "aws_secretsmanager_secret_rotation" "this" {
  secret_id          = local.secret_arns.owner
  rotate_immediately = false

  rotation_rules {
    automatically_after_days = var.database.password_rotation_days
  }
}

resource "aws_iam_role" "proxy" {
  name        = "${var.name}-database-proxy"
  description = "What the database's proxy reads its password as"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole"]
      Principal = { Service = "rds.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "proxy" {
  name = "read-password"
  role = aws_iam_role.proxy.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadPassword"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = values(local.secret_arns)
      },
      {
        Sid       = "DecryptPassword"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = [var.kms_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.account.region}.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "proxy" {
  name              = "/aws/rds/proxy/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.logs_kms_key_arn
}

resource "aws_db_proxy" "this" {
  name                   = var.name
  engine_family          = "POSTGRESQL"
  role_arn               = aws_iam_role.proxy.arn
  require_tls            = true
  idle_client_timeout    = 1800
  debug_logging          = false
  vpc_subnet_ids         = aws_subnet.private[*].id
  vpc_security_group_ids = [aws_security_group.this["proxy"].id]

  dynamic "auth" {
    for_each = local.secret_arns

    content {
      auth_scheme               = "SECRETS"
      client_password_auth_type = "POSTGRES_SCRAM_SHA_256"
      iam_auth                  = "DISABLED"
      description               = auth.key
      secret_arn                = auth.value
    }
  }

  depends_on = [aws_cloudwatch_log_group.proxy, aws_iam_role_policy.proxy]
}

resource "aws_db_proxy_default_target_group" "this" {
  db_proxy_name = aws_db_proxy.this.name

  # A function that cannot get a connection soon gives its messages back; it does not wait out its time.
  connection_pool_config {
    max_connections_percent      = 90
    max_idle_connections_percent = 50
    connection_borrow_timeout    = 5
  }
}

resource "aws_db_proxy_target" "this" {
  db_proxy_name          = aws_db_proxy.this.name
  target_group_name      = aws_db_proxy_default_target_group.this.name
  db_instance_identifier = !local.is_aurora ? aws_db_instance.this[0].identifier : null
  db_cluster_identifier  = local.is_aurora ? aws_rds_cluster.this[0].id : null

  # A cluster without instances is no target yet.
  depends_on = [aws_rds_cluster_instance.this]
}
