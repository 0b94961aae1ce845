//! The emulator in a process of its own: its work and memory are not counted for either side, and both reach it in the
//! same way, over TLS like Microsoft Graph.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use defender_xdr::text::origin::Origin;
use defender_xdr_host::Settings;
use serde_json::Value;

use super::error::BenchError;

/// Timeout of a call in seconds: on a busy machine calls may be slow, but must not fail.
const PATIENCE_SECONDS: u32 = 120;

/// A running emulator.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    /// The emulator stops when this closes, however this process ends.
    _lifeline: Option<ChildStdin>,
    /// A configuration for it, as `json.invoke` takes it.
    pub(crate) config: String,
    pub(crate) origin: Origin,
    /// The certificate to trust.
    pub(crate) ca_pem: String,
}

impl Service {
    /// Starts `program emulator` and waits until it serves.
    pub(crate) fn start(program: &Path) -> Result<Self, BenchError> {
        let cannot = |error: std::io::Error| BenchError::Emulator(error.to_string());
        let authority = tempfile::NamedTempFile::new().map_err(cannot)?;
        let mut child = Command::new(program)
            .args(["emulator", "--until-stdin-ends", "--keep-answers", "--tls", "--ca-out"])
            .arg(authority.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(cannot)?;
        let lifeline = child.stdin.take();
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(cannot)?;
        }
        let mut config: Value =
            serde_json::from_str(&line).map_err(|_| BenchError::Emulator(format!("unexpected output {line:?}")))?;
        let origin =
            Origin::parse(config["endpoints"]["graph"].as_str().unwrap_or_default()).map_err(BenchError::Emulator)?;
        config["timeout"] = PATIENCE_SECONDS.into();
        let ca_pem = std::fs::read_to_string(authority.path()).map_err(cannot)?;
        Ok(Self { child, _lifeline: lifeline, config: config.to_string(), origin, ca_pem })
    }

    /// The settings of a connector that trusts it; everything else is the default.
    pub(crate) fn settings(&self) -> Settings {
        Settings { ca_pem: Some(self.ca_pem.clone()), ..Settings::default() }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Both fail only if it has already exited.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
