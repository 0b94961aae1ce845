//! The code of the guests: a core module that does what a host has to survive.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, ImportSection, InstructionSink, MemArg, MemorySection, MemoryType, Module, StartSection,
    TypeSection, ValType,
};

/// What a guest does as soon as it is instantiated.
#[derive(Clone, Copy)]
pub(crate) enum Start {
    Nothing,
    Compute,
    Wait,
}

const I32: ValType = ValType::I32;

/// Address of the answer that `invoke` returns on success.
const ANSWER: i32 = 16;
/// A successful `result<string, error>`, with a string of 4 bytes right after it.
const ANSWER_BYTES: &[u8] = b"\0\0\0\0\x1c\0\0\0\x04\0\0\0good";
/// Address of the answer of `targets`: no origins that anything could be sent to.
const TARGETS: i32 = 64;
/// The same kind of result, with a string of 37 bytes right after it.
const TARGETS_BYTES: &[u8] = b"\0\0\0\0\x4c\0\0\0\x25\0\0\0{\"login\":\"\",\"graph\":\"\",\"verify\":true}";
/// No guest has this much memory.
const OUTSIDE: i32 = 0x7fff_fff0;
/// Where the host's strings begin.
const HEAP: i32 = 4096;

/// A module with the exports of the connector: `invoke` does what the action's first letter says, `targets` answers, and
/// the others are never called.
pub(crate) fn guest(curious: bool, start: Start) -> Vec<u8> {
    let mut code = Code::default();
    let subscribe = code.import("wasi:clocks/monotonic-clock@0.2.0", "subscribe-duration", &[ValType::I64], &[I32]);
    let block = code.import("wasi:io/poll@0.2.0", "[method]pollable.block", &[I32], &[]);
    if curious {
        code.import("wasi:cli/environment@0.2.0", "get-arguments", &[I32], &[]);
    }

    let compute = code.function(&[], &[], |body| body.loop_(BlockType::Empty).br(0).end());
    // One MiB at a time; crashes, as an allocator does, when it gets no more.
    let grow = code.function(&[], &[], |body| {
        body.loop_(BlockType::Empty).i32_const(16).memory_grow(0).i32_const(-1).i32_ne().br_if(0).end().unreachable()
    });
    let itself = code.next();
    let recurse = code.function(&[], &[], |body| body.call(itself));
    let trap = code.function(&[], &[], |body| body.unreachable());
    // Until the last nanosecond that the clock can count.
    let wait = code.function(&[], &[], |body| body.i64_const(-1).call(subscribe).call(block));

    let invoke = code.function(&[I32; 6], &[I32], |body| {
        let letter = MemArg { offset: 0, align: 0, memory_index: 0 };
        for (mood, function) in [(b'c', compute), (b'g', grow), (b'r', recurse), (b't', trap), (b'w', wait)] {
            body.local_get(0).i32_load8_u(letter).i32_const(mood.into()).i32_eq();
            body.if_(BlockType::Empty).call(function).end();
        }
        body.i32_const(OUTSIDE)
            .i32_const(ANSWER)
            .local_get(0)
            .i32_load8_u(letter)
            .i32_const(b'l'.into())
            .i32_eq()
            .select()
    });
    code.export("defender:xdr/json@0.2.0#invoke", invoke);
    let targets = code.function(&[I32; 2], &[I32], |body| body.i32_const(TARGETS));
    code.export("defender:xdr/json@0.2.0#targets", targets);
    // Memory is never freed: a guest here lives for only a few calls.
    let allocate = code.function(&[I32; 4], &[I32], |body| {
        body.global_get(0).global_get(0).local_get(3).i32_add().i32_const(15).i32_add().i32_const(-16).i32_and();
        body.global_set(0)
    });
    code.export("cabi_realloc", allocate);
    for (name, parameters) in [
        ("defender:xdr/json@0.2.0#check", 2),
        ("defender:xdr/json@0.2.0#describe", 0),
        ("defender:xdr/catalog@0.2.0#describe", 0),
        ("defender:xdr/connection@0.2.0#check", 1),
        ("defender:xdr/connection@0.2.0#targets", 1),
        ("defender:xdr/actions@0.2.0#get-incident", 1),
        ("defender:xdr/actions@0.2.0#list-incidents", 1),
        ("defender:xdr/actions@0.2.0#run-hunting-query", 1),
        ("defender:xdr/actions@0.2.0#update-incident", 1),
        ("defender:xdr/actions@0.2.0#generic-action", 1),
        ("defender:xdr/triage@0.2.0#add-incident-comment", 1),
        ("defender:xdr/triage@0.2.0#list-alerts", 1),
        ("defender:xdr/triage@0.2.0#get-alert", 1),
        ("defender:xdr/triage@0.2.0#update-alert", 1),
        ("defender:xdr/triage@0.2.0#add-alert-comment", 1),
        ("defender:xdr/triage@0.2.0#merge-incidents", 1),
        ("defender:xdr/triage@0.2.0#move-alerts", 1),
        ("defender:xdr/trigger@0.2.0#poll-incidents", 1),
    ] {
        let uncalled = code.function(&[I32, I32][..parameters], &[I32], |body| body.unreachable());
        code.export(name, uncalled);
    }
    code.finish(match start {
        Start::Nothing => None,
        Start::Compute => Some(compute),
        Start::Wait => Some(wait),
    })
}

/// The sections of a module that grow with each function.
#[derive(Default)]
struct Code {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    exports: ExportSection,
    bodies: CodeSection,
}

impl Code {
    /// The index of the next function.
    fn next(&self) -> u32 {
        self.imports.len() + self.functions.len()
    }

    /// A separate type for each function: wasteful but simple.
    fn signature(&mut self, parameters: &[ValType], results: &[ValType]) -> u32 {
        self.types.ty().function(parameters.iter().copied(), results.iter().copied());
        self.types.len() - 1
    }

    /// All imports come before the first function.
    fn import(&mut self, interface: &str, name: &str, parameters: &[ValType], results: &[ValType]) -> u32 {
        let number = self.next();
        let signature = self.signature(parameters, results);
        self.imports.import(interface, name, EntityType::Function(signature));
        number
    }

    fn function(
        &mut self,
        parameters: &[ValType],
        results: &[ValType],
        body: impl for<'a, 'b> FnOnce(&'a mut InstructionSink<'b>) -> &'a mut InstructionSink<'b>,
    ) -> u32 {
        let number = self.next();
        let signature = self.signature(parameters, results);
        self.functions.function(signature);
        let mut function = Function::new([]);
        body(&mut function.instructions()).end();
        self.bodies.function(&function);
        number
    }

    fn export(&mut self, name: &str, function: u32) {
        self.exports.export(name, ExportKind::Func, function);
    }

    fn finish(mut self, start: Option<u32>) -> Vec<u8> {
        let mut memories = MemorySection::new();
        memories.memory(MemoryType { minimum: 2, maximum: None, memory64: false, shared: false, page_size_log2: None });
        self.exports.export("memory", ExportKind::Memory, 0);
        let mut globals = GlobalSection::new();
        globals.global(GlobalType { val_type: I32, mutable: true, shared: false }, &ConstExpr::i32_const(HEAP));
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(ANSWER), ANSWER_BYTES.iter().copied());
        data.active(0, &ConstExpr::i32_const(TARGETS), TARGETS_BYTES.iter().copied());
        let mut module = Module::new();
        module.section(&self.types).section(&self.imports).section(&self.functions).section(&memories);
        module.section(&globals).section(&self.exports);
        if let Some(function_index) = start {
            module.section(&StartSection { function_index });
        }
        module.section(&self.bodies).section(&data);
        module.finish()
    }
}
