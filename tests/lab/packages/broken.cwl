cwlVersion: v1.2
$graph:
- class: Workflow
  id: broken
  inputs:
    how: string
  outputs: {}
  steps:
    node_crop:
      run: '#crop'
      in: {how: how}
      out: []
- class: CommandLineTool
  id: crop
  baseCommand: [sh, -c]
  arguments:
  - position: 1
    valueFrom: |
      echo "reading" >&2
      case "$0" in
        said) echo "error: the area of interest lies outside item A" >&2; echo "bye" >&2; exit 3;;
        silent) exit 4;;
        trace) echo "Traceback:" >&2; echo "  deep inside" >&2; echo "ValueError: no such thing" >&2; exit 1;;
        missing) exit 0;;
      esac
  inputs:
    how: {type: string, inputBinding: {position: 2}}
  outputs: {}
- class: CommandLineTool
  id: absent
  label: A program that is not there
  baseCommand: no-such-program-on-this-machine
  inputs: {}
  outputs: {}
- class: CommandLineTool
  id: no-output
  baseCommand: 'true'
  inputs: {}
  outputs:
    picture: {type: File, outputBinding: {glob: picture.png}}
