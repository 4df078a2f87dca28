// sleep N: waits N ticks.
#include "user.h"

int main(int argc, char** argv) {
  uint32_t ticks = number_argument(argc, argv, 1);
  sleep(ticks);
  printf("sleep: %u ticks\n", ticks);
  return 0;
}
