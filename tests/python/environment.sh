# Sourced by the `run` scripts of the tests that are written in Python, in the root of the repository.

skip() {
    printf 'skipped: %s\n' "$*"
    exit 0
}

# Makes a virtual environment in a directory, with the packages of some requirement files, and sets `python` to its interpreter.
# Skips if Python or the package index is not available. Any other problem is a failure.
python_environment() {
    local environment=$1
    local requirements=("${@:2}")
    local installed=$environment/requirements.txt
    python=$environment/bin/python
    command -v python3 >/dev/null || skip 'python3 is not installed'
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || skip "the tests need Python 3.11, python3 is $(python3 -V)"
    if { "$python" -c '' && cat "${requirements[@]}" | cmp --silent - "$installed"; } 2>/dev/null; then
        return
    fi
    python3 -m venv --clear "$environment" || skip 'python3 cannot create a virtual environment (Debian: apt-get install python3-venv)'
    if ! "$python" -m pip install --quiet --disable-pip-version-check "${requirements[@]/#/--requirement=}"; then
        # Without the cache, to test the index itself.
        "$python" -m pip download --quiet --no-deps --no-cache-dir --dest "$environment/probe" httpx 2>/dev/null ||
            skip 'the Python package index cannot be reached'
        printf 'error: %s cannot be installed, see above\n' "${requirements[*]}" >&2
        exit 1
    fi
    cat "${requirements[@]}" >"$installed"
}

# Builds what the tests of the service need, and sets `wasmtime`, `host_test` and `service` to the paths.
service_and_engine() {
    local status=0
    wasmtime=$(examples/wasmtime-cli/install) || status=$?
    case $status in
    0) ;;
    69) skip 'wasmtime is not installed, and the package registry cannot be reached' ;;
    *) exit "$status" ;;
    esac
    service=$(make --no-print-directory service)
    cargo build --quiet --package host-test
    host_test=${CARGO_TARGET_DIR:-target}/debug/host-test
}
