# LocalStack is reached by AWS_ENDPOINT_URL in the environment. It asks for no credentials, and the provider does not
# start without any: hence the dummy ones, which go nowhere else.
provider "aws" {
  region = var.region

  access_key = var.localstack ? "test" : null
  secret_key = var.localstack ? "test" : null

  skip_credentials_validation = var.localstack
  skip_metadata_api_check     = var.localstack ? "true" : null
  skip_region_validation      = var.localstack
  s3_use_path_style           = var.localstack

  # The account id is asked for in both worlds: ARNs are made of it.
  skip_requesting_account_id = false

  default_tags {
    tags = merge({ Application = var.name, ManagedBy = "terraform" }, var.tags)
  }
}
