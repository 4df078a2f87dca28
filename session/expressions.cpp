#include "session/expressions.hpp"

#include <charconv>
#include <optional>

#include "loader/image.hpp"
#include "session/lens.hpp"

namespace ringside::session {

namespace {

tl::unexpected<Error> refuse(const std::string& word, std::string cause, std::string remedy) {
  return fail({Error::Kind::kUsage, "", word, std::move(cause), std::move(remedy)});
}

std::optional<u64> number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  u64 value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, hexadecimal ? 16 : 10);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// A symbol or register without an offset.
std::optional<u64> base_address(const Session& session, const std::string& word) {
  if (const auto value = number(word)) return value;
  const auto lens = make_lens(session.any_machine());
  if (word == "pc") return lens->pc();
  const auto which = lens->find(word);
  if (which && which->kind == RegisterId::Kind::kGeneral) return lens->value(*which);
  return session.image().symbols.address(word);
}

}  // namespace

Result<u64> parse_number(const std::string& word, const std::string& what) {
  if (const auto value = number(word)) return *value;
  return refuse(word, "is no " + what, "write a decimal number, or a hexadecimal one with 0x");
}

// The offset stands behind the last sign, since a symbol may hold one.
Result<Gva> parse_address(const Session& session, const std::string& word) {
  std::optional<u64> base = base_address(session, word);
  const std::size_t sign = word.find_last_of("+-");
  if (!base && sign != std::string::npos && sign != 0) {
    base = base_address(session, word.substr(0, sign));
    const auto offset = number(std::string_view(word).substr(sign + 1));
    if (!offset) base.reset();
    if (base) *base += word[sign] == '+' ? *offset : 0 - *offset;
    if (base) *base &= 0xffffffff;
  }
  if (base && *base <= 0xffffffff) return Gva{static_cast<u32>(*base)};
  if (base)
    return refuse(word, "lies beyond the 32 bits of an address",
                  "give an address below 0x100000000");
  return refuse(
      word, "is neither an address, a register nor a symbol of the guest",
      "write a number, a register such as a0 or eax, or a name such as those that disas shows");
}

}  // namespace ringside::session
