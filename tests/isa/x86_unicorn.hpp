// The same machine in Unicorn, QEMU's CPU as a library.
#pragma once

#include <memory>

#include "isa/x86_flat.hpp"

namespace ringside::test {

class Unicorn {
 public:
  Unicorn();
  ~Unicorn();
  /// As run() does it; the instruction lies at machine.eip, and `repeats` if it has a REP prefix.
  /// After a trap the registers say nothing.
  std::optional<u8> run(Flat& machine, unsigned length, bool repeats);

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace ringside::test
