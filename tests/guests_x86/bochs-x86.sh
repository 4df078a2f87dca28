#!/usr/bin/env bash
# Runs an x86 guest on Bochs, which has no multiboot loader: bochs_boot.S is one. Passes if the guest prints a line that
# ends with the text; what it printed goes to stdout.
#   bochs-x86.sh BOCHS KERNEL COMMAND_LINE TEXT [SECONDS]
# Bochs has no debug exit port, so it is stopped when the text is there.
set -euo pipefail
bochs=$1 kernel=$2 line=$3 text=$4 seconds=${5:-60}
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A disk of 20 cylinders: the boot sector, and the kernel's bytes from its first physical address (1 MiB) on.
objcopy -O binary "$kernel" "$work/flat"
sectors=$((($(stat -c %s "$work/flat") + 511) / 512))
entry=$(readelf -h "$kernel" | awk '/Entry point/ {print $4}')
clang --target=i386-none-elf -c -o "$work/boot.o" "-DKERNEL_SECTORS=$sectors" "-DENTRY=$entry" -DMEMORY_UPPER=31744 \
  "-DCOMMAND_LINE=\"$(basename "$kernel") $line\"" "$here/bochs_boot.S"
ld.lld -m elf_i386 -Ttext 0x7c00 --oformat binary -o "$work/boot" "$work/boot.o"
truncate -s $((20 * 16 * 63 * 512)) "$work/disk"
dd if="$work/boot" of="$work/disk" conv=notrunc status=none
dd if="$work/flat" of="$work/disk" seek=16 conv=notrunc status=none

cat >"$work/bochsrc" <<END
config_interface: textconfig
display_library: rfb, options="timeout=0"
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
megs: 32
cpu: model=bx_generic, count=1, ips=50000000, reset_on_triple_fault=0
clock: sync=none, time0=946684800
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
speaker: enabled=0
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=disk, path=$work/disk, mode=flat, cylinders=20, heads=16, spt=63
boot: disk
com1: enabled=1, mode=file, dev=$work/serial
log: $work/log
panic: action=report
error: action=report
info: action=ignore
debug: action=ignore
END
echo c >"$work/go"  # to Bochs' debugger
touch "$work/serial"
(cd "$work" && exec "$bochs" -q -f bochsrc <go >out 2>&1) &
machine=$!
for ((i = 0; i < 5 * seconds; ++i)); do
  grep -q "$text\$" "$work/serial" && break
  kill -0 $machine 2>/dev/null || break
  sleep 0.2
done
kill -9 $machine 2>/dev/null || true
wait $machine 2>/dev/null || true

cat "$work/serial"
grep -q "$text\$" "$work/serial" || { echo "not printed: $text" >&2; tail -5 "$work/out" "$work/log" >&2; exit 1; }
