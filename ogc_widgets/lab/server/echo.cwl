cwlVersion: v1.2
$graph:
- class: Workflow
  id: echo
  label: Echo
  doc: Gives back what it was sent, after a pause. For trying out clients and forms.
  requirements:
    ScatterFeatureRequirement: {}
  inputs:
    message:
      label: Message
      doc: Any text.
      type: string
    count:
      label: Count
      doc: A whole number.
      type: int?
    ratio:
      label: Ratio
      doc: A number.
      type: double?
    flag:
      label: Flag
      doc: Yes or no.
      type: boolean?
    colour:
      label: Colour
      doc: One of three.
      type:
      - 'null'
      - type: enum
        symbols: [red, green, blue]
    words:
      label: Words
      doc: Any number of texts.
      type: string[]?
    pauses:
      label: Pauses
      doc: Seconds to wait, one step for each.
      type: float[]
      default: [0]
  outputs:
    message:
      type: string
      label: The same message
      outputSource: answer/message
    count:
      type: int?
      label: The same count
      outputSource: answer/count
    ratio:
      type: double?
      label: The same ratio
      outputSource: answer/ratio
    flag:
      type: boolean?
      label: The same flag
      outputSource: answer/flag
    colour:
      type: string?
      label: The same colour
      outputSource: answer/colour
    words:
      type: string[]?
      label: The same words
      outputSource: answer/words
  steps:
    pause:
      run: '#pause'
      scatter: seconds
      in:
        seconds: pauses
      out: [done]
    answer:
      run: '#answer'
      in:
        message: message
        count: count
        ratio: ratio
        flag: flag
        colour: colour
        words: words
        after: pause/done
      out: [message, count, ratio, flag, colour, words]
- class: CommandLineTool
  id: pause
  requirements:
    ShellCommandRequirement: {}
  baseCommand: []
  arguments:
  - shellQuote: false
    valueFrom: >-
      echo "waiting $(inputs.seconds) s" >&2; sleep $(inputs.seconds);
      echo "done" >&2; : > done
  inputs:
    seconds: float
  outputs:
    done:
      type: File
      outputBinding:
        glob: done
- class: CommandLineTool
  id: answer
  requirements:
    InitialWorkDirRequirement:
      listing:
      - entryname: cwl.output.json
        entry: $(inputs)
  baseCommand: [echo, answered]
  inputs:
    message: string
    count: int?
    ratio: double?
    flag: boolean?
    colour: Any?
    words: string[]?
    after: File[]
  outputs:
    message: string
    count: int?
    ratio: double?
    flag: boolean?
    colour: Any?
    words: string[]?
