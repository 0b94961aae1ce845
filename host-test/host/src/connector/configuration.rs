//! A configuration, in either of the forms that a caller may use.
//!
//! Either form determines what a call may reach; they differ only in the component's function that is asked.

use std::borrow::Cow;

use crate::bindings::types::Config;

/// A configuration. It holds a secret, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub(crate) enum Configuration<'a> {
    Typed(Cow<'a, Config>),
    Json(Cow<'a, str>),
}

impl Configuration<'_> {
    pub(crate) fn into_owned(self) -> Configuration<'static> {
        match self {
            Self::Typed(config) => Configuration::Typed(Cow::Owned(config.into_owned())),
            Self::Json(text) => Configuration::Json(Cow::Owned(text.into_owned())),
        }
    }
}

impl<'a> From<&'a Config> for Configuration<'a> {
    fn from(config: &'a Config) -> Self {
        Self::Typed(Cow::Borrowed(config))
    }
}

impl<'a> From<&'a str> for Configuration<'a> {
    fn from(text: &'a str) -> Self {
        Self::Json(Cow::Borrowed(text))
    }
}
