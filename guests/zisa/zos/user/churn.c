// churn N: N rounds of memory coming and going. Each round grows the heap, fills it, forks; the
// child checks that it sees the parent's pages and overwrites them (copy-on-write); the parent
// checks that it sees nothing of that, and shrinks the heap again.
#include "user.h"

#define PAGES 16
#define PAGE_WORDS 1024
#define WORD_STEP 64  // every 64th word is written and checked

static uint32_t pattern(uint32_t round, uint32_t index) {
  return round * 2654435761u ^ index;
}

static void fill(volatile uint32_t* words, uint32_t round) {
  for (uint32_t i = 0; i < PAGES * PAGE_WORDS; i += WORD_STEP) words[i] = pattern(round, i);
}

// How many pages do not hold what fill(round) put there.
static uint32_t count_bad_pages(const volatile uint32_t* words, uint32_t round) {
  uint32_t bad = 0;
  for (uint32_t page = 0; page < PAGES; page++) {
    bool good = true;
    for (uint32_t i = page * PAGE_WORDS; i < (page + 1) * PAGE_WORDS; i += WORD_STEP) {
      if (words[i] != pattern(round, i)) good = false;
    }
    if (!good) bad++;
  }
  return bad;
}

static uint32_t child_round(volatile uint32_t* words, uint32_t round) {
  uint32_t bad = count_bad_pages(words, round);
  fill(words, ~round);
  return bad + count_bad_pages(words, ~round);
}

static uint32_t one_round(uint32_t round) {
  const int size = PAGES * PAGE_WORDS * (int)sizeof(uint32_t);
  uint32_t* words = sbrk(size);
  if (words == (void*)-1) return PAGES;
  fill(words, round);
  int pid = fork(), bad = PAGES;
  if (pid == 0) exit((int)child_round(words, round));
  if (pid > 0) wait(&bad);
  uint32_t own_bad = count_bad_pages(words, round);
  sbrk(-size);
  return (uint32_t)bad + own_bad;
}

int main(int argc, char** argv) {
  uint32_t rounds = number_argument(argc, argv, 10);
  uint32_t bad = 0;
  for (uint32_t round = 0; round < rounds; round++) bad += one_round(round);
  printf("churn: %u rounds, %u bad pages\n", rounds, bad);
  return bad == 0 ? 0 : 1;
}
