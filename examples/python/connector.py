"""The connector in a Python program: a sandbox with limits, typed calls and `invoke`. This is the file to copy."""

import json
import threading

from wasmtime import Config, Engine, Store, WasiConfig
from wasmtime.component import Component, Linker, ListType, OptionType, Record, RecordType, Variant, VariantType

# An action ends by itself within its timeout; this stops a defect that computes for ever.
CALL_LIMIT_SECONDS = 180
# Enough for an answer of 64 MiB, the largest that the component accepts.
MEMORY_LIMIT_BYTES = 512 << 20


class ConnectorError(Exception):
    """The error of an action: `kind` to react to, `message` and `remedy` for a person."""

    def __init__(self, error):
        super().__init__(f"{error['kind']}: {error['message']}")
        self.kind, self.message, self.remedy = error["kind"], error["message"], error["remedy"]


class Connector:
    """An instance of the component, for one call at a time. It keeps its access token."""

    def __init__(self, file):
        config = Config()
        config.epoch_interruption = True
        self.engine = Engine(config)
        linker = Linker(self.engine)
        linker.add_wasip2()
        linker.add_wasi_http()
        self.store = Store(self.engine)
        # Left empty, it offers no files, environment variables or terminal; the component asks for none.
        self.store.set_wasi(WasiConfig())
        self.store.set_wasi_http()
        self.store.set_limits(memory_size=MEMORY_LIMIT_BYTES)
        self.store.set_epoch_deadline(1)
        self.instance = linker.instantiate(self.store, Component.from_file(self.engine, file))

    def typed(self, action, *arguments, interface="actions"):
        """Calls a function of an interface. Dictionaries stand for records, with `_` for `-`, and for variants."""
        return self._call(f"defender:xdr/{interface}@0.2.0", action, *arguments)

    def invoke(self, action, config, values):
        """Calls `defender:xdr/json.invoke`: names and keys as in the JSON of the app."""
        arguments = action, json.dumps(config), json.dumps(values)
        return json.loads(self._call("defender:xdr/json@0.2.0", "invoke", *arguments))

    def _call(self, interface, name, *arguments):
        index = self.instance.get_export_index(self.store, interface)
        function = self.instance.get_func(self.store, self.instance.get_export_index(self.store, name, index))
        types = [type_ for _, type_ in function.type(self.store).params]
        self.store.set_epoch_deadline(1)
        limit = threading.Timer(CALL_LIMIT_SECONDS, self.engine.increment_epoch)
        limit.start()
        try:
            result = function(self.store, *map(_lower, types, arguments))
        finally:
            limit.cancel()
        # `wasmtime` tags a result only if both sides have the same Python type: here two records, otherwise a text and a record.
        tag = result.tag if isinstance(result, Variant) else "err" if isinstance(result, Record) else "ok"
        value = _lift(result.payload if isinstance(result, Variant) else result)
        if tag == "err":
            raise ConnectorError(value)
        return value


def _lower(type_, value):
    """Converts plain data to values for `wasmtime`; a missing key is an absent option."""
    if isinstance(type_, OptionType):
        return None if value is None else _lower(type_.payload, value)
    if isinstance(type_, ListType):
        return [_lower(type_.element, item) for item in value]
    if isinstance(type_, RecordType):
        record, rest = Record(), dict(value)
        for name, field in type_.fields:
            setattr(record, name, _lower(field, rest.pop(name.replace("-", "_"), None)))
        if rest:
            raise TypeError(f"unknown: {', '.join(rest)}")
        return record
    if isinstance(type_, VariantType):
        [(tag, payload)] = value.items()
        return Variant(tag, _lower(dict(type_.cases)[tag], payload))
    return value


def _lift(value):
    """Converts a result from `wasmtime` to plain data."""
    if isinstance(value, list):
        return [_lift(item) for item in value]
    if isinstance(value, Record):
        return {name.replace("-", "_"): _lift(field) for name, field in vars(value).items()}
    return value
