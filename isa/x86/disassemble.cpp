#include "isa/x86/disassemble.hpp"

#include <fmt/format.h>

#include <cctype>
#include <optional>
#include <utility>

#include "isa/x86/zydis.hpp"

namespace ringside::x86 {

namespace {

/// The address that a direct near jump or call goes to.
std::optional<u32> target(const ZydisDecoded& decoded, u32 eip) {
  const auto& operand = decoded.operands[0];
  ZyanU64 address = 0;
  if (decoded.instruction.operand_count_visible == 0) return std::nullopt;
  if (operand.type != ZYDIS_OPERAND_TYPE_IMMEDIATE || !operand.imm.is_relative) return std::nullopt;
  if (ZYAN_FAILED(ZydisCalcAbsoluteAddress(&decoded.instruction, &operand, eip, &address)))
    return std::nullopt;
  return static_cast<u32>(address);
}

ZydisFormatter formatter() {
  ZydisFormatter made;
  ZydisFormatterInit(&made, ZYDIS_FORMATTER_STYLE_INTEL);
  ZydisFormatterSetProperty(&made, ZYDIS_FORMATTER_PROP_HEX_UPPERCASE, ZYAN_FALSE);
  return made;
}

std::string format(const ZydisDecoded& decoded, u32 eip) {
  static const ZydisFormatter kFormatter = formatter();
  char text[256] = "";
  ZydisFormatterFormatInstruction(&kFormatter, &decoded.instruction, decoded.operands,
                                  decoded.instruction.operand_count_visible, text, sizeof text, eip,
                                  ZYAN_NULL);
  return text;
}

}  // namespace

std::string disassemble(std::span<const u8> bytes, u32 eip, CodeSize size, const SymbolOf& symbol) {
  const ZydisDecoded decoded = zydis_decode(bytes, size);
  if (!decoded.good()) return bytes.empty() ? "" : fmt::format(".byte {:#04x}", bytes[0]);
  std::string text = format(decoded, eip);
  const auto to = target(decoded, eip);
  const std::string name = to && symbol ? symbol(*to) : "";
  return name.empty() ? text : fmt::format("{} <{}>", text, name);
}

Naming naming_of(std::span<const u8> bytes, CodeSize size) {
  const ZydisDecoded decoded = zydis_decode(bytes, size);
  if (!decoded.good()) return {};
  std::string name = ZydisMnemonicGetString(decoded.instruction.mnemonic);
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return {std::move(name), ZydisISAExtGetString(decoded.instruction.meta.isa_ext), decoded.instruction.length};
}

std::string sensitivity_mark(unsigned row) {
  if (row >= kRowCount) return "";
  const Sensitivity& classes = kRows[row].sensitivity;
  std::string mark;
  if (classes.control) mark += 'C';
  if (classes.mode) mark += 'M';
  if (classes.location) mark += 'L';
  if (classes.time) mark += 'T';
  if (is_hole(kRows[row])) mark += '!';
  return mark;
}

}  // namespace ringside::x86
