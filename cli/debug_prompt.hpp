// Where the debugger's lines come from: a terminal with editing, history and completion, or a
// script.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ringside::cli {

class Prompt {
 public:
  virtual ~Prompt() = default;
  /// The next line; nothing at the end.
  virtual std::optional<std::string> line() = 0;
};

/// Words that a beginning can be completed to.
using Completions = std::function<std::vector<std::string>(const std::string& beginning)>;

/// Of a terminal. One at a time, since the line editor is a library with global state.
std::unique_ptr<Prompt> terminal_prompt(Completions completions);
/// Of standard input line by line; each is shown behind a `>` if `echo`.
std::unique_ptr<Prompt> script_prompt(bool echo);

}  // namespace ringside::cli
