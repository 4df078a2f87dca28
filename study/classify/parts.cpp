#include "study/classify/parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ringside::study {

using namespace session;

namespace {

std::string rights_text(u32 rights) {
  std::string text;
  for (const auto& [bit, letter] : {std::pair{kLabRead, 'r'}, std::pair{kLabWrite, 'w'},
                                    std::pair{kLabExecute, 'x'}, std::pair{kLabUser, 'u'}})
    text += rights & bit ? letter : '-';
  return text;
}

std::string page_name(u32 base, u32 p) {
  return fmt::format("page {:#010x}", base + p * kPageSize);
}

std::string page_text(const LabPage& page) {
  if (!page.mapped && !page.cached) return "absent";
  std::string text = rights_text(page.rights);
  if (page.mapped) text += fmt::format(" frame {}", page.frame);
  if (page.cached) text += fmt::format(" cached frame {}", *page.cached);
  return text;
}

}  // namespace

Part number(std::string what, u64 value) {
  return {std::move(what), fmt::format("{:#010x}", value), value == 0};
}

void add_pages(Parts& parts, u32 base, const std::array<LabPage, kLabPages>& pages) {
  for (u32 p = 0; p < kLabPages; ++p)
    parts.push_back(
        {page_name(base, p), page_text(pages[p]), !pages[p].mapped && !pages[p].cached});
}

void add_map(Parts& parts, u32 base, const LabMap& map, bool paging) {
  for (u32 p = 0; p < kLabPages; ++p) {
    const LabTranslation& at = map[p];
    const std::string text = fmt::format("{} frame {}", rights_text(at.rights), at.frame);
    parts.push_back({page_name(base, p), at.mapped ? text : "absent", !at.mapped || !paging});
  }
}

std::string written_text(const std::vector<LabByte>& written) {
  constexpr std::size_t kMost = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, written.size()); ++i)
    text += fmt::format("{}{:#010x}={:02x}", i ? " " : "", written[i].gva, written[i].value);
  return text.empty() ? "unchanged" : text;
}

}  // namespace ringside::study
