// Errors as values. An Error is what a person reads: one line with file, place, cause and remedy.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace ringside {

/// What went wrong with something that came from outside (a file, an option, a guest).
struct Error {
  /// The classes that the exit statuses of interfaces.md tell apart.
  enum class Kind { kUsage, kBadFile, kInternal };
  Kind kind = Kind::kBadFile;
  std::string file;    ///< what was being read; empty for options
  std::string place;   ///< where in it ("line 3, column 7", "segment 2"); may be empty
  std::string cause;   ///< what is wrong
  std::string remedy;  ///< what to do about it

  /// "file: place: cause; remedy", leaving out what is empty.
  std::string text() const {
    std::string line;
    for (const auto& part : {file, place})
      if (!part.empty()) line += part + ": ";
    line += cause;
    if (!remedy.empty()) line += "; " + remedy;
    return line;
  }
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace ringside
