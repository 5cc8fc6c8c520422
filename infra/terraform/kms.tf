locals {
  account_root = "arn:${local.account.partition}:iam::${local.account.id}:root"

  # What each key is for, and the services that use it in the name of whoever calls them.
  keys = merge(
    {
      messages  = { description = "Messages and events of ${var.name}", via = ["sqs", "sns"] }
      functions = { description = "Functions and logs of ${var.name}", via = ["lambda"] }
    },
    local.makes_data ? {
      data = { description = "Database, its password and the cache of ${var.name}", via = ["elasticache", "rds", "secretsmanager"] }
    } : {},
  )

  key_administration = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
  ]

  key_use = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"]

  own_log_groups = [
    for group in ["/aws/lambda/${var.name}-*", "/aws/apigateway/${var.name}/*", "/aws/rds/*/${var.name}/*", "/aws/rds/proxy/${var.name}", "API-Gateway-Execution-Logs_*"] :
    "arn:${local.account.partition}:logs:${local.account.region}:${local.account.id}:log-group:${group}"
  ]

  # In a key's own policy "*" is the key itself. The account's root stands for whatever the account's IAM allows.
  key_policies = {
    for name, key in local.keys : name => {
      Version = "2012-10-17"
      Statement = concat(
        [
          {
            Sid       = "Administration"
            Effect    = "Allow"
            Principal = { AWS = local.account_root }
            Action    = local.key_administration
            Resource  = "*"
          },
          merge(
            {
              Sid       = "Use"
              Effect    = "Allow"
              Principal = { AWS = local.account_root }
              Action    = local.key_use
              Resource  = "*"
            },
            # Lambda reads the environment of a function in its role's name, and not always through itself.
            name == "functions" ? {} : {
              Condition = { StringEquals = { "kms:ViaService" = [for service in key.via : "${service}.${local.account.region}.amazonaws.com"] } }
            },
          ),
          {
            Sid       = "GrantsToServices"
            Effect    = "Allow"
            Principal = { AWS = local.account_root }
            Action    = ["kms:CreateGrant"]
            Resource  = "*"
            Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
          },
        ],
        name == "functions" ? [{
          Sid       = "Logs"
          Effect    = "Allow"
          Principal = { Service = "logs.${local.account.region}.amazonaws.com" }
          Action    = local.key_use
          Resource  = "*"
          Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = local.own_log_groups } }
        }] : [],
      )
    }
  }
}

resource "aws_kms_key" "this" {
  for_each = local.keys

  description             = each.value.description
  enable_key_rotation     = true
  deletion_window_in_days = var.kms_deletion_window_days
  policy                  = jsonencode(local.key_policies[each.key])
}

resource "aws_kms_alias" "this" {
  for_each = local.keys

  name          = "alias/${var.name}-${each.key}"
  target_key_id = aws_kms_key.this[each.key].key_id
}
