"""The sections of Evaluate, one module each: `show(results)` draws it."""
