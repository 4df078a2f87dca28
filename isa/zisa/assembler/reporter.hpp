// Where errors in a source are collected.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "isa/zisa/assembler/assembler.hpp"
#include "isa/zisa/assembler/lines.hpp"

namespace ringside::zisa::assembler {

class Reporter {
 public:
  /// More errors than this are not kept: the first ones tell what is wrong.
  static constexpr std::size_t kLimit = 20;

  /// Notes an error. The same error at the same place (a repeated line) counts once.
  void error(Place place, std::string message, std::string remedy = "");

  bool any() const { return !errors_.empty(); }
  bool full() const { return errors_.size() >= kLimit; }

  /// All errors, in the order of files and lines.
  std::vector<Diagnostic> diagnostics(const std::deque<SourceFile>& files) const;

 private:
  struct Entry {
    Place place;
    std::string message;
    std::string remedy;
  };
  std::vector<Entry> errors_;
};

/// The name among `names` that differs least from `name`, as "did you mean 'addi'?"; empty where
/// none is near (at most two letters changed, fewer in short names).
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& names);

}  // namespace ringside::zisa::assembler
