//! Components for tests, in bytes: no test of this crate needs a compiler.

/// A component without anything in it.
pub(crate) const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

/// `(component (import "…" (instance)))`.
pub(crate) fn importing(name: &str) -> Vec<u8> {
    let length = u8::try_from(name.len()).unwrap();
    let instance_type = [7, 3, 1, 0x42, 0];
    let import = [&[10, length + 5, 1, 0, length], name.as_bytes(), &[5, 0]].concat();
    [EMPTY, &instance_type, &import].concat()
}
