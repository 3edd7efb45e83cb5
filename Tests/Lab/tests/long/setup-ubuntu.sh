# The same on a fresh Ubuntu 24.04.
IMAGE=ubuntu2404 exec bash "$(dirname "$0")/../setup.sh"
