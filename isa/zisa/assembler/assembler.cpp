#include "isa/zisa/assembler/assembler.hpp"

#include "isa/zisa/assembler/driver.hpp"
#include "isa/zisa/assembler/expression.hpp"
#include "isa/zisa/assembler/fixups.hpp"
#include "isa/zisa/assembler/layout.hpp"

namespace ringside::zisa {

namespace {

using namespace assembler;

// Makes the Assembly out of a unit that is laid out.
class Result {
 public:
  explicit Result(Unit& unit) : unit_(unit), order_(memory_order(unit)), position_(order_.size()) {
    for (u32 i = 0; i < order_.size(); ++i) position_[order_[i]] = i;
  }

  Assembly run() {
    for (const auto& file : unit_.files) result_.files.push_back(file.name);
    sections();
    symbols();
    for (const u32 i : order_)
      if (unit_.sections[i].allocated) lines(unit_.sections[i]);
    result_.entry = entry();
    return std::move(result_);
  }

 private:
  void sections() {
    std::vector<std::vector<u8>> bytes;
    for (u32 i = 0; i < unit_.sections.size(); ++i) bytes.push_back(final_bytes(unit_, i));
    apply_fixups(unit_, bytes);
    for (const u32 i : order_) {
      const Section& s = unit_.sections[i];
      result_.sections.push_back({s.name, s.address, s.full_size(), s.align, std::move(bytes[i]),
                                  s.allocated, s.writable, s.executable, s.nobits, s.note});
    }
  }

  void symbols() {
    // By number: evaluating may not hold on to symbols.
    for (u32 i = 0; i < unit_.symbols.size(); ++i) {
      const Symbol& s = unit_.symbols[i];
      if (s.kind == Symbol::Kind::kUndefined) continue;
      if (s.hidden && s.kind == Symbol::Kind::kLabel) continue;
      Assembly::Symbol symbol;
      symbol.name = s.name;
      symbol.type = s.type;
      symbol.global = s.global;
      symbol.weak = s.weak;
      if (s.size != kNoNode) symbol.size = static_cast<u32>(final_value(unit_, s.size).value_or(0));
      place(s, symbol);
      if (!s.hidden) result_.symbols.push_back(std::move(symbol));
    }
  }

  void place(const Symbol& s, Assembly::Symbol& symbol) {
    if (s.kind == Symbol::Kind::kLabel) {
      symbol.section = position_[s.location.section];
      symbol.value = unit_.sections[s.location.section].address_of(s.location);
      return;
    }
    symbol.value = static_cast<u32>(final_value(unit_, s.node).value_or(0));
    const auto early = evaluate(unit_, s.node, When::kEarly);
    if (early && !early->absolute()) symbol.section = position_[early->section];
  }

  void lines(const Section& s) {
    for (const LineMark& mark : s.lines) {
      const u32 address = s.address_of(mark.at);
      const Line& line = *mark.place.line;
      if (address % 4 != 0)
        unit_.error(mark.place, "an instruction must stand at a multiple of 4",
                    "put '.align 2' before it");
      auto& all = result_.lines;
      if (all.empty() || all.back().file != line.file || all.back().line != line.number)
        all.push_back({address, line.file, line.number});
    }
  }

  u32 entry() const {
    for (const auto& symbol : result_.symbols)
      if (symbol.name == "_start") return symbol.value;
    for (const auto& section : result_.sections)
      if (section.executable && section.size != 0) return section.address;
    return unit_.options.text_address;
  }

  Unit& unit_;
  std::vector<u32> order_;
  std::vector<u32> position_;
  Assembly result_;
};

// Addresses of a source with errors would only give more errors, but names that are nowhere
// defined can be told.
void report_undefined(Unit& unit) {
  for (u32 i = 0; i < unit.nodes.size() && !unit.reporter.full(); ++i) {
    const Node& node = unit.nodes[i];
    if (node.kind == Node::Kind::kSymbol && unit.symbols[node.a].kind == Symbol::Kind::kUndefined)
      final_value(unit, i);
  }
}

}  // namespace

tl::expected<Assembly, std::vector<Diagnostic>> assemble(std::string_view file,
                                                         std::string_view text,
                                                         const AssemblerOptions& options) {
  Driver driver(options);
  Unit& unit = driver.unit;
  unit.current = unit.previous = unit.section_called(".text");
  driver.reader.enter_file(std::string(file), std::string(text), {});
  driver.run();
  if (unit.reporter.any())
    report_undefined(unit);
  else if (lay_out(unit)) {
    Assembly assembly = Result(unit).run();
    if (!unit.reporter.any()) return assembly;
  }
  return tl::unexpected(unit.reporter.diagnostics(unit.files));
}

}  // namespace ringside::zisa
