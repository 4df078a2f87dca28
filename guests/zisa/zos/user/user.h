// What a program of zos has: the system calls and a small library.
#ifndef ZOS_USER_H
#define ZOS_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- System calls (abi.h says what each takes and gives); -1 means that it could not be done
int fork(void);
int exec(const char* name, char* const* argv);
int wait(int* status);
__attribute__((noreturn)) void exit(int status);
int read(int descriptor, void* buffer, size_t size);
int write(int descriptor, const void* buffer, size_t size);
void* sbrk(int change);  // (void*)-1 if it could not be done
int sleep(uint32_t ticks);
int yield(void);
int getpid(void);

// ---- lib.c
void printf(const char* format, ...) __attribute__((format(printf, 1, 2)));  // %s %d %u %x
size_t strlen(const char* text);
bool text_equal(const char* a, const char* b);
void* memset(void* to, int byte, size_t size);
void* memcpy(void* restrict to, const void* restrict from, size_t size);
bool parse_number(const char* text, uint32_t* number);
// The program's first argument as a number, or `otherwise`; a word that is no number ends the
// program with a message and status 2.
uint32_t number_argument(int argc, char** argv, uint32_t otherwise);

#endif
