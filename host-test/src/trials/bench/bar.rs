//! A figure, its target, and whether the target is met.

use serde::Serialize;

/// A figure and its target.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bar {
    /// What was measured.
    pub figure: String,
    /// The component's value, with its unit.
    pub component: String,
    /// The native side's value, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native: Option<String>,
    /// The value of the same requests without what is done before and after them, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// Ratio of component to native.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// The target.
    pub bar: String,
    /// Whether the target is met.
    pub met: bool,
}

impl Bar {
    pub(crate) fn at_most(figure: &str, value: f64, limit: f64, unit: &str) -> Self {
        Self {
            figure: figure.to_owned(),
            component: format!("{value}{unit}"),
            native: None,
            limit: None,
            ratio: None,
            bar: format!("≤ {limit}{unit}"),
            met: value <= limit,
        }
    }

    pub(crate) fn beside(
        figure: String,
        [component, native, limit]: [String; 3],
        ratio: f64,
        (bar, met): (String, bool),
    ) -> Self {
        Self { figure, component, native: Some(native), limit: Some(limit), ratio: Some(ratio), bar, met }
    }

    pub(crate) fn count(figure: &str, value: usize, limit: usize) -> Self {
        Self {
            figure: figure.to_owned(),
            component: value.to_string(),
            native: None,
            limit: None,
            ratio: None,
            bar: format!("≤ {limit}"),
            met: value <= limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_met_up_to_its_limit() {
        assert!(Bar::at_most("x", 30.0, 30.0, " µs").met);
        assert!(!Bar::at_most("x", 30.1, 30.0, " µs").met);
        assert_eq!(Bar::at_most("x", 12.5, 30.0, " µs").bar, "≤ 30 µs");
        assert!(!Bar::count("x", 3, 2).met);
    }
}
