cwlVersion: v1.2
$graph:
- class: CommandLineTool
  id: kinds
  requirements:
    InitialWorkDirRequirement:
      listing:
      - entryname: cwl.output.json
        entry: $(inputs)
  baseCommand: 'true'
  inputs:
    text: string
    whole: {type: int, default: 0}
    number: double?
    yes: {type: boolean, default: false}
    choice:
      type: {type: enum, symbols: [red, green]}
      default: red
    many: string[]?
    either: [int, string, 'null']
    file: File?
    files: File[]?
    record:
    - 'null'
    - type: record
      fields: {name: string, size: int?}
  outputs:
    text: string
    whole: int
    number: double?
    yes: boolean
    choice: string
    many: string[]?
    either: Any?
    record: Any?
- class: CommandLineTool
  id: read
  baseCommand: cat
  stdout: read.txt
  inputs:
    file: {type: File, inputBinding: {position: 1}}
  outputs:
    text: {type: File, outputBinding: {glob: read.txt}}
