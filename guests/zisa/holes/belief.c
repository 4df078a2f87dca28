#include "belief.h"

bool compare(const char* what, uint32_t set, const char* instruction, uint32_t seen) {
  print(what);
  print(": I set ");
  print_hex(set);
  print(", ");
  print(instruction);
  print(" says ");
  print_hex(seen);
  print(seen == set ? ": as I set it\n" : ": deceived\n");
  return seen == set;
}
