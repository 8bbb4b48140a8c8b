cwlVersion: v1.2
$graph:
- class: Workflow
  id: gate
  label: Two steps
  doc: Each notes in a file that it ran; the second one waits for another file.
  inputs:
    folder: string
  outputs:
    said: {type: File, outputSource: wait/said}
  steps:
    note:
      run: '#note'
      in: {folder: folder}
      out: [said]
    wait:
      run: '#wait'
      in: {folder: folder, before: note/said}
      out: [said]
- class: CommandLineTool
  id: note
  baseCommand: [sh, -c, 'echo noted >> "$0/ran"; echo noted > said']
  inputs:
    folder: {type: string, inputBinding: {position: 1}}
  outputs:
    said: {type: File, outputBinding: {glob: said}}
- class: CommandLineTool
  id: wait
  baseCommand: [sh, -c, 'echo began >> "$0/ran"; while ! test -e "$0/gate"; do sleep 0.1; done; echo went >> "$0/ran"; cat "$1" > said']
  inputs:
    folder: {type: string, inputBinding: {position: 1}}
    before: {type: File, inputBinding: {position: 2}}
  outputs:
    said: {type: File, outputBinding: {glob: said}}
