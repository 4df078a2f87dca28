// An interpreter: a stack machine whose program counts primes by trial division and computes
// Fibonacci numbers by recursion. A switch through a table of addresses and a stack in memory:
// indirect jumps whose target changes every time.
#include "bench.h"

const char* const program_name = "interpreter";
const uint32_t default_rounds = 600;

enum op {
  PUSH, LOAD, STORE, INCREMENT, DUPLICATE, SWAP, ADD, SUBTRACT, MULTIPLY, REMAINDER, LESS,
  JUMP, JUMP_IF, JUMP_UNLESS, CALL, RETURN, HALT
};

struct instruction {
  uint8_t op;
  int16_t argument;
};

// Variables: 0 candidate, 1 divisor, 2 number of primes, 3 limit, 4 Fibonacci number.
static const struct instruction program[] = {
    /*  0 main     */ {PUSH, 2}, {STORE, 0},
    /*  2 next     */ {LOAD, 0}, {LOAD, 3}, {LESS, 0}, {JUMP_UNLESS, 12},
    /*  6          */ {CALL, 16}, {LOAD, 2}, {ADD, 0}, {STORE, 2}, {INCREMENT, 0}, {JUMP, 2},
    /* 12 recurse  */ {PUSH, 14}, {CALL, 34}, {STORE, 4}, {HALT, 0},
    /* 16 is_prime */ {PUSH, 2}, {STORE, 1},
    /* 18 divide   */ {LOAD, 0}, {LOAD, 1}, {LOAD, 1}, {MULTIPLY, 0}, {LESS, 0}, {JUMP_IF, 30},
    /* 24          */ {LOAD, 0}, {LOAD, 1}, {REMAINDER, 0}, {JUMP_UNLESS, 32},
    /* 28          */ {INCREMENT, 1}, {JUMP, 18},
    /* 30 yes      */ {PUSH, 1}, {RETURN, 0},
    /* 32 no       */ {PUSH, 0}, {RETURN, 0},
    /* 34 fibonacci*/ {DUPLICATE, 0}, {PUSH, 2}, {LESS, 0}, {JUMP_IF, 47},
    /* 38          */ {DUPLICATE, 0}, {PUSH, 1}, {SUBTRACT, 0}, {CALL, 34},
    /* 42          */ {SWAP, 0}, {PUSH, 2}, {SUBTRACT, 0}, {CALL, 34}, {ADD, 0},
    /* 47 done     */ {RETURN, 0},
};

static int32_t variables[8];
static int32_t stack[64];
static const struct instruction* calls[64];

static uint32_t interpret(int32_t limit) {
  const struct instruction* next = program;
  const struct instruction** call = calls;
  int32_t* top = stack;  // the value on top; stack[0] is never used
  uint32_t executed = 0;
  variables[2] = 0;
  variables[3] = limit;
  for (;;) {
    const struct instruction* now = next++;
    ++executed;
    switch ((enum op)now->op) {
      case PUSH: *++top = now->argument; break;
      case LOAD: *++top = variables[now->argument]; break;
      case STORE: variables[now->argument] = *top--; break;
      case INCREMENT: ++variables[now->argument]; break;
      case DUPLICATE: ++top; *top = top[-1]; break;
      case SWAP: { const int32_t kept = *top; *top = top[-1]; top[-1] = kept; break; }
      case ADD: --top; *top += top[1]; break;
      case SUBTRACT: --top; *top -= top[1]; break;
      case MULTIPLY: --top; *top *= top[1]; break;
      case REMAINDER: --top; *top %= top[1]; break;
      case LESS: --top; *top = *top < top[1]; break;
      case JUMP: next = program + now->argument; break;
      case JUMP_IF: if (*top-- != 0) next = program + now->argument; break;
      case JUMP_UNLESS: if (*top-- == 0) next = program + now->argument; break;
      case CALL: *call++ = next; next = program + now->argument; break;
      case RETURN: next = *--call; break;
      case HALT: return mix(executed, (uint32_t)(variables[2] << 16 | variables[4]));
    }
  }
}

uint32_t run_rounds(uint32_t rounds) {
  uint32_t sum = 1;
  for (uint32_t round = 0; round < rounds; ++round) sum = mix(sum, interpret(500 + (int32_t)round));
  return sum;
}
