#include "study/classify/guest.hpp"

namespace ringside::study {

GuestUses sensitive_uses(const session::GuestCode& code, const session::Laboratory& laboratory,
                         const Classification& all) {
  GuestUses found{code.file, {}, {}};
  for (const session::CodeWord& each : code.words) {
    const Finding* finding = all.find(laboratory.name_of(each.word));
    if (!finding || !(finding->sensitive() || finding->is(Class::kTime))) continue;
    found.uses.push_back({each.address, each.symbol, finding->instruction,
                          laboratory.disassemble(each.word, each.address)});
    ++found.counts[finding->instruction];
  }
  return found;
}

}  // namespace ringside::study
