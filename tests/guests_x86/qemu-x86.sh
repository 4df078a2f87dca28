#!/usr/bin/env bash
# Runs an x86 guest on QEMU. Passes if the guest ends with code 0 and prints the text.
#   qemu-x86.sh QEMU KERNEL COMMAND_LINE DRIVE|none TEXT
# The word cpu=MODEL in the command line chooses QEMU's CPU. The drive's file is left as it is.
set -uo pipefail
qemu=$1 kernel=$2 line=$3 drive=$4 text=$5

options=(-m 64 -display none -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=1)
[ "$drive" = none ] || options+=(-drive "file=$drive,format=raw,if=ide,snapshot=on")
[[ $line =~ cpu=([a-z0-9]+) ]] && options+=(-cpu "${BASH_REMATCH[1]}")
printed=$("$qemu" -kernel "$kernel" -append "$line" "${options[@]}" </dev/null)
status=$?

printf '%s\n' "$printed"
[ $status = 1 ] || { echo "QEMU ended with $status: 1 is the guest's code 0" >&2; exit 1; }
[[ $printed == *"$text"* ]] || { echo "not printed: $text" >&2; exit 1; }
