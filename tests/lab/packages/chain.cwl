cwlVersion: v1.2
$namespaces:
  s: https://schema.org/
s:softwareVersion: 2.1.0
s:keywords: letters, counting
$schemas:
- http://schema.org/version/9.0/schemaorg-current-http.rdf
$graph:
- class: Workflow
  id: chain
  label: Letters
  doc: Counts the letters of words, then adds them up.
  requirements:
    ScatterFeatureRequirement: {}
    SubworkflowFeatureRequirement: {}
  inputs:
    words: {type: 'string[]', label: Words, doc: What to count}
    repeat: {type: 'int[]', default: [1, 2]}
    pause: {type: float, default: 0}
  outputs:
    report: {type: File, outputSource: node_sum/report}
    counts: {type: 'File[]', outputSource: node_word/counted}
  steps:
    node_word:
      run: '#word'
      scatter: word
      in: {word: words, repeat: repeat, pause: pause}
      out: [counted]
    node_sum:
      run: '#sum'
      in: {counts: node_word/counted}
      out: [report]
- class: Workflow
  id: word
  requirements:
    ScatterFeatureRequirement: {}
  inputs: {word: string, repeat: 'int[]', pause: float}
  outputs:
    counted: {type: File, outputSource: node_join/joined}
  steps:
    node_count:
      run: '#count'
      scatter: times
      in: {word: word, times: repeat, pause: pause}
      out: [counted]
    node_join:
      run: '#join'
      in: {parts: node_count/counted}
      out: [joined]
- class: CommandLineTool
  id: count
  baseCommand: [sh, -c, 'echo "counting $0 times $1" >&2; sleep $2; echo "${#0}" > n.txt; echo counted']
  inputs:
    word: {type: string, inputBinding: {position: 1}}
    times: {type: int, inputBinding: {position: 2}}
    pause: {type: float, inputBinding: {position: 3}}
  outputs:
    counted: {type: File, outputBinding: {glob: n.txt}}
- class: CommandLineTool
  id: join
  baseCommand: cat
  stdout: joined.txt
  stderr: join.err
  inputs:
    parts: {type: 'File[]', inputBinding: {position: 1}}
  outputs:
    joined: {type: File, outputBinding: {glob: joined.txt}}
- class: CommandLineTool
  id: sum
  baseCommand: [sh, -c, 'cat "$@" | sort | uniq -c > report.txt', sum]
  inputs:
    counts: {type: 'File[]', inputBinding: {position: 1}}
  outputs:
    report: {type: File, outputBinding: {glob: report.txt}}
