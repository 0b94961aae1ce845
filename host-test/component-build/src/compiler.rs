//! Finds or installs a compiler for the component's target.
//!
//! rustup provides the target prebuilt. If toolchains must not be downloaded (`RUSTUP_AUTO_INSTALL=0`) or rustup cannot be
//! reached, Debian's `rustc-web` and `rust-web-src` packages provide a compiler and the matching library source.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fmt};

use crate::TARGET;

const DEBIAN_COMPILER: &str = "/usr/bin/rustc";
const DEBIAN_PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];

/// A compiler that can build the component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiler {
    /// Set when the standard library has to be built from source, by the compiler at this path.
    from_source: Option<PathBuf>,
    /// Where rustup's toolchain keeps `wasm-component-ld` and `rust-lld`.
    linkers: PathBuf,
}

/// No compiler has the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoCompiler;

impl fmt::Display for NoCompiler {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "no compiler has the target {TARGET}: run `make toolchain`")
    }
}

impl std::error::Error for NoCompiler {}

impl Compiler {
    /// The default compiler if it has the target, otherwise Debian's if it has the library source.
    ///
    /// # Errors
    /// If neither is available, or the default toolchain has no `wasm-component-ld`.
    pub fn find() -> Result<Self, NoCompiler> {
        let sysroot = sysroot("rustc").ok_or(NoCompiler)?;
        let linkers = linkers(&sysroot).ok_or(NoCompiler)?;
        if sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir() {
            return Ok(Self { from_source: None, linkers });
        }
        let debian = self::sysroot(DEBIAN_COMPILER).ok_or(NoCompiler)?;
        let has_source = debian.join("lib/rustlib/src/rust/library/std").is_dir();
        has_source.then(|| Self { from_source: Some(DEBIAN_COMPILER.into()), linkers }).ok_or(NoCompiler)
    }

    /// Finds a compiler, installing the target if none has it.
    ///
    /// # Errors
    /// A message that lists the possible remedies.
    pub fn find_or_install() -> Result<Self, String> {
        if let Ok(compiler) = Self::find() {
            return Ok(compiler);
        }
        let mut tried = Vec::new();
        if env::var_os("RUSTUP_AUTO_INSTALL").is_some_and(|value| value == "0") {
            tried.push("rustup: RUSTUP_AUTO_INSTALL=0 forbids it".to_owned());
        } else if let Err(why) = run("rustup", &["target", "add", TARGET]) {
            tried.push(why);
        }
        if Self::find().is_err()
            && let Err(why) = install_debian_packages()
        {
            tried.push(why);
        }
        Self::find().map_err(|NoCompiler| {
            format!(
                "the target {TARGET} cannot be installed\n  {}\n\nEither of these helps:\n  \
                 1. rustup target add {TARGET}\n  \
                 2. apt-get install {} (Debian 12 or newer), in addition to a rustup toolchain",
                tried.join("\n  "),
                DEBIAN_PACKAGES.join(" ")
            )
        })
    }

    /// Short name that can be part of a path.
    #[must_use]
    pub fn name(&self) -> &'static str {
        if self.from_source.is_some() { "debian" } else { "rustup" }
    }

    /// Environment variables that make cargo use it.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let linker = self.linkers.join("wasm-component-ld").into_os_string();
        let mut variables = vec![
            ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker),
            ("RUSTC", self.from_source.clone().unwrap_or_else(real_rustc).into_os_string()),
        ];
        if let Some(path) = self.search_path() {
            variables.extend([
                ("PATH", path),
                // Building the standard library is a nightly feature; the source comes with the compiler.
                ("RUSTC_BOOTSTRAP", "1".into()),
                ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort".into()),
                ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size".into()),
            ]);
        }
        variables.push(("CARGO_ENCODED_RUSTFLAGS", self.flags().join("\u{1f}").into()));
        variables
    }

    /// Flags of every crate in the component.
    fn flags(&self) -> Vec<String> {
        // The compact form of SHA-256 is a sixth of the size of the unrolled one.
        let mut flags: Vec<String> =
            ["--cfg", "sha2_backend=\"soft\"", "--cfg", "sha2_backend_soft=\"compact\""].map(String::from).into();
        // Panic messages would contain paths of the build machine.
        for (directory, name) in [(crate::workspace(), "/defender-xdr"), (cargo_home(), "/cargo")] {
            flags.push(format!("--remap-path-prefix={}={name}", directory.display()));
        }
        if self.from_source.is_some() {
            // Panics are not reported from inside the sandbox, so a rebuilt library needs no text for them.
            flags.extend(["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none"].map(String::from));
        }
        flags
    }

    /// Where a compiler that is not rustup's finds rustup's linkers.
    pub(crate) fn search_path(&self) -> Option<OsString> {
        self.from_source.as_ref()?;
        let mut path = vec![self.linkers.clone(), self.linkers.join("gcc-ld")];
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        env::join_paths(path).ok()
    }
}

/// Where cargo keeps the sources of dependencies.
fn cargo_home() -> PathBuf {
    let home = || env::home_dir().unwrap_or_default().join(".cargo");
    env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}

/// The default compiler: the file itself if its sysroot is known, so that wrappers in `PATH` are bypassed.
pub(crate) fn real_rustc() -> PathBuf {
    let in_sysroot = sysroot("rustc").map(|sysroot| sysroot.join("bin/rustc"));
    in_sysroot.filter(|rustc| rustc.is_file()).unwrap_or_else(|| "rustc".into())
}

fn sysroot(compiler: impl AsRef<std::ffi::OsStr>) -> Option<PathBuf> {
    let output = Command::new(compiler)
        .args(["--print", "sysroot"])
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

/// `lib/rustlib/<host>/bin`, whatever the host is called.
fn linkers(sysroot: &Path) -> Option<PathBuf> {
    let hosts = sysroot.join("lib/rustlib").read_dir().ok()?;
    hosts.filter_map(Result::ok).map(|host| host.path().join("bin")).find(|bin| bin.join("wasm-component-ld").is_file())
}

fn install_debian_packages() -> Result<(), String> {
    // Not root: sudo, which asks on the terminal if necessary.
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"));
    let apt = |arguments: &[&str]| {
        if root { run("apt-get", arguments) } else { run("sudo", &[&["apt-get"], arguments].concat()) }
    };
    apt(&["update", "-qq"])?;
    let install = ["install", "-y", "-qq", "-o", "Dpkg::Use-Pty=0", "--no-install-recommends"];
    apt(&[&install[..], &DEBIAN_PACKAGES[..]].concat())
}

/// Runs a program with its output on stderr: stdout is reserved for the component's path.
fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    eprintln!("+ {program} {}", arguments.join(" "));
    let status = Command::new(program)
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(std::io::stderr())
        .status()
        .map_err(|error| format!("{program}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} {}: {status}", arguments.join(" "))) }
}
