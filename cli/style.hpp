// How text looks where it goes: colour, signs and width. Colour repeats what words and signs say.
#pragma once

#include <string>
#include <string_view>

namespace ringside::cli {

struct Style {
  bool colour = false;
  bool unicode = false;
  unsigned width = 100;  ///< columns
};

/// Of a file descriptor: colour in a terminal alone and not under NO_COLOR; Unicode where the
/// locale says UTF-8.
Style style_of(int descriptor);

/// What a colour stands for, the same everywhere (the palette of Okabe and Ito, for all eyes).
enum class Ink {
  kPlain,
  kStrong,
  kDim,
  kGood,
  kBad,
  kLie,
  kUser,
  kKernel,
  kHardware,
  kWalk,
  kVmm,
  kTranslation,
  kIdle
};

/// The ink of an account of cycles.
Ink ink_of_account(std::string_view account);

std::string paint(const Style& style, Ink ink, std::string_view text);

/// Columns that a text of UTF-8 takes; characters of no or double width are not told apart.
std::size_t columns(std::string_view text);
/// Padded with blanks to so many columns.
std::string pad_right(std::string text, std::size_t width);
std::string pad_left(const std::string& text, std::size_t width);

/// A text cut into lines of at most `width` columns between words; each line but the first begins
/// with `indent` blanks.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

/// A horizontal bar of so many eighths of a column; whole columns where there is no Unicode.
std::string bar(const Style& style, double columns);

}  // namespace ringside::cli
