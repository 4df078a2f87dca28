// What the paravirtual micro-guests share beside bare.h. Entries of page tables hold host frames, and the guest cannot write
// to tables in use.
#ifndef MICRO_PV_H
#define MICRO_PV_H

#include "hypercall.h"

#define PAGE_SHIFT 12

// What a hypercall gives; one that fails ends the run.
uint32_t must(int result);

// An entry that shows a page of the guest, to be asked for before paging_on(): afterwards p2m is not mapped.
uint32_t entry_of(const void* page, uint32_t rights);

#endif
