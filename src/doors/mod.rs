//! The two interfaces: typed records, or JSON in and JSON out.

pub mod component;
pub mod invoke;
