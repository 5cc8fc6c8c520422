# There is no .terraform.lock.hcl beside this file, on purpose. It holds hashes of the provider for the platforms that
# it was made on: made from a plugin folder (`terraform init -plugin-dir`, as the LocalStack deployment allows), it
# holds one platform's alone, and `init` would then refuse to work on every other. Whoever deploys from one place keeps
# a lock of their own there, with `terraform providers lock -platform=...` for all platforms in use.
terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
