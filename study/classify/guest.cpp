#include "study/classify/guest.hpp"

#include <algorithm>

namespace ringside::study {

using namespace session;

namespace {

// The finding about an instruction that a VMM has to do with; null for others. IN and OUT are privileged alone: the
// laboratory has no device that would make them sensitive.
const Finding* sensitive(const Classification& all, std::string_view name) {
  const Finding* f = all.find(name);
  return f && (f->sensitive() || f->is(Class::kTime) || f->privileged()) ? f : nullptr;
}

void add(GuestUses& found, const Finding& finding, u32 address, const std::string& symbol,
         std::string text) {
  found.uses.push_back({address, symbol, finding.instruction, std::move(text), finding.hole()});
  ++found.counts[finding.instruction];
}

// What was listed as bytes, for the sake of a symbol in its middle, is no instruction.
std::string_view name_of(const ListingLine& line) {
  LabX86Code code;
  std::copy_n(line.bytes.begin(), std::min(line.bytes.size(), code.bytes.size()),
              code.bytes.begin());
  const std::string_view name = X86Laboratory::decode(code);
  return code.length == line.bytes.size() ? name : std::string_view{};
}

}  // namespace

GuestUses sensitive_uses(const GuestCode& code, const Laboratory& laboratory,
                         const Classification& all) {
  GuestUses found{code.file, {}, {}, false};
  for (const CodeWord& each : code.words)
    if (const Finding* finding = sensitive(all, laboratory.name_of(each.word)))
      add(found, *finding, each.address, each.symbol,
          laboratory.disassemble(each.word, each.address));
  return found;
}

GuestUses sensitive_uses(const GuestCode& code, const X86Laboratory&, const Classification& all) {
  GuestUses found{code.file, {}, {}, true};
  for (const ListingLine& each : code.instructions)
    if (const Finding* finding = each.filler ? nullptr : sensitive(all, name_of(each)))
      add(found, *finding, each.address, each.symbol, each.text);
  return found;
}

}  // namespace ringside::study
