#!/bin/sh
# Stands for a CWL runner (runner.sh LOGS --outdir DIR PACKAGE INPUTS): a job gives back
# its inputs at once, and one file; it has one step.
mkdir -p "$1/step" && echo started > "$1/step/log"
printf 'text\n' > "$3/text.txt"
sed "1s|^{|{\"file\": {\"class\": \"File\", \"path\": \"$3/text.txt\"}, |" "$5"
