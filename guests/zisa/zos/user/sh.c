// sh: the shell, and process 1.
//
//   sh              reads lines from the console until `exit` or the end of input
//   sh -c SCRIPT    runs one line
//
// A line is commands separated by `;`, a command words separated by blanks, the first of which is
// the name of a program. The shell's own status is 0, or that of the first command that failed.
#include "user.h"

#define LINE_SIZE 1024
#define MAX_WORDS 15
#define STATUS_NOT_FOUND 127

static int first_failure;

static void note_status(int status) {
  if (first_failure == 0) first_failure = status;
}

// ---- From a line to words --------------------------------------------------------------------

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n';
}

// Cuts `command` into words, in place. Gives their number; -1 if there are too many.
static int split_words(char* command, char** words) {
  int count = 0;
  char* at = command;
  for (;;) {
    while (is_blank(*at)) *at++ = '\0';
    if (*at == '\0') break;
    if (count == MAX_WORDS) return -1;
    words[count++] = at;
    while (*at != '\0' && !is_blank(*at)) at++;
  }
  words[count] = NULL;
  return count;
}

// Ends the command at `line` with NUL; gives the text behind its `;`, NULL if there is none.
static char* cut_command(char* line) {
  for (; *line != '\0'; line++) {
    if (*line != ';') continue;
    *line = '\0';
    return line + 1;
  }
  return NULL;
}

// ---- Running ---------------------------------------------------------------------------------

__attribute__((noreturn)) static void become_program(char** words) {
  exec(words[0], words);
  printf("sh: %s: no such program\n", words[0]);
  exit(STATUS_NOT_FOUND);
}

// Orphans of others may end while we wait for ours.
static int wait_for(int pid) {
  int status = 0, ended;
  do {
    ended = wait(&status);
  } while (ended != pid && ended != -1);
  return ended == pid ? status : 1;
}

static int run_program(char** words) {
  int pid = fork();
  if (pid == 0) become_program(words);
  if (pid < 0) {
    printf("sh: %s: cannot make a process\n", words[0]);
    return 1;
  }
  return wait_for(pid);
}

__attribute__((noreturn)) static void leave(char** words, int count) {
  uint32_t status = (uint32_t)first_failure;
  if (count > 1 && !parse_number(words[1], &status)) status = 2;
  exit((int)status);
}

static void run_command(char* command) {
  char* words[MAX_WORDS + 1];
  int count = split_words(command, words);
  if (count < 0) {
    printf("sh: more than %d words\n", MAX_WORDS);
    note_status(2);
  } else if (count > 0 && text_equal(words[0], "exit")) {
    leave(words, count);
  } else if (count > 0) {
    note_status(run_program(words));
  }
}

static void run_line(char* line) {
  while (line != NULL) {
    char* rest = cut_command(line);
    run_command(line);
    line = rest;
  }
}

// ---- The console -----------------------------------------------------------------------------

// Reads a line of any length up to LINE_SIZE; false at the end of input.
static bool read_line(char* line) {
  size_t size = 0;
  while (size < LINE_SIZE - 1) {
    int count = read(0, line + size, LINE_SIZE - 1 - size);
    if (count <= 0) break;
    size += (size_t)count;
    if (line[size - 1] == '\n') break;
  }
  line[size] = '\0';
  return size > 0;
}

static void converse(void) {
  static char line[LINE_SIZE];
  for (;;) {
    printf("$ ");
    if (!read_line(line)) break;
    run_line(line);
  }
  printf("\n");
}

int main(int argc, char** argv) {
  if (argc == 3 && text_equal(argv[1], "-c")) {
    run_line(argv[2]);
  } else {
    converse();
  }
  return first_failure;
}
