# What deploy, smoke and destroy have in common; sourced by them.
# shellcheck shell=bash disable=SC2034 # used where this is sourced
home=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
here=$home/localstack
work=$here/target
mkdir -p "$work"

# Beside the containers' names, so that two checkouts can share a machine.
name=${DAYBOOK_LOCALSTACK_NAME:-daybook}
port=${LOCALSTACK_PORT:-4566}
network=$name
containers=("$name-localstack" "$name-postgres" "$name-valkey")

localstack_image=localstack/localstack:4.14.0
lambda_image=public.ecr.aws/lambda/java:21
postgres_image=postgres:17
valkey_image=valkey/valkey:8

state=$work/terraform.tfstate
tokens=$work/tokens

# LocalStack alone: no credentials, profile or endpoint of the user's has a part in this.
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_REGION AWS_DEFAULT_REGION
export AWS_ENDPOINT_URL=http://127.0.0.1:$port
export AWS_EC2_METADATA_DISABLED=true
export TF_DATA_DIR=$work/terraform
export TF_IN_AUTOMATION=1

bold= green= red= dim= reset=
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' dim=$'\e[2m' reset=$'\e[0m'
fi

started=$SECONDS
begin() { started=$SECONDS; [ ! -t 1 ] || printf '  %s…%s %s' "$dim" "$reset" "$1"; }
done_with() {
  [ ! -t 1 ] || printf '\r\e[K'
  printf '  %s✓%s %-12s %-58s %s%3d s%s\n' "$green" "$reset" "$1" "$2" "$dim" "$((SECONDS - started))" "$reset"
}
fail() {
  [ ! -t 1 ] || printf '\r\e[K'
  printf '  %s✗%s %s\n' "$red" "$reset" "$1" >&2
  exit "${2:-1}"
}

need() {
  command -v "$1" >/dev/null 2>&1 || fail "$1 is needed and is not on the PATH: $2" 2
}
need_docker() {
  need docker 'https://docs.docker.com/engine/install'
  docker info >/dev/null 2>&1 || fail 'docker is there, but its engine does not answer: is it started, and may you use it?' 2
}

# Runs a step with its output in a log, which is shown when it fails.
logged() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 </dev/null || { tail -20 "$log" >&2; fail "that failed; the whole output is in $log"; }
}

running() { [ "$(docker container inspect -f '{{.State.Running}}' "$1" 2>/dev/null)" = true ]; }

terraform_here() { terraform -chdir="$home/infra/terraform" "$@"; }
output() { terraform_here output -state="$state" -raw "$1" 2>/dev/null; }
deployed_url() {
  local id stage
  id=$(output api_id) && stage=$(output api_stage) && [ -n "$id" ] || return 1
  printf '%s/_aws/execute-api/%s/%s' "$AWS_ENDPOINT_URL" "$id" "$stage"
}
token() { "$home/daybook" token --data "$tokens" "$@"; }
