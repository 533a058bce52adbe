# SPDX-License-Identifier: LGPL-2.1-or-later
# What the other scripts share. Texts are in the user's language, from the build
# tree or as installed; in English where gettext-base is not there.
#
#   . examples/common.sh
#   fail "$(eval_gettext "Port \$port is in use.")"
#
# shellcheck shell=bash

common_build=${BUILD_DIR:-${BASH_SOURCE[0]%/*}/../build}
export TEXTDOMAIN=gst-dtls-srtp
[ ! -d "$common_build/po" ] || export TEXTDOMAINDIR=$common_build/po

if command -v gettext.sh >/dev/null; then
  . gettext.sh
else
  gettext () {
    printf %s "$1"
  }

  # The text is ours; what the variables hold is not looked at again.
  eval_gettext () {
    local filled
    eval "printf -v filled %s \"${1//\"/\\\"}\""
    printf %s "$filled"
  }
fi

# fail SENTENCE [STATUS]: 2 for a wrong command line, 1 for all the rest.
fail () {
  echo "$1" >&2
  exit "${2:-1}"
}

# quoted TEXT: so that gst-launch-1.0 takes it as it is.
quoted () {
  local text=${1//\\/\\\\}
  echo "\"${text//\"/\\\"}\""
}

# find_python MODULE: prints a Python that has it. The first one in PATH may not
# see what the system's packages brought.
find_python () {
  local python
  for python in ${PYTHON:+"$PYTHON"} python3 /usr/bin/python3; do
    "$python" -c "import $1" 2>/dev/null || continue
    echo "$python"
    return
  done
  return 1
}
