#include "cli/debug_prompt.hpp"

#include <editline/readline.h>

#include <cstdlib>
#include <cstring>
#include <iostream>

#include "cli/terminal.hpp"

namespace ringside::cli {

namespace {

// The line editor calls back without a context.
Completions completions_now;

char* next_completion(const char* beginning, int state) {
  static std::vector<std::string> found;
  static std::size_t next;
  if (state == 0) found = completions_now(beginning), next = 0;
  return next < found.size() ? strdup(found[next++].c_str()) : nullptr;
}

char** complete_word(const char* beginning, int, int) {
  rl_attempted_completion_over = 1;  // and no file names
  return rl_completion_matches(beginning, next_completion);
}

class Terminal final : public Prompt {
 public:
  explicit Terminal(Completions completions) {
    completions_now = std::move(completions);
    rl_attempted_completion_function = complete_word;
    using_history();
  }

  // An empty line repeats the last one, so that stepping is a key.
  std::optional<std::string> line() override {
    char* typed = read();
    if (!typed) return std::nullopt;
    std::string text(typed);
    std::free(typed);
    if (text.empty()) return last_;
    if (text != last_) add_history(text.c_str());
    return last_ = text;
  }

 private:
  // Ctrl+C drops what was begun and does not end the program, which is Ctrl+D's.
  static char* read() {
    for (;;) {
      const InterruptWatch interrupts;
      if (char* typed = readline("ringside> ")) return typed;
      if (!InterruptWatch::interrupted()) return nullptr;
      std::cout << "\n" << std::flush;
    }
  }

  std::string last_;
};

class Script final : public Prompt {
 public:
  explicit Script(bool echo) : echo_(echo) {}

  std::optional<std::string> line() override {
    std::string text;
    if (!std::getline(std::cin, text)) return std::nullopt;
    if (!text.empty() && text.back() == '\r') text.pop_back();
    if (echo_ && !text.empty()) std::cout << "> " << text << "\n" << std::flush;
    return text;
  }

 private:
  bool echo_;
};

}  // namespace

std::unique_ptr<Prompt> terminal_prompt(Completions completions) {
  return std::make_unique<Terminal>(std::move(completions));
}
std::unique_ptr<Prompt> script_prompt(bool echo) {
  return std::make_unique<Script>(echo);
}

}  // namespace ringside::cli
