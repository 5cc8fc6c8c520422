# The deployment on LocalStack. To be given besides: openapi_path or artifacts if they are not where the build leaves
# them, and whichever of the lines below is not so on your network.
localstack = true
region     = "us-east-1"

architecture       = "x86_64"
snap_start_enabled = false
xray_enabled       = false

# A PostgreSQL and a Valkey beside LocalStack, by their names on its network: with both, nothing of `data` is made.
database_url      = "jdbc:postgresql://postgres:5432/daybook"
database_user     = "daybook"
database_password = "daybook"
redis_uri         = "redis://valkey:6379"

# jwt_jwks is to be given: the public half of the key that the tokens are signed with.
jwt_issuer = "https://daybook.local"

api_account_settings_enabled  = false
processor_maximum_concurrency = 5
log_retention_days            = 1
kms_deletion_window_days      = 7
