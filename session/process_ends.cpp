#include "session/process_ends.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/hash.hpp"
#include "isa/zisa/decode.hpp"
#include "mmu/x86/paging.hpp"

namespace ringside::session {

namespace {

constexpr u32 kExitCall = 4;  // SYS_EXIT
constexpr u32 kRegisterA7 = 17;
constexpr u8 kCallVector = 0x80;
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

bool ProcessIsa<vmm::ZisaArch>::about_to_exit(const vmm::Machine& machine) {
  if (machine.cpu().state.x[kRegisterA7] != kExitCall) return false;
  const cpu::ArchState state = machine.vm().guest_state();
  if (state.supervisor() || !state.paging()) return false;
  const auto word = machine.vm().peek_instruction(state);
  return word && zisa::decode_row(*word) == zisa::row_of("ecall");
}

bool ProcessIsa<vmm::ZisaArch>::has_called(const vmm::Machine& machine, u32 pc) {
  const cpu::ArchState state = machine.vm().guest_state();
  return state.supervisor() && state.control(cpu::Cr::kEpc) == pc &&
         state.control(cpu::Cr::kCause) == static_cast<u32>(cpu::Cause::kEcallU);
}

bool ProcessIsa<x86::Arch>::about_to_exit(const x86::Machine& machine) {
  const x86::State& real = machine.cpu().state;
  if (real.r[x86::kEax] != kExitCall || !real.user()) return false;
  const auto found = machine.vm().peek_instruction(machine.vm().guest_state());
  return found && found->row == x86::row_of("int") && static_cast<u8>(found->immediate[0]) == kCallVector;
}

// By the log: the bare CPU notes a trap, the VMM what it injects.
bool ProcessIsa<x86::Arch>::has_called(const x86::Machine& machine, u32) {
  if (machine.log().events().empty()) return false;
  const vmm::Event& last = machine.log().events().back();
  const bool trap = last.kind == vmm::EventKind::kTrap;
  const auto injected = std::ranges::find(machine.log().events(), vmm::EventKind::kInject, &vmm::Event::kind);
  const vmm::Event& event = trap || injected == machine.log().events().end() ? last : *injected;
  return static_cast<x86::Trap::Kind>(event.detail) == x86::Trap::Kind::kSoftware && event.a == kCallVector;
}

template <class A>
bool ProcessWatchOf<A>::step() {
  if (!Isa::about_to_exit(m_)) return m_.step();
  const u32 pc = m_.pc();
  ProcessEnd end = look();
  m_.log().forget();
  const bool more = m_.step();
  if (Isa::has_called(m_, pc)) ends_.push_back(std::move(end));
  return more;
}

// --- memory of a process ---

template <class A>
ProcessEnd ProcessWatchOf<A>::look() {
  const auto state = m_.vm().guest_state();
  ProcessEnd end{m_.clock().now(), Isa::status(state), {}};
  Isa::visit_pages(m_, state, [&](u32 address, u64 frame) {
    if (const auto page = host_page(m_, frame)) end.memory[address] = copy(*page);
  });
  return end;
}

template <class A>
ProcessEnd::Page ProcessWatchOf<A>::copy(Hpa page) {
  const u8* bytes = m_.memory().at(page);
  ProcessEnd::Page& known = pages_[hash_bytes(bytes, kPageSize)];
  if (known && std::memcmp(known->data(), bytes, kPageSize) == 0) return known;
  auto made = std::make_shared<std::array<u8, kPageSize>>();
  std::memcpy(made->data(), bytes, kPageSize);
  return known = made;
}

template class ProcessWatchOf<vmm::ZisaArch>;
template class ProcessWatchOf<x86::Arch>;

namespace {

using Visit = std::function<void(u32, u64)>;

void visit_leaf(u64 frame, u32 gva, u64 bytes, const Visit& visit) {
  for (u64 i = 0; i < bytes >> kPageShift; ++i) visit(gva + static_cast<u32>(i << kPageShift), frame + i);
}

void visit_table(const vmm::Machine& m, const mmu::Shape& shape, u64 frame, unsigned level, u32 gva, const Visit& visit) {
  const auto base = host_page(m, shape.table_base(frame, level) >> kPageShift);
  if (!base) return;
  const u64 bytes = u64{1} << shape.shift(level);
  for (u64 i = 0; i < u64{1} << shape.bits[level]; ++i) {
    const u64 offset = 4 * i;
    if (!m.memory().contains(*base + offset, 4)) return;
    const u32 entry = m.memory().read<u32>(*base + offset), address = gva + static_cast<u32>(i * bytes);
    if (!(entry & mmu::pte::kV)) continue;
    if (mmu::pte::leaf(entry)) {
      if (entry & mmu::pte::kU) visit_leaf(mmu::pte::frame(entry), address, bytes, visit);
    } else if (level + 1 < shape.levels) {
      visit_table(m, shape, mmu::pte::frame(entry), level + 1, address, visit);
    }
  }
}

constexpr u32 kX86User = x86::pte::kP | x86::pte::kUs;
constexpr unsigned kX86Entries = 1024, kX86DirectoryShift = 22;

bool user_entry(u32 entry) { return (entry & kX86User) == kX86User; }

void visit_x86_table(const x86::Machine& m, u64 frame, u32 gva, const Visit& visit) {
  const auto base = host_page(m, frame);
  for (u32 i = 0; base && i < kX86Entries; ++i) {
    const u32 entry = m.memory().read<u32>(*base + 4 * i);
    if (user_entry(entry)) visit(gva + (i << kPageShift), entry >> kPageShift);
  }
}

}  // namespace

void ProcessIsa<vmm::ZisaArch>::visit_pages(const vmm::Machine& machine, const State& state, const Visit& visit) {
  const u32 ptbr = state.control(cpu::Cr::kPtbr);
  if (mmu::ptbr::valid(ptbr)) visit_table(machine, mmu::shape_of(ptbr), ptbr & mmu::ptbr::kFrame, 0, 0, visit);
}

void ProcessIsa<x86::Arch>::visit_pages(const x86::Machine& machine, const State& state, const Visit& visit) {
  const auto base = host_page(machine, state.cr3 >> kPageShift);
  for (u32 i = 0; base && i < kX86Entries; ++i) {
    const u32 entry = machine.memory().read<u32>(*base + 4 * i), address = i << kX86DirectoryShift;
    const bool large = state.cr4 & x86::cr4::kPse && entry & x86::pte::kPs;
    if (!user_entry(entry)) continue;
    if (large)
      visit_leaf(entry >> kPageShift, address, u64{1} << kX86DirectoryShift, visit);
    else
      visit_x86_table(machine, entry >> kPageShift, address, visit);
  }
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
