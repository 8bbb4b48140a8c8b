cwlVersion: v1.2
class: CommandLineTool
id: asleep
label: Asleep
doc: Writes a line to its own log, then sleeps.
requirements:
  ShellCommandRequirement: {}
  ResourceRequirement:
    coresMin: $(inputs.cores)
baseCommand: []
stderr: asleep.log
arguments:
- shellQuote: false
  valueFrom: echo "falling asleep" >&2; exec sleep $(inputs.seconds)
inputs:
  seconds: float
  cores: {type: int, default: 1}
outputs: {}
