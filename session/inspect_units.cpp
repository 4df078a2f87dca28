#include "session/inspect_units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "isa/x86/disassemble.hpp"
#include "isa/zisa/decode.hpp"
#include "loader/image.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

using cpu::OpKind;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::array<std::string_view, cpu::kOpKinds> kKinds = {
    "identical", "in-cache", "light call-out", "full call-out", "chained jump", "hashed jump"};

constexpr std::array<std::string_view, cpu::kOpReasons> kReasons = {
    "",
    "works with its own address: the guest's is put in",
    "works on a privileged register: the virtual one",
    "may change mode, paging or the map",
    "timer or devices must be looked at",
    "asks what the guest's own map allows",
    "traps into the kernel that it is in",
    "goes on at a known address",
    "goes on at a computed address",
    "trapped again and again",
    "goes on in the next page, which may be another when it runs"};

// What the views need of an ISA: its text for an instruction, and what its in-cache operations do.
struct Zisa {
  const vmm::VmState& vm;
  explicit Zisa(const Session& session) : vm(session.machine().vm().internals()) {}
  static std::optional<u32> word(u32 insn) { return insn; }
  static std::string text(u32 insn, u32 pc, bool) { return zisa::disassemble(insn, pc); }
  static u32 target(u32 insn, u32 pc) { return pc + static_cast<u32>(zisa::decode(insn).operands.imm); }
  static std::string in_cache(u32 insn) {
    const auto name = zisa::kRows[zisa::decode_row(insn)].name;
    if (name == "write_sr") return "test the change, store to the virtual SR, test for waiting events";
    if (name == "rdcyc" || name == "rdcych") return fmt::format("{}, add the VM's offset", name);
    return name.starts_with("read") ? "load from the virtual register" : "store to the virtual register";
  }
};

// Code that was translated is watched, so its bytes stand in memory as they did when it was translated.
struct X86 {
  const x86::VmState& vm;
  const x86::Vm& guest;
  explicit X86(const Session& session)
      : vm(session.pc().vm().internals()), guest(session.pc().vm()) {}
  static std::optional<u32> word(const x86::Instruction&) { return std::nullopt; }
  std::string text(const x86::Instruction& insn, u32 pc, bool wide) const {
    const auto bytes = guest.peek_code(guest.guest_state(), pc);
    if (bytes.size() < insn.length) return "(goes on in a page that is not mapped now)";
    return x86::disassemble(bytes, pc, wide ? x86::CodeSize::kBits32 : x86::CodeSize::kBits16);
  }
  static u32 target(const x86::Instruction& insn, u32 pc) { return pc + insn.length + insn.immediate[0]; }
  static std::string in_cache(const x86::Instruction& insn) {
    const auto name = x86::kRows[insn.row].name;
    if (name == "sti") return "set the virtual IF, test for waiting events";
    if (name == "cli") return "clear the virtual IF";
    if (name == "popf") return "pop, store to the virtual EFLAGS, test for waiting events";
    if (name == "pushf") return "push EFLAGS with the virtual IF and IOPL";
    if (name == "rdtsc") return "rdtsc, add the VM's offset";
    return "load from the virtual register";
  }
};

// Where a jump with a known target leads: a unit, or the translator.
template <class Isa, class Insn>
std::string chained_text(const Isa& isa, const cpu::CodeKey& key, u32 pc, const Insn& insn) {
  const u32 target = Isa::target(insn, pc);
  const auto& pages = isa.vm.code.cache.pages();
  const bool known = std::any_of(pages.begin(), pages.end(), [&](const auto& page) {
    return page.first.page == (target & ~kPageMask) && page.first.supervisor == key.supervisor &&
           page.second->find(target);
  });
  return fmt::format("{}: on to {}", isa.text(insn, pc, key.wide), known ? "its unit" : "the translator");
}

template <class Isa, class Op>
std::string translated_text(const Isa& isa, const cpu::CodeKey& key, u32 pc, const Op& op) {
  switch (op.kind) {
    case OpKind::kInCache: return Isa::in_cache(op.insn);
    case OpKind::kCallOutLight:
    case OpKind::kCallOutFull: return op.joins ? "goes on in the VMM" : "call the VMM";
    case OpKind::kChainedJump: return chained_text(isa, key, pc, op.insn);
    case OpKind::kHashedJump: return "look the target's unit up, jump there";
    default: return isa.text(op.insn, pc, key.wide);
  }
}

template <class Isa, class Unit>
UnitView view_of(const Session& session, const Isa& isa, const cpu::CodeKey& key, const Unit& unit) {
  const auto& symbols = session.image().symbols;
  UnitView view{unit.start, symbols.name(unit.start), key.frame.v, key.supervisor ? 'S' : 'U', {}};
  unit.each([&](u32 pc, const auto& op) {
    view.operations.push_back({pc, symbols.name(pc), Isa::word(op.insn), isa.text(op.insn, pc, key.wide),
                               std::string(kKinds[static_cast<std::size_t>(op.kind)]),
                               translated_text(isa, key, pc, op),
                               std::string(kReasons[static_cast<std::size_t>(op.reason)]),
                               op.joins});
  });
  return view;
}

void sort_by_address(std::vector<UnitView>& units) {
  std::stable_sort(units.begin(), units.end(),
                   [](const UnitView& a, const UnitView& b) { return a.start < b.start; });
}

template <class Isa>
UnitsView all_units(const Session& session) {
  const Isa isa(session);
  const auto& cache = isa.vm.code.cache;
  const auto& counts = cache.counts();
  UnitsView view{isa.vm.code.kernel,  cache.used(),        cache.capacity(), counts.units,
                 counts.instructions, counts.retranslated, counts.dropped,   counts.flushes,
                 {}};
  for (const auto& [key, page] : cache.pages())
    for (const auto& unit : page->units) view.units.push_back(view_of(session, isa, key, unit));
  sort_by_address(view.units);
  return view;
}

template <class Isa>
std::vector<UnitView> all_units_at(const Session& session, Gva address) {
  const Isa isa(session);
  std::vector<UnitView> found;
  for (const auto& [key, page] : isa.vm.code.cache.pages()) {
    if (key.page != (address.v & ~kPageMask)) continue;
    if (const auto* unit = page->unit(address.v)) found.push_back(view_of(session, isa, key, *unit));
  }
  return found;
}

}  // namespace

UnitsView units(const Session& session) {
  return session.is_x86() ? all_units<X86>(session) : all_units<Zisa>(session);
}

std::vector<UnitView> units_at(const Session& session, Gva address) {
  return session.is_x86() ? all_units_at<X86>(session, address) : all_units_at<Zisa>(session, address);
}

Json to_json(const UnitView& unit) {
  Json operations = Json::array();
  for (const OperationView& op : unit.operations)
    operations.push_back({{"pc", op.pc},
                          {"symbol", op.symbol},
                          {"word", op.word ? Json(*op.word) : Json(nullptr)},
                          {"guest", op.guest},
                          {"kind", op.kind},
                          {"translated", op.translated},
                          {"reason", op.reason},
                          {"joins", op.joins}});
  return {{"start", unit.start},
          {"symbol", unit.symbol},
          {"frame", unit.frame},
          {"mode", std::string(1, unit.mode)},
          {"operations", operations}};
}

Json to_json(const UnitsView& view) {
  Json list = Json::array();
  for (const UnitView& unit : view.units) list.push_back(to_json(unit));
  return {{"translates", view.translates},
          {"used", view.used},
          {"capacity", view.capacity},
          {"translated",
           {{"units", view.translated}, {"instructions", view.instructions}}},
          {"retranslated", view.retranslated},
          {"dropped", view.dropped},
          {"flushes", view.flushes},
          {"units", list}};
}

}  // namespace ringside::session
