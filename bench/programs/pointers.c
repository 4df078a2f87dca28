// Pointer chasing: a linked list and a binary search tree whose nodes lie in memory in random order,
// 256 KiB together. Loads whose addresses come from loads, stores of pointers, and branches that
// nobody can foresee.
#include "bench.h"

#define NODES 8192u

const char* const program_name = "pointers";
const uint32_t default_rounds = 800;

struct node {
  struct node* next;
  uint32_t value;
};

struct tree {
  struct tree *less, *more;
  uint32_t key, count;
};

static struct node nodes[NODES];
static struct tree trees[NODES];
static uint32_t order[NODES];

static void shuffle(uint32_t seed) {
  for (uint32_t i = 0; i < NODES; ++i) order[i] = i;
  for (uint32_t i = NODES - 1; i > 0; --i) {
    const uint32_t other = next_random(&seed) % (i + 1), kept = order[i];
    order[i] = order[other];
    order[other] = kept;
  }
}

static struct node* make_list(void) {
  struct node* head = 0;
  for (uint32_t i = 0; i < NODES; ++i) {
    struct node* node = &nodes[order[i]];
    node->next = head;
    node->value = i;
    head = node;
  }
  return head;
}

static uint32_t sum_of(const struct node* node) {
  uint32_t sum = 0;
  for (; node; node = node->next) sum += node->value ^ (sum << 1);
  return sum;
}

static struct node* reverse(struct node* node) {
  struct node* done = 0;
  while (node) {
    struct node* next = node->next;
    node->next = done;
    done = node;
    node = next;
  }
  return done;
}

static struct tree* make_tree(void) {
  struct tree* root = 0;
  for (uint32_t i = 0; i < NODES; ++i) {
    struct tree* fresh = &trees[i];
    struct tree** place = &root;
    fresh->less = fresh->more = 0;
    fresh->key = order[i];
    fresh->count = 0;
    while (*place) place = fresh->key < (*place)->key ? &(*place)->less : &(*place)->more;
    *place = fresh;
  }
  return root;
}

static uint32_t look_up(struct tree* tree, uint32_t key) {
  uint32_t depth = 0;
  while (tree && tree->key != key) {
    tree = key < tree->key ? tree->less : tree->more;
    ++depth;
  }
  return tree ? depth + tree->count++ : depth;
}

uint32_t run_rounds(uint32_t rounds) {
  uint32_t sum = 1, seed = 99;
  if (rounds == 0) return sum;
  shuffle(7);
  struct node* list = make_list();
  struct tree* tree = make_tree();
  for (uint32_t round = 0; round < rounds; ++round) {
    for (int i = 0; i < 6; ++i) sum = mix(sum, sum_of(list));
    list = reverse(list);
    for (int i = 0; i < 4096; ++i) sum += look_up(tree, next_random(&seed) % NODES);
  }
  return sum;
}
