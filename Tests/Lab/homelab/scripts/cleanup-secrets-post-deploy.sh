#!/bin/sh
# cleanup-secrets-post-deploy.sh SERVICE: removes what the hook before the deployment wrote.
rm -f "$(dirname "$0")/../services/$1/.env"
