"""What the tests in Python share: two checks, and the run of a file's tests."""

import signal
import traceback


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"expected {str(expected)[:1000]}, found {str(found)[:1000]}")


def holds(condition, text):
    if not condition:
        raise AssertionError(text)


def show(word, name, text):
    print(f"{word:8}{name}{text}", flush=True)


class Tests:
    """The tests of a file, which are marked with it: `test = Tests()`, then `@test` at each."""

    def __init__(self):
        self.functions = []
        self.failed = 0

    def __call__(self, function):
        self.functions.append(function)
        return function

    def run(self, call, show=show):
        """Calls each by `call`. What that returns is shown beside the name."""
        for function in self.functions:
            name = function.__name__.replace("_", " ")
            try:
                show("ok", name, call(function) or "")
            except Exception:  # The other tests are still worth running.
                self.failed += 1
                show("FAILED", name, f"\n{traceback.format_exc()}")

    def summary(self):
        return f"{len(self.functions) - self.failed} passed, {self.failed} failed"


def stop_with_what_was_started():
    """Stopping this program also stops what it started."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
