#include "isa/x86/written.hpp"

#include <algorithm>

#include "isa/x86/zydis.hpp"

namespace ringside::x86 {

namespace {

template <class Wanted>
bool writes(std::span<const u8> bytes, CodeSize size, Wanted wanted) {
  const ZydisDecoded decoded = zydis_decode(bytes, size);
  if (!decoded.good()) return false;
  return std::any_of(decoded.operands, decoded.operands + decoded.instruction.operand_count,
                     [&](const auto& operand) {
                       return operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE && wanted(operand);
                     });
}

// AL, AX and EAX are parts of one register here.
std::string_view whole(ZydisRegister part) {
  const auto largest = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LEGACY_32, part);
  const char* name = ZydisRegisterGetString(largest == ZYDIS_REGISTER_NONE ? part : largest);
  return name ? name : "";
}

}  // namespace

bool writes_memory(std::span<const u8> bytes, CodeSize size) {
  return writes(bytes, size,
                [](const auto& operand) { return operand.type == ZYDIS_OPERAND_TYPE_MEMORY; });
}

bool writes_register(std::span<const u8> bytes, CodeSize size, std::string_view name) {
  return writes(bytes, size, [&](const auto& operand) {
    if (operand.type != ZYDIS_OPERAND_TYPE_REGISTER) return false;
    const auto written = operand.reg.value;
    return whole(written) == name ||
           (name == "eflags" && ZydisRegisterGetClass(written) == ZYDIS_REGCLASS_FLAGS);
  });
}

}  // namespace ringside::x86
