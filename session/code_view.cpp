#include "session/code_view.hpp"

#include <algorithm>

#include "loader/image.hpp"
#include "session/lens.hpp"

namespace ringside::session {

namespace {

// Addresses of instructions from `from` on, if decoding arrives exactly at `to`; else nothing.
std::vector<u32> sweep(const Lens& lens, u32 from, u32 to) {
  std::vector<u32> found;
  for (u64 at = from; at < to;) {
    const CodeLine line = lens.line(lens.fetch(static_cast<u32>(at)), [](u32) { return std::string(); });
    if (line.bytes.empty() || line.length == 0) return {};
    found.push_back(line.address);
    at = u64{line.address} + line.length;
    if (at > to) return {};
  }
  return found;
}

// Where decoding may begin: at the symbols before the address, the nearest that are far enough away first; where
// none does it, at bytes before it.
std::vector<u32> starts(const Session& session, u32 address, u32 before) {
  const u32 far = std::min<u32>(address, before * kLongestInstruction), near = std::min<u32>(address, before);
  std::vector<u32> found;
  const auto symbols = session.image().symbols.all();
  for (auto it = symbols.rbegin(); it != symbols.rend(); ++it)
    if (it->address <= address - near && it->address >= address - far) found.push_back(it->address);
  for (u32 back = std::min(far, before * 4); back >= 1; --back) found.push_back(address - back);
  return found;
}

std::vector<u32> addresses_before(const Session& session, const Lens& lens, u32 address, u32 before) {
  std::vector<u32> best;
  for (const u32 start : starts(session, address, before)) {
    if (!lens.can_begin(start)) continue;
    auto found = sweep(lens, start, address);
    if (found.size() > best.size()) best = std::move(found);
    if (best.size() >= before) break;
  }
  if (best.size() > before) best.erase(best.begin(), best.end() - before);
  return best;
}

}  // namespace

std::vector<CodeLine> code_around(const Session& session, Gva address, u32 before, u32 after) {
  const auto lens = make_lens(session.any_machine());
  const auto above = addresses_before(session, *lens, address.v, before);
  std::vector<CodeLine> lines = code(session, {above.empty() ? address.v : above.front()}, static_cast<u32>(above.size()) + 1 + after);
  // Behind the end of the memory there is nothing to show.
  while (lines.size() > above.size() + 1 && lines.back().bytes.empty()) lines.pop_back();
  return lines;
}

}  // namespace ringside::session
