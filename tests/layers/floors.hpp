// The floors of the project as data, and the check that holds the include lines to them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringside::layers {

/// One folder and the folders that its files may include; its own it may always.
struct Floor {
  std::string_view folder;
  std::vector<std::string_view> may_include;
};

/// The table of ARCHITECTURE.md, lowest floor first. "isa" stands for every folder below isa/.
const std::vector<Floor>& floors();

/// The floor that a file ("mmu/tlb.hpp") stands on; null where its folder is not in the table.
const Floor* floor_of(std::string_view path);

/// What is wrong with the text of the file at `path` (from the root): one line
/// "mmu/tlb.hpp:3: ..." for each include of ours that the table forbids.
std::vector<std::string> include_violations(std::string_view path, std::string_view text);

/// The same for what ties a file to one operating system or makes a run depend on the host: system
/// headers, threads, clocks, randomness. Allowed in cli/, grade/ and gui/ alone.
std::vector<std::string> host_violations(std::string_view path, std::string_view text);

}  // namespace ringside::layers
