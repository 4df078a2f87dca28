// Event channels and the words of the shared page (docs/hypercalls.md, section 6).
#pragma once

#include <vector>

#include "base/bits.hpp"
#include "strategies/paravirt/abi.hpp"

namespace ringside::strategies::pv {

/// The page that guest and VMM share. The guest may write anything into it at any time, so nothing in it is believed.
/// A Vm is that of any ISA. Reads and writes charge vmm_reference per word.
class SharedPage {
 public:
  bool known() const { return page_.has_value(); }
  /// Takes the page into use: no port enabled or pending, events masked.
  template <class Vm>
  void set(Vm& vm, Gpa page) {
    page_ = page;
    write(vm, kPending, 0);
    write(vm, kEnabled, 0);
    write(vm, kMask, 1);
  }

  /// A word at a byte offset; the page must be known.
  template <class Vm>
  u32 read(Vm& vm, u32 offset) const {
    return words<1>(vm, offset)[0];
  }
  template <class Vm>
  void write(Vm& vm, u32 offset, u32 value) const {
    write_words(vm, offset, std::array{value});
  }

  /// A run of words.
  template <std::size_t n, class Vm>
  std::array<u32, n> words(Vm& vm, u32 offset) const {
    u8 raw[4 * n] = {};
    vm.read_guest(*page_ + offset, raw);
    std::array<u32, n> words;
    for (std::size_t i = 0; i < n; ++i) words[i] = load_le<u32>(raw + 4 * i);
    return words;
  }
  template <std::size_t n, class Vm>
  void write_words(Vm& vm, u32 offset, const std::array<u32, n>& words) const {
    u8 raw[4 * n];
    for (std::size_t i = 0; i < n; ++i) store_le(raw + 4 * i, words[i]);
    vm.write_guest(*page_ + offset, raw);
  }

 private:
  std::optional<Gpa> page_;
};

/// Which source has which port.
class Events {
 public:
  /// The lowest free port for a source, or an error.
  Answer bind(u32 source);
  Error close(u32 port);
  std::optional<Source> source_of(u32 port) const { return port < kPorts ? ports_[port] : std::nullopt; }

  /// Sets the bit of the source's port in the shared page. An event of a source without a port is lost.
  template <class Vm>
  void raise(Vm& vm, const SharedPage& page, Source source) const {
    if (!page.known()) return;
    for (u32 port = 0; port < kPorts; ++port)
      if (ports_[port] == source) page.write(vm, kPending, page.read(vm, kPending) | 1u << port);
  }
  /// Whether an enabled event is pending.
  template <class Vm>
  bool waiting(Vm& vm, const SharedPage& page) const {
    return page.known() && (page.read(vm, kPending) & page.read(vm, kEnabled)) != 0;
  }

 private:
  std::array<std::optional<Source>, kPorts> ports_{};
};

/// Words of the guest's memory.
template <class Vm>
std::optional<std::vector<u32>> read_list(Vm& vm, u32 address, std::size_t count) {
  std::vector<u8> raw(4 * count);
  if (!vm.read_guest({address}, raw)) return std::nullopt;
  std::vector<u32> words(count);
  for (std::size_t i = 0; i < count; ++i) words[i] = load_le<u32>(raw.data() + 4 * i);
  return words;
}

}  // namespace ringside::strategies::pv
