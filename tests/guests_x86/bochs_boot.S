// A boot sector that stands in for a multiboot loader where there is none, as on Bochs: reads a flat kernel from the
// first disk, sector 16 on, puts it at 1 MiB and enters it as multiboot 1 says (section 3.2). Who assembles it defines
// KERNEL_SECTORS, ENTRY, MEMORY_UPPER (in KiB) and COMMAND_LINE.
    .set BUFFER, 0x10000
    .set CHUNK, 64  // sectors read at once
    .set KERNEL, 0x100000
    .set FIRST_SECTOR, 16

    .code16
    .globl _start
_start:
    cli
    xorw    %ax, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    movw    $0x7c00, %sp
    inb     $0x92, %al      // address line 20
    orb     $2, %al
    andb    $0xfe, %al
    outb    %al, $0x92
    movl    $KERNEL, %edi

next:
    sti
    movw    $packet, %si    // extended read, of the first disk
    movb    $0x42, %ah
    movb    $0x80, %dl
    int     $0x13
    cli
    jc      failed
    call    protect
    movw    $0x10, %bx      // limits of 4 GiB stay in DS and ES when protected mode is left
    movw    %bx, %ds
    movw    %bx, %es
    andb    $0xfe, %al
    movl    %eax, %cr0
    movl    $BUFFER, %esi
    movl    $(CHUNK * 512 / 4), %ecx
    cld
    rep movsl (%esi), (%edi)
    xorw    %ax, %ax
    movw    %ax, %ds
    movw    %ax, %es
    addl    $CHUNK, sector
    subw    $CHUNK, left
    ja      next

    call    protect
    ljmpl   $0x08, $enter

protect:
    lgdt    gdtr
    movl    %cr0, %eax
    orb     $1, %al
    movl    %eax, %cr0
    ret

failed:
    hlt
    jmp     failed

    .code32
enter:
    movw    $0x10, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    movl    $0x2badb002, %eax
    movl    $information, %ebx
    movl    $ENTRY, %ecx
    jmp     *%ecx

    .balign 4
packet:
    .byte   16, 0
    .word   CHUNK, 0, BUFFER >> 4
sector:
    .long   FIRST_SECTOR, 0
left:
    .word   KERNEL_SECTORS
gdtr:
    .word   23
    .long   gdt
    .balign 8
gdt:
    .quad   0, 0x00cf9a000000ffff, 0x00cf92000000ffff
information:                // memory sizes and the command line
    .long   5, 639, MEMORY_UPPER, 0, line
line:
    .asciz  COMMAND_LINE
    .org    510
    .word   0xaa55
