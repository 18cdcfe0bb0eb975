"""The command line, one module a command: each has `add_parser(subparsers)` and `run(args) -> exit code`."""
