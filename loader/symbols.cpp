#include "loader/symbols.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace ringside::loader {
namespace {

/// By address; of those at one place the one that tells a reader most comes first.
auto order(const Symbol& symbol) {
  return std::tuple(symbol.address, !symbol.function, !symbol.global,
                    std::string_view(symbol.name));
}

}  // namespace

SymbolTable::SymbolTable(std::vector<Symbol> symbols, u64 end)
    : symbols_(std::move(symbols)), end_(end) {
  std::sort(symbols_.begin(), symbols_.end(),
            [](const Symbol& a, const Symbol& b) { return order(a) < order(b); });
}

std::string SymbolTable::name(u32 address) const {
  const auto below = [](const Symbol& symbol, u64 limit) { return symbol.address < limit; };
  const auto after = std::lower_bound(symbols_.begin(), symbols_.end(), u64{address} + 1, below);
  if (after == symbols_.begin() || address >= end_) return {};
  const u32 place = std::prev(after)->address;
  const Symbol& first = *std::lower_bound(symbols_.begin(), symbols_.end(), u64{place}, below);
  return place == address ? first.name : fmt::format("{}+{:#x}", first.name, address - place);
}

std::optional<u32> SymbolTable::address(std::string_view name) const {
  const Symbol* best = nullptr;
  for (const Symbol& symbol : symbols_)
    if (symbol.name == name && (!best || (symbol.global && !best->global))) best = &symbol;
  return best ? std::optional<u32>(best->address) : std::nullopt;
}

}  // namespace ringside::loader
