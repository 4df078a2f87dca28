// forkwait N: N times a child is made, ends at once, and is waited for. The classical measure of
// how dear address spaces are.
#include "user.h"

// The child must arrive with its own status, and be the one that was made.
static bool fork_and_wait(int status) {
  int pid = fork();
  if (pid == 0) exit(status);
  int seen = -1;
  return pid > 0 && wait(&seen) == pid && seen == status;
}

int main(int argc, char** argv) {
  uint32_t count = number_argument(argc, argv, 100);
  uint32_t lost = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (!fork_and_wait((int)(i % 100))) lost++;
  }
  printf("forkwait: %u forks, %u lost\n", count, lost);
  return lost == 0 ? 0 : 1;
}
