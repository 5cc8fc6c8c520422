# Daybook, deployed from a repository of your own. The zips are those of a release, or of `./mvnw package`.
#
#   terraform init && terraform apply

module "daybook" {
  # The release that you run: git::https://github.com/OWNER/daybook.git//infra/terraform?ref=v0.1.0
  source = "../../infra/terraform"

  name   = "payments"
  region = "eu-central-1"

  artifacts = {
    intake    = "${path.root}/daybook/intake.zip"
    processor = "${path.root}/daybook/processor.zip"
    status    = "${path.root}/daybook/status.zip"
    webhooks  = "${path.root}/daybook/webhooks.zip"
  }

  jwt_issuer   = "https://issuer.example.com"
  jwt_audience = "daybook"
  jwt_jwks     = file("${path.root}/jwks.json")
}

output "url" {
  value = module.daybook.url
}
