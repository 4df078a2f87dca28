#include "strategies/paravirt/events.hpp"

#include "base/bits.hpp"

namespace ringside::strategies::pv {

using vmm::Cr;
using vmm::Vm;

void SharedPage::set(Vm& vm, Gpa page) {
  page_ = page;
  write(vm, kPending, 0);
  write(vm, kEnabled, 0);
  write(vm, kMask, 1);
}

u32 SharedPage::read(Vm& vm, u32 offset) const {
  u8 raw[4] = {};
  vm.read_guest(*page_ + offset, raw);
  return load_le<u32>(raw);
}

void SharedPage::write(Vm& vm, u32 offset, u32 value) const {
  u8 raw[4];
  store_le(raw, value);
  vm.write_guest(*page_ + offset, raw);
}

SharedPage::Saved SharedPage::saved(Vm& vm) const {
  u8 raw[20] = {};
  vm.read_guest(*page_ + kSavedSr, raw);
  const auto word = [&](unsigned i) { return load_le<u32>(raw + 4 * i); };
  return {word(0), word(1), word(2), word(3), word(4)};
}

// MASK stands before SR: one run of words.
void SharedPage::save_trap(Vm& vm) const {
  const auto& virt = vm.state();
  const u32 words[] = {1, virt.sr, virt.control(Cr::kEpc), virt.control(Cr::kCause), virt.control(Cr::kTval)};
  u8 raw[sizeof words];
  for (unsigned i = 0; i < std::size(words); ++i) store_le(raw + 4 * i, words[i]);
  vm.write_guest(*page_ + kMask, raw);
}

Answer Events::bind(u32 source) {
  if (source >= kSources) return code(Error::kInvalid);
  std::optional<u32> free;
  for (u32 port = kPorts; port-- > 0;) {
    if (!ports_[port]) free = port;
    if (ports_[port] == static_cast<Source>(source)) return code(Error::kState);
  }
  ports_[*free] = static_cast<Source>(source);
  return *free;
}

Error Events::close(u32 port) {
  if (!source_of(port)) return Error::kInvalid;
  ports_[port].reset();
  return Error::kNone;
}

std::optional<Source> Events::source_of(u32 port) const {
  return port < kPorts ? ports_[port] : std::nullopt;
}

void Events::raise(Vm& vm, const SharedPage& page, Source source) const {
  if (!page.known()) return;
  for (u32 port = 0; port < kPorts; ++port)
    if (ports_[port] == source) page.write(vm, kPending, page.read(vm, kPending) | 1u << port);
}

bool Events::waiting(Vm& vm, const SharedPage& page) const {
  return page.known() && (page.read(vm, kPending) & page.read(vm, kEnabled)) != 0;
}

}  // namespace ringside::strategies::pv
