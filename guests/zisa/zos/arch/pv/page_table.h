// The part of page_table.c for a VMM, as far as it is the same on all ISAs. Tables are read-only for us too: a frame loses its
// write permission in the kernel's map before it becomes a table, and gets it back afterwards. Included by the ISA's own
// pv/page_table.h, which says what TABLE_RIGHTS are.

static void set_kernel_rights(paddr_t frame, uint32_t rights) {
  pv_update(page_entry(kernel_root, (uint32_t)frame_pointer(frame), false), pte_make(frame, rights));
}

// Makes a frame a table, in the entry above it: read-only first. One batch, done at once, because it is read at once.
static void queue_table(pte_t* entry, paddr_t frame, uint32_t rights) {
  set_kernel_rights(frame, TABLE_RIGHTS);
  pv_update(entry, pte_make(frame, rights));
}

static void unpin(page_table_t root) {
  KASSERT(hypercall(HV_UNPIN, (uint32_t)root >> PAGE_SHIFT, 0, 0) == 0, "an address space stays pinned");
}

void space_activate(page_table_t root) {
  if (root == active) return;
  KASSERT(hypercall(HV_SWITCH_SPACE, (uint32_t)root >> PAGE_SHIFT, 0, 0) == 0, "no such address space");
  active = root;
}

// ---- The kernel's part -----------------------------------------------------------------------

static void map_host_pages(uint32_t address, uint32_t host_frame, uint32_t pages, uint32_t rights) {
  for (uint32_t i = 0; i < pages; i++, address += PAGE_SIZE) {
    pte_t* entry = page_entry(kernel_root, address, true);
    KASSERT(entry != NULL, "no memory for the kernel's page tables");
    pte_set(entry, pte_of_host(host_frame + i, rights));
  }
}

// The two tables of frames.
static void map_frame_tables(uint32_t rights) {
  uint32_t pages = pv_query(HV_QUERY_TABLE_PAGES);
  map_host_pages(P2M_WINDOW, pv_query(HV_QUERY_P2M_FRAME), pages, rights);
  map_host_pages(M2P_WINDOW, pv_query(HV_QUERY_M2P_FRAME), pages, rights);
}

// While all is plain memory yet.
static void protect_kernel_table(paddr_t frame) {
  *page_entry(kernel_root, (uint32_t)frame_pointer(frame), false) = pte_make(frame, TABLE_RIGHTS);
}
