//! Parts of a catalog for tests.

use defender_xdr_host::bindings::catalog::{Parameter, ParameterKind};

/// An optional parameter without any text.
pub(crate) fn parameter(name: &str, kind: ParameterKind) -> Parameter {
    Parameter {
        name: name.into(),
        title: String::new(),
        description: String::new(),
        kind,
        required: false,
        default_value: None,
        allowed_values: Vec::new(),
        minimum: None,
        maximum: None,
        example: None,
        one_of: None,
        comment: None,
    }
}
