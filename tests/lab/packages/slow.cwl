cwlVersion: v1.2
class: CommandLineTool
id: slow
label: Slow
doc: Prints a line, then sleeps in a child of its own, which ignores polite signals.
requirements:
  ShellCommandRequirement: {}
baseCommand: []
arguments:
- shellQuote: false
  valueFrom: >-
    echo "sleeping as $$" >&2; trap '' TERM INT;
    (trap '' TERM INT; sleep $(inputs.seconds)) & wait
inputs:
  seconds: float
outputs: {}
