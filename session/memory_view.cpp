#include "session/memory_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "session/gdb_target.hpp"
#include "session/lens.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

std::vector<std::optional<u8>> memory_at(const Session& session, AddressKind kind, u64 address, u32 count) {
  const auto lens = make_lens(session.any_machine());
  std::vector<std::optional<u8>> all;
  while (all.size() < count) {
    const u64 at = address + all.size();
    // Within a page all lies together.
    const auto room = std::min<u64>(count - all.size(), kPageSize - (at & kPageMask));
    std::optional<Gpa> gpa = Gpa{at};
    if (kind == AddressKind::kVirtual) gpa = lens->translate({static_cast<u32>(at)});
    std::vector<u8> bytes(room);
    if (gpa && lens->copy_out(*gpa, bytes)) all.insert(all.end(), bytes.begin(), bytes.end());
    else all.insert(all.end(), room, std::nullopt);
  }
  return all;
}

std::optional<u64> physical_of(const Session& session, Gva address) {
  const auto gpa = make_lens(session.any_machine())->translate(address);
  return gpa ? std::optional(gpa->v) : std::nullopt;
}

namespace {

Result<void> write_physical(Debugger& debugger, Gpa address, std::span<const u8> bytes) {
  Session& session = debugger.session();
  const auto refuse = [&](const char* cause, const char* remedy) {
    return fail({Error::Kind::kUsage, "", fmt::format("{:#x}", address.v), cause, remedy});
  };
  if (session.any_machine().ending()) return refuse("the guest has ended", "go back before you write");
  if (!make_lens(session.any_machine())->is_ram(address, bytes.size())) return refuse("there is no RAM", "write where the guest has RAM");
  debugger.history().change([&session, address, kept = std::vector<u8>(bytes.begin(), bytes.end())] {
    session.is_x86() ? session.pc().vm().copy_in(address, kept) : session.machine().vm().copy_in(address, kept);
  });
  return {};
}

}  // namespace

Result<void> write_memory_at(Debugger& debugger, AddressKind kind, u64 address, std::span<const u8> bytes) {
  if (kind == AddressKind::kVirtual) return write_memory(debugger, {static_cast<u32>(address)}, bytes);
  return write_physical(debugger, {address}, bytes);
}

}  // namespace ringside::session
