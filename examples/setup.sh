# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs the Debian packages that lists like packages.txt name, as far as
# they are missing; elsewhere says what is missing. For the other scripts:
#
#   . examples/setup.sh
#   setup_packages examples/packages.txt tests/packages.txt
#
# Nothing is fetched when nothing is missing.
# shellcheck shell=bash
. "${BASH_SOURCE[0]%/*}/common.sh"

# Prints "PACKAGE PROBE" for each line of the lists given.
setup_read_lists () {
  sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@"
}

# Is there what a probe such as bin:meson or pc:gnutls asks for?
setup_probe () {
  local probe=$1
  case $probe in
    bin:*) command -v "${1#bin:}" >/dev/null ;;
    pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
    py:*) find_python "${1#py:}" >/dev/null ;;
    element:*) gst-inspect-1.0 --exists "${1#element:}" 2>/dev/null ;;
    clang:*) echo 'int LLVMFuzzerTestOneInput (void) { return 0; }' |
      clang -fsanitize="${1#clang:}" -x c - -o /dev/null 2>/dev/null ;;
    *)
      echo "$(eval_gettext "The probe \$probe of a list of packages is not known.")" >&2
      return 1 ;;
  esac
}

# Prints the packages of "PACKAGE PROBE" lines on stdin that dpkg does not
# have. A command that is there already (Node.js from elsewhere) will do.
setup_missing_debian () {
  local package probe installed
  installed=$(dpkg-query --show --showformat='${db:Status-Abbrev}${Package}\n' |
    sed -n 's/^.i *//p')
  while read -r package probe; do
    grep -qxF "$package" <<<"$installed" && continue
    [[ $probe == bin:* ]] && setup_probe "$probe" && continue
    echo "$package"
  done
}

# Prints what cannot be found, by probe, for systems without dpkg.
setup_missing_elsewhere () {
  local package probe
  while read -r package probe; do
    setup_probe "$probe" || echo "$package (${probe/:/ })"
  done
}

setup_as_root () {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

setup_install_debian () {
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    echo "$(gettext "Please install these packages as root, then start again:")" \
      "$@" >&2
    return 1
  fi
  echo "$(gettext "Installing, which can take some minutes:")" "$@"
  # A prompt in the middle would hang a script that has no terminal.
  setup_as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update &&
    setup_as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
      -o Dpkg::Use-Pty=0 install --no-install-recommends "$@" </dev/null >/dev/null
}

# setup_packages LIST...: true when all that the lists name is there at the end.
setup_packages () {
  local missing
  if command -v dpkg-query apt-get >/dev/null; then
    mapfile -t missing < <(setup_read_lists "$@" | setup_missing_debian)
    [ ${#missing[@]} = 0 ] || setup_install_debian "${missing[@]}"
    return
  fi
  mapfile -t missing < <(setup_read_lists "$@" | setup_missing_elsewhere)
  [ ${#missing[@]} = 0 ] && return
  echo "$(gettext "Not found (Debian's package names; yours may differ):")" >&2
  printf '  %s\n' "${missing[@]}" >&2
  return 1
}
