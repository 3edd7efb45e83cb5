#!/bin/sh
# fetch-secrets-pre-deploy.sh SERVICE: writes services/SERVICE/.env from Infisical, the root folder's secrets first.
set -eu
cd "$(dirname "$0")/.."
. scripts/.env
umask 077
token=$(jq -n --arg id "$INFISICAL_CLIENT_ID" --arg secret "$INFISICAL_CLIENT_SECRET" '{clientId: $id, clientSecret: $secret}' \
  | curl -fsS -H 'Content-Type: application/json' --data-binary @- "$INFISICAL_API_URL/api/v1/auth/universal-auth/login" \
  | jq -er .accessToken)
for folder in / "/$1"; do
  printf 'header = "Authorization: Bearer %s"\n' "$token" \
    | curl -fsS --config - "$INFISICAL_API_URL/api/v3/secrets/raw?workspaceId=$INFISICAL_PROJECT_ID&environment=prod&secretPath=$folder" \
    | jq -r '.secrets[] | .secretKey + "=" + .secretValue'
done >"services/$1/.env.new"
mv "services/$1/.env.new" "services/$1/.env"
