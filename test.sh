#!/bin/sh
# Sets up, builds, runs all tests; the last line is "N passed, N failed".
exec sh "$(dirname "$0")/eng/setup.sh" test "$@"
