# Two commands do everything on a fresh machine: `make demo` and `make test`.

.PHONY: announce demo build test examples wasmtime-cli bench bench-peers peers fuzz component cargo-component cargo-component-cli release release-test service tools service-test console-test cluster-test toolchain lint advisories

# The emulator, the component and all actions, as tables.
demo: build
	@cargo run --quiet --package host-test -- demo

# The harness and the component that it loads.
build: announce toolchain
	@host-test/build

# Says what the first build does, before anything else is printed.
announce:
	@test -x target/debug/host-test || echo 'Building the component and its host: a compiler target and about 350 crates, mostly for wasmtime.' \
	'The first build takes five to ten minutes on two cores; later ones take seconds.' >&2

# Every test, including those of the built component. They are split because all packages together, or the host library alone,
# would enable other features of wasmtime's dependencies than `demo` does, and wasmtime would be compiled twice.
test: build
	cargo test --package defender-xdr
	cargo test --package defender-xdr-service
	cargo test --package defender-xdr-tools
	cargo test --package defender-emulator
	cargo test --package defender-xdr-host --package host-test

# The property tests of everything that parses outside text, with more cases than in `make test`.
CASES ?= 100000
fuzz:
	PROPTEST_CASES=$(CASES) cargo test --package defender-xdr properties

# What the sandbox costs, compared with native Rust that does the same, and what the service adds in `wasmtime serve`, if that is there.
# Other work on the machine distorts the figures.
bench: toolchain
	@cargo build --profile measured --package host-test
	@cargo run --quiet --profile measured --package host-test -- bench
	@benches/service/run

# The component beside what people use today: Python `requests` and Microsoft's SDK. Options: make bench-peers OPTIONS=--json
bench-peers: toolchain
	@benches/peers/run $(OPTIONS)

# The hosts in examples/, each against the emulator.
examples: toolchain
	@examples/run

# Builds the command `wasmtime` unless version 48 or newer is installed; prints its path.
wasmtime-cli:
	@examples/wasmtime-cli/install

# Microsoft's own Python SDK against the emulator.
peers: toolchain
	@tests/peers/run

# The release component; prints its path.
component: toolchain
	@cargo run --quiet --package component-build

# The same with cargo-component. It leaves unused bindings behind.
cargo-component: toolchain cargo-component-cli
	@PATH="$$PATH:$(CURDIR)/target/tools/bin" cargo run --quiet --package component-build -- cargo-component
	@rm -f src/bindings.rs

# Installs cargo-component below target/ if it is missing.
cargo-component-cli:
	@PATH="$$PATH:$(CURDIR)/target/tools/bin"; command -v cargo-component >/dev/null || \
	cargo install cargo-component --version 0.21.1 --locked --debug --root target/tools --target-dir target/tools/build

# All release artifacts, in target/release-artifacts/: the same bytes each time.
release: toolchain
	@cargo run --quiet --package component-build --features release -- release

# Compares a release from here with one from a clone elsewhere.
release-test: toolchain
	@tests/release/run

# The service form, one WASI 0.3 component that serves HTTP; prints its path.
service: toolchain
	@cargo run --quiet --package component-build -- service

# The tools forms for agents, with and without tools that write; prints the path of the first.
tools: toolchain
	@cargo run --quiet --package component-build -- tools

# The service in `wasmtime serve` against the emulator, and the files of deploy/.
service-test: toolchain
	@tests/service/run

# The console in headless Chromium, against the service.
console-test: toolchain
	@tests/console/run

# The service on two wasmCloud hosts with NATS and a registry, all on loopback; how many calls a second they answer.
cluster-test: toolchain
	@tests/cluster/run

# Installs the compiler target that the component needs, if it is missing.
toolchain:
	@cargo run --quiet --package component-build --no-default-features -- toolchain

lint: toolchain
	cargo fmt --all --check
	tests/structure/circles
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy --package component-build --features release -- -D warnings
	RUSTFLAGS="--cfg lint_transport" cargo clippy --package defender-xdr --package defender-xdr-service --target-dir target/lint -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
	@if cargo deny --version >/dev/null 2>&1; then cargo deny --workspace check bans licenses sources; \
	else echo 'skipped: cargo deny, because cargo-deny is not installed'; fi

# Known vulnerabilities of the dependencies, from a database on the network (cargo install cargo-deny --locked).
advisories:
	cargo deny --workspace check advisories
