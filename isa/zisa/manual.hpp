// The instruction table as a manual prints it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringside::zisa {

/// One instruction as the manual has it, in words.
struct ManualRow {
  std::string_view name;
  std::string usage;     ///< "read_sr rd"
  std::string encoding;  ///< bit 31 first, letters where operands are
  std::string_view kind;
  std::string_view in_user;  ///< what it does in U mode on `zisa`
  bool hole = false;
  std::string classes;
};
std::vector<ManualRow> manual_rows();

/// Markdown of the instruction table: a row per instruction with its encoding, operands, kind,
/// behaviour in user mode and sensitivity classes. Appendix A of docs/zisa.md holds this text
/// between its marks; a test compares the two.
std::string manual_tables();

/// The lines around the generated text in docs/zisa.md.
inline constexpr std::string_view kManualBegin = "<!-- generated: instruction table -->\n";
inline constexpr std::string_view kManualEnd = "<!-- end of generated text -->\n";

}  // namespace ringside::zisa
