# The same root with the variables of localstack.tfvars, which the last assertion holds this file to.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  artifacts = {
    intake    = "tests/fixtures/function.zip"
    processor = "tests/fixtures/function.zip"
    status    = "tests/fixtures/function.zip"
  }
  openapi_path = "tests/fixtures/openapi.yaml"
  jwt_jwks     = "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"1\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}"

  localstack                    = true
  region                        = "us-east-1"
  architecture                  = "x86_64"
  snap_start_enabled            = false
  xray_enabled                  = false
  database_url                  = "jdbc:postgresql://postgres:5432/daybook"
  database_user                 = "daybook"
  database_password             = "daybook"
  redis_uri                     = "redis://valkey:6379"
  jwt_issuer                    = "https://daybook.local"
  api_account_settings_enabled  = false
  processor_maximum_concurrency = 5
  log_retention_days            = 1
  kms_deletion_window_days      = 7
}

run "no_network_no_database_and_no_cache_are_made" {
  command = apply

  assert {
    condition     = length(module.data) == 0
    error_message = "LocalStack's community edition has no RDS and no ElastiCache."
  }

  assert {
    condition     = alltrue([for config in values(local.function_vpc_configs) : config == null])
    error_message = "Functions must be in no VPC."
  }

  assert {
    condition     = toset(keys(aws_kms_key.this)) == toset(["messages", "functions"])
    error_message = "There is nothing for a key of data to encrypt."
  }

  assert {
    condition     = !anytrue([for name in output.alarm_names : strcontains(name, "database")])
    error_message = "A database that is not ours is not ours to watch."
  }
}

run "functions_find_what_stands_beside_them" {
  command = apply

  assert {
    condition     = nonsensitive(local.function_environments.processor.DAYBOOK_DATABASE_PASSWORD) == "daybook" && local.function_environments.processor.DAYBOOK_DATABASE_URL == "jdbc:postgresql://postgres:5432/daybook"
    error_message = "Functions must be told the database and its password."
  }

  assert {
    condition     = local.function_environments.intake.DAYBOOK_REDIS_URI == "redis://valkey:6379" && local.function_environments.intake.DAYBOOK_REDIS_CLUSTER == "false"
    error_message = "Functions must be told the Redis."
  }

  assert {
    condition     = alltrue([for function in values(module.function) : !strcontains(function.policy, "secretsmanager:") && !strcontains(function.policy, "xray:") && !strcontains(function.policy, "ec2:")])
    error_message = "Without secrets, tracing and a network, nobody may use them."
  }
}

run "these_are_the_variables_of_localstack_tfvars" {
  command = plan

  assert {
    condition = alltrue([
      for line in [
        "localstack = ${var.localstack}",
        "region = \"${var.region}\"",
        "architecture = \"${var.architecture}\"",
        "snap_start_enabled = ${var.snap_start_enabled}",
        "xray_enabled = ${var.xray_enabled}",
        "database_url = \"${var.database_url}\"",
        "database_user = \"${var.database_user}\"",
        "database_password = \"${nonsensitive(var.database_password)}\"",
        "redis_uri = \"${var.redis_uri}\"",
        "jwt_issuer = \"${var.jwt_issuer}\"",
        "api_account_settings_enabled = ${var.api_account_settings_enabled}",
        "processor_maximum_concurrency = ${var.processor_maximum_concurrency}",
        "log_retention_days = ${var.log_retention_days}",
        "kms_deletion_window_days = ${var.kms_deletion_window_days}",
      ] : strcontains(replace(file("localstack.tfvars"), "/ +/", " "), line)
    ])
    error_message = "localstack.tfvars says something else than this test."
  }
}
