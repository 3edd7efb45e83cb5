# The full disaster, kills and all: see Tests/Lab/rehearsal.
exec bash "$(dirname "$0")/../rehearsal"
