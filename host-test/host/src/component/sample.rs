//! Components for tests, as bytes, so that no test of this crate needs a compiler.

/// An empty component.
pub(crate) const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

/// `(component (import "…" (instance)))`, which any linker satisfies.
pub(crate) fn importing(interface: &str) -> Vec<u8> {
    import(interface, &[0])
}

/// `(component (import "…" (instance (export "…" (type (sub resource))))))`.
pub(crate) fn importing_resource(interface: &str, resource: &str) -> Vec<u8> {
    import(interface, &[&[1][..], &export(resource), &[3, 1]].concat())
}

/// `(component (import "…" (instance (export "…" (func (result u64))))))`.
pub(crate) fn importing_number(interface: &str, function: &str) -> Vec<u8> {
    import(interface, &[&[2, 1, 0x40, 0, 0, 0x77][..], &export(function), &[1, 0]].concat())
}

fn import(interface: &str, declarations: &[u8]) -> Vec<u8> {
    let instance_type = section(7, &[&[1, 0x42], declarations].concat());
    let import = section(10, &[&[1][..], &name(interface), &[5, 0]].concat());
    [EMPTY, &instance_type, &import].concat()
}

fn export(text: &str) -> Vec<u8> {
    [&[4], name(text).as_slice()].concat()
}

fn name(text: &str) -> Vec<u8> {
    [&[0, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id, u8::try_from(content.len()).unwrap()], content].concat()
}
