#include "session/process_ends.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/hash.hpp"
#include "isa/zisa/decode.hpp"

namespace ringside::session {

namespace {

constexpr u32 kExitCall = 4;  // SYS_EXIT
constexpr u32 kRegisterA0 = 10, kRegisterA7 = 17;
constexpr std::size_t kMostDifferences = 4;

bool same_page(const ProcessEnd::Page& a, const ProcessEnd::Page& b) { return a == b || *a == *b; }

bool same(const ProcessEnd& a, const ProcessEnd& b) {
  return a.status == b.status && a.memory.size() == b.memory.size() &&
         std::ranges::equal(a.memory, b.memory, [](const auto& x, const auto& y) {
           return x.first == y.first && same_page(x.second, y.second);
         });
}

}  // namespace

// --- following a run ---

// Asked at every step, so what is seldom true comes first.
bool ProcessWatch::about_to_exit() const {
  if (m_.cpu().state.x[kRegisterA7] != kExitCall) return false;
  const cpu::ArchState state = m_.vm().guest_state();
  if (state.supervisor() || !state.paging()) return false;
  const auto word = m_.vm().peek_instruction(state);
  return word && zisa::decode_row(*word) == zisa::row_of("ecall");
}

// An interrupt may have come instead, or a fault of the fetch.
bool ProcessWatch::has_called(u32 pc) const {
  const cpu::ArchState state = m_.vm().guest_state();
  return state.supervisor() && state.control(cpu::Cr::kEpc) == pc &&
         state.control(cpu::Cr::kCause) == static_cast<u32>(cpu::Cause::kEcallU);
}

bool ProcessWatch::step() {
  if (!about_to_exit()) return m_.step();
  const u32 pc = m_.cpu().state.pc;
  ProcessEnd end = look();
  const bool more = m_.step();
  if (has_called(pc)) ends_.push_back(std::move(end));
  return more;
}

// --- memory of a process ---

ProcessEnd ProcessWatch::look() {
  const cpu::ArchState state = m_.vm().guest_state();
  ProcessEnd end{m_.clock().now(), state.x[kRegisterA0], {}};
  const u32 ptbr = state.control(cpu::Cr::kPtbr);
  if (mmu::ptbr::valid(ptbr)) add_table(end, mmu::shape_of(ptbr), ptbr & mmu::ptbr::kFrame, 0, 0);
  return end;
}

// Tables of a paravirtual guest hold host frames, others guest frames.
std::optional<Hpa> ProcessWatch::host(u64 frame) const {
  const vmm::Vm& vm = m_.vm();
  const auto page = vm.internals().guest_root ? vm.guest_page(frame) : std::optional(Gpa{frame << kPageShift});
  if (!page || !vm.is_ram(*page, kPageSize)) return std::nullopt;
  return vm.host_of(*page);
}

void ProcessWatch::add_table(ProcessEnd& end, const mmu::Shape& shape, u64 frame, unsigned level, u32 gva) {
  const auto base = host(shape.table_base(frame, level) >> kPageShift);
  if (!base) return;
  const u64 bytes = u64{1} << shape.shift(level);
  for (u64 i = 0; i < u64{1} << shape.bits[level]; ++i) {
    const u64 offset = 4 * i;
    if (!m_.memory().contains(*base + offset, 4)) return;
    const u32 entry = m_.memory().read<u32>(*base + offset), address = gva + static_cast<u32>(i * bytes);
    if (!(entry & mmu::pte::kV)) continue;
    if (mmu::pte::leaf(entry)) {
      if (entry & mmu::pte::kU) add_pages(end, mmu::pte::frame(entry), address, bytes);
    } else if (level + 1 < shape.levels) {
      add_table(end, shape, mmu::pte::frame(entry), level + 1, address);
    }
  }
}

void ProcessWatch::add_pages(ProcessEnd& end, u64 frame, u32 gva, u64 bytes) {
  for (u64 i = 0; i < bytes >> kPageShift; ++i)
    if (const auto page = host(frame + i)) end.memory[gva + static_cast<u32>(i << kPageShift)] = copy(*page);
}

ProcessEnd::Page ProcessWatch::copy(Hpa page) {
  const u8* bytes = m_.memory().at(page);
  ProcessEnd::Page& known = pages_[hash_bytes(bytes, kPageSize)];
  if (known && std::memcmp(known->data(), bytes, kPageSize) == 0) return known;
  auto made = std::make_shared<std::array<u8, kPageSize>>();
  std::memcpy(made->data(), bytes, kPageSize);
  return known = made;
}

// --- comparing ---

namespace {

using Ends = std::vector<const ProcessEnd*>;

// What has no equal in the other run.
void match(const std::vector<ProcessEnd>& first, const std::vector<ProcessEnd>& other, Ends& left_a, Ends& left_b) {
  for (const ProcessEnd& each : other) left_b.push_back(&each);
  for (const ProcessEnd& each : first) {
    const auto equal = std::ranges::find_if(left_b, [&](const ProcessEnd* b) { return same(each, *b); });
    if (equal == left_b.end())
      left_a.push_back(&each);
    else
      left_b.erase(equal);
  }
}

std::string difference(const ProcessEnd& a, const ProcessEnd& b) {
  if (a.status != b.status) return fmt::format("exit status: {} / {}", a.status, b.status);
  for (const auto& [gva, page] : a.memory) {
    const auto found = b.memory.find(gva);
    if (found == b.memory.end()) return fmt::format("page {:#x}: mapped / not mapped", gva);
    const auto at = std::ranges::mismatch(*page, *found->second);
    if (at.in1 != page->end())
      return fmt::format("memory at {:#x}: {:#x} / {:#x}", gva + static_cast<u32>(at.in1 - page->begin()), *at.in1,
                         *at.in2);
  }
  for (const auto& [gva, page] : b.memory)
    if (!a.memory.contains(gva)) return fmt::format("page {:#x}: not mapped / mapped", gva);
  return "";
}

}  // namespace

std::vector<std::string> compare_ends(const std::vector<ProcessEnd>& first, const std::vector<ProcessEnd>& other) {
  Ends a, b;
  match(first, other, a, b);
  std::vector<std::string> out;
  if (first.size() != other.size())
    out.push_back(fmt::format("processes that ended: {} / {}", first.size(), other.size()));
  for (std::size_t i = 0; i < std::min({a.size(), b.size(), kMostDifferences}); ++i)
    out.push_back(fmt::format("process that ends at {} / {}: {}", a[i]->time, b[i]->time, difference(*a[i], *b[i])));
  return out;
}

}  // namespace ringside::session
