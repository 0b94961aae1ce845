//! Where the configuration of a call comes from: the emulator, a file, or the environment. Exactly one of them.
//!
//! Mixing them could send a real secret to a test endpoint that is still set in an old variable.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use defender_emulator::{Emulator, Options};
use defender_xdr_host::bindings::catalog;
use host_test::text;
use host_test::trials::TrialError;
use serde_json::{Value, json};

use super::environment;
use super::failure::Failure;

/// A source of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Emulator,
    File(PathBuf),
    Environment,
}

/// A configuration for `json.invoke`, and the emulator that it refers to, if any.
pub(crate) struct Configuration {
    /// The variables and the files that they name are read for each call: platforms replace a file before its token expires.
    read: Box<dyn Fn() -> Result<String, Failure> + Send + Sync>,
    /// As read last.
    json: Mutex<String>,
    /// Kept alive for as long as the calls.
    _emulator: Option<Emulator>,
}

impl Configuration {
    fn new(
        read: impl Fn() -> Result<String, Failure> + Send + Sync + 'static,
        emulator: Option<Emulator>,
    ) -> Result<Self, Failure> {
        let json = Mutex::new(read()?);
        Ok(Self { read: Box::new(read), json, _emulator: emulator })
    }

    /// The configuration as it is now; one that cannot be read for a moment is as it was.
    pub(crate) fn json(&self) -> String {
        let mut json = self.json.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(now) = (self.read)() {
            *json = now;
        }
        json.clone()
    }
}

impl Source {
    pub(crate) fn open(&self, catalog: &catalog::Connector) -> Result<Configuration, Failure> {
        match self {
            Self::Emulator => {
                let (emulator, json) = start_emulator(Options::default())?;
                Configuration::new(move || Ok(json.clone()), Some(emulator))
            }
            Self::File(path) => {
                let json = file(path)?;
                Configuration::new(move || Ok(json.clone()), None)
            }
            Self::Environment => {
                let variable = |name: &str| {
                    let value = std::env::var(name).ok()?;
                    let value = text::unmarked(&value);
                    (!value.trim().is_empty()).then(|| value.to_owned())
                };
                let catalog = catalog.clone();
                Configuration::new(move || environment::read(&catalog, variable), None)
            }
        }
    }
}

/// An emulator, and a configuration for it.
pub(crate) fn start_emulator(options: Options) -> Result<(Emulator, String), Failure> {
    let emulator = Emulator::start(options).map_err(TrialError::from)?;
    let config = json!(emulator.connector_config()).to_string();
    Ok((emulator, config))
}

fn file(path: &PathBuf) -> Result<String, Failure> {
    let cannot = |what: &str, why: &dyn std::fmt::Display| {
        let shown = path.to_string_lossy();
        // JSON in the place of a name may contain a secret.
        let shown = if shown.contains('{') { "FILE, which is JSON and not a file's name".into() } else { shown };
        Failure::usage(format!("cannot {what} the configuration in {shown}: {why}"))
    };
    let text = text::read(path).map_err(|error| cannot("read", &error))?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(_)) => Ok(text),
        // As in the app's own examples.
        Ok(Value::Array(list)) if list.len() == 1 => Ok(text),
        Ok(_) => Err(cannot("use", &"it is not a JSON object")),
        // serde_json reports the position and never repeats the text, which may contain a secret.
        Err(error) => Err(cannot("use", &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_for_each_call() {
        let (file, first) = (Mutex::new(Ok("one".to_owned())), "one");
        let file = std::sync::Arc::new(file);
        let shared = file.clone();
        let read = move || shared.lock().unwrap().clone().map_err(|()| Failure::usage("gone".to_owned()));
        let configuration = Configuration::new(read, None).unwrap();
        assert_eq!(configuration.json(), first);
        *file.lock().unwrap() = Ok("two".to_owned());
        assert_eq!(configuration.json(), "two");
        *file.lock().unwrap() = Err(());
        assert_eq!(configuration.json(), "two");
    }
}
