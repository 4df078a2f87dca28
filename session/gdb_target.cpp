#include "session/gdb_target.hpp"

#include <fmt/format.h>

#include "session/gdb_x86.hpp"
#include "session/gdb_zisa.hpp"
#include "session/lens.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

namespace {

std::string element(const GdbRegister& r) {
  const std::string group = r.group.empty() ? "" : fmt::format(" group=\"{}\"", r.group);
  return fmt::format("<reg name=\"{}\" bitsize=\"{}\" type=\"{}\"{}/>\n", r.name, r.bits, r.type,
                     group);
}

std::string element(const GdbFeature& feature) {
  std::string text = fmt::format("<feature name=\"{}\">\n{}", feature.name, feature.types);
  for (const GdbRegister& each : feature.registers) text += element(each);
  return text + "</feature>\n";
}

/// Bytes that lie in one page.
struct Piece {
  Gpa to;
  std::vector<u8> bytes;
};

std::optional<std::vector<Piece>> pieces_of(const Lens& lens, Gva address,
                                            std::span<const u8> bytes) {
  std::vector<Piece> pieces;
  while (!bytes.empty()) {
    const auto part =
        bytes.first(std::min<std::size_t>(bytes.size(), kPageSize - address.offset()));
    const auto gpa = lens.translate(address);
    if (!gpa || !lens.is_ram(*gpa, part.size())) return std::nullopt;
    pieces.push_back({*gpa, {part.begin(), part.end()}});
    address = address + static_cast<u32>(part.size());
    bytes = bytes.subspan(part.size());
  }
  return pieces;
}

}  // namespace

GdbTarget::GdbTarget(const std::string& architecture, const std::vector<GdbFeature>& features) {
  description_ = fmt::format(
      "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
      "<target version=\"1.0\">\n<architecture>{}</architecture>\n",
      architecture);
  for (const GdbFeature& feature : features) {
    description_ += element(feature);
    registers_.insert(registers_.end(), feature.registers.begin(), feature.registers.end());
  }
  description_ += "</target>\n";
}

std::unique_ptr<GdbTarget> gdb_target(Debugger& debugger) {
  if (debugger.session().is_x86()) return std::make_unique<GdbX86>(debugger);
  return std::make_unique<GdbZisa>(debugger);
}

namespace {

void copy_in(Session& session, const Piece& piece) {
  session.is_x86() ? session.pc().vm().copy_in(piece.to, piece.bytes)
                   : session.machine().vm().copy_in(piece.to, piece.bytes);
}

}  // namespace

Result<void> write_memory(Debugger& debugger, Gva address, std::span<const u8> bytes) {
  Session& session = debugger.session();
  const std::string place = fmt::format("{:#x}", address.v);
  if (session.any_machine().ending())
    return fail(
        {Error::Kind::kUsage, "", place, "the guest has ended", "go back before you write"});
  auto pieces = pieces_of(*make_lens(session.any_machine()), address, bytes);
  if (!pieces)
    return fail({Error::Kind::kUsage, "", place, "is not mapped to RAM here",
                 "write where the guest's page tables map RAM"});
  debugger.history().change([&session, pieces = std::move(*pieces)] {
    for (const Piece& piece : pieces) copy_in(session, piece);
  });
  return {};
}

}  // namespace ringside::session
