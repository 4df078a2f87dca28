// Numbers with names on the command line: "loads=100".
#ifndef VALUES_H
#define VALUES_H

#include "bare.h"

// The number behind `name` and '=', or `otherwise`.
uint32_t command_value(const struct boot_info* boot, const char* name, uint32_t otherwise);

#endif
