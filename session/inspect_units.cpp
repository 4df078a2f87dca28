#include "session/inspect_units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "isa/zisa/decode.hpp"
#include "loader/image.hpp"

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
    "trapped again and again"};

// Where a jump with a known target leads: a unit, or the translator.
std::string chained_text(const cpu::TranslationCache& cache, const cpu::CodeKey& key, u32 pc,
                         const zisa::Decoded& decoded) {
  const u32 target = pc + static_cast<u32>(decoded.operands.imm);
  const bool known = std::any_of(cache.pages().begin(), cache.pages().end(), [&](const auto& page) {
    return page.first.page == (target & ~kPageMask) && page.first.supervisor == key.supervisor &&
           page.second->find(target);
  });
  return fmt::format("{}: on to {}", zisa::disassemble(decoded.operands.word, pc),
                     known ? "its unit" : "the translator");
}

std::string in_cache_text(const zisa::Decoded& decoded) {
  const auto name = zisa::kRows[decoded.row].name;
  if (name == "write_sr") return "test the change, store to the virtual SR, test for waiting events";
  if (name == "rdcyc" || name == "rdcych") return fmt::format("{}, add the VM's offset", name);
  return name.starts_with("read") ? "load from the virtual register" : "store to the virtual register";
}

std::string translated_text(const cpu::TranslationCache& cache, const cpu::CodeKey& key, u32 pc,
                            const cpu::TcOp& op) {
  const zisa::Decoded decoded = zisa::decode(op.word);
  switch (op.kind) {
    case OpKind::kInCache: return in_cache_text(decoded);
    case OpKind::kCallOutLight:
    case OpKind::kCallOutFull: return op.joins ? "goes on in the VMM" : "call the VMM";
    case OpKind::kChainedJump: return chained_text(cache, key, pc, decoded);
    case OpKind::kHashedJump: return "look the target's unit up, jump there";
    default: return zisa::disassemble(op.word, pc);
  }
}

UnitView view_of(const Session& session, const cpu::CodeKey& key, const cpu::Unit& unit) {
  const auto& symbols = session.image().symbols;
  const cpu::TranslationCache& cache = session.machine().vm().internals().translation;
  UnitView view{unit.start, symbols.name(unit.start), key.frame.v, key.supervisor ? 'S' : 'U', {}};
  u32 pc = unit.start;
  for (const cpu::TcOp& op : unit.ops) {
    view.operations.push_back({pc, symbols.name(pc), op.word, zisa::disassemble(op.word, pc),
                               std::string(kKinds[static_cast<std::size_t>(op.kind)]),
                               translated_text(cache, key, pc, op),
                               std::string(kReasons[static_cast<std::size_t>(op.reason)]),
                               op.joins});
    pc += 4;
  }
  return view;
}

void sort_by_address(std::vector<UnitView>& units) {
  std::stable_sort(units.begin(), units.end(),
                   [](const UnitView& a, const UnitView& b) { return a.start < b.start; });
}

}  // namespace

UnitsView units(const Session& session) {
  if (session.is_x86()) return {};  // nothing translates x86 yet
  const vmm::VmState& vm = session.machine().vm().internals();
  const cpu::TranslationCache& cache = vm.translation;
  const auto& counts = cache.counts();
  UnitsView view{vm.translates(true), cache.used(),         cache.capacity(), counts.units,
                 counts.instructions, counts.retranslated, counts.dropped,   counts.flushes,
                 {}};
  for (const auto& [key, page] : cache.pages())
    for (const cpu::Unit& unit : page->units) view.units.push_back(view_of(session, key, unit));
  sort_by_address(view.units);
  return view;
}

std::vector<UnitView> units_at(const Session& session, Gva address) {
  std::vector<UnitView> found;
  if (session.is_x86()) return found;
  for (const auto& [key, page] : session.machine().vm().internals().translation.pages()) {
    if (key.page != (address.v & ~kPageMask)) continue;
    if (const cpu::Unit* unit = page->unit(address.v)) found.push_back(view_of(session, key, *unit));
  }
  return found;
}

Json to_json(const UnitView& unit) {
  Json operations = Json::array();
  for (const OperationView& op : unit.operations)
    operations.push_back({{"pc", op.pc},
                          {"symbol", op.symbol},
                          {"word", op.word},
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
