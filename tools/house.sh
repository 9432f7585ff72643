# Shared by tools/setup, tools/test, tools/demo and tools/app. Sourced, never run.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p build

step="starting"
say() { printf '%s\n' "$*"; }
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  trap - ERR
  exit 1
}
trap 'fail "stopped while $step (the reason is above)."' ERR

# As many compilers as there are processors, but no more than memory can hold (1.5 GB each).
jobs_for_build() {
  local processors memory_kb by_memory
  processors=$(nproc)
  memory_kb=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
  by_memory=$((memory_kb / 1500000))
  ((by_memory >= 1)) || by_memory=1
  say "${INSIEME_JOBS:-$((processors < by_memory ? processors : by_memory))}"
}

# What npm has of the app, as its lock file says.
fetch_app_packages() {
  step="fetching the app's packages"
  cmp -s app/package-lock.json app/node_modules/.insieme-lock && return
  say "app: fetching its packages from npm"
  local log=$PWD/build/app-npm.log
  if ! (cd app && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "npm could not fetch the packages of app/package-lock.json (all of its output: build/app-npm.log).
Check the network and the registry ('npm config get registry'), then run this again."
  fi
  cp app/package-lock.json app/node_modules/.insieme-lock
}

# build_preset <preset> [target …]: configures when needed, then builds. Silent when all is well. With
# build_until (in SECONDS of the shell) a build that takes longer is stopped: exit status 124.
build_preset() {
  local preset=$1 dir=build/$1 log=build/$1.log
  shift
  step="configuring preset $preset"
  if [[ ! -f $dir/build.ninja || CMakePresets.json -nt $dir/.configured ]]; then
    if ! cmake --preset "$preset" >"$log" 2>&1; then
      sed -n '/CMake Error/,$p' "$log" >&2
      fail "CMake could not configure preset $preset. Mend what it says above and run this again."
    fi
    touch "$dir/.configured"
  fi
  step="building preset $preset"
  local build=(nice cmake --build "$dir" -j "$(jobs_for_build)") status=0
  (($# == 0)) || build+=(--target "$@")
  if [[ -n ${build_until:-} ]]; then
    ((SECONDS < build_until)) || exit 124
    build=(timeout -k 20 $((build_until - SECONDS)) "${build[@]}")
  fi
  if [[ -t 1 ]]; then
    "${build[@]}" || status=$?
  else
    "${build[@]}" -- --quiet | sed '/^ninja: no work to do\.$/d' || status=$?
  fi
  ((status != 124)) || exit 124
  ((status == 0)) ||
    fail "preset $preset does not compile. Mend the errors above and run this again."
}
