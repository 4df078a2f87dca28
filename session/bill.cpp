#include "session/bill.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "vmm/machine.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

using cost::Param;

namespace {

constexpr u64 kStepsBetweenQuestions = u64{1} << 20;

u64 hash_of(std::string_view text) {
  u64 hash = text.size();
  for (const char each : text) hash = hash_mix(hash, static_cast<u8>(each));
  return hash;
}

bool can_be_priced(const cost::Row& row) { return !row.fixed() && row.param != Param::kFrequencyKhz; }

}  // namespace

vmm::Spending Bill::at(const Prices& now) const {
  vmm::Spending spent{};
  for (std::size_t a = 0; a < spent.size(); ++a)
    for (std::size_t p = 0; p < now.size(); ++p) spent[a] += counts[a][p] * now[p];
  return spent;
}

u64 Bill::total(const Prices& now) const {
  u64 all = 0;
  for (const Cycles each : at(now)) all += each;
  return all;
}

u64 Bill::count(std::size_t parameter) const {
  u64 all = 0;
  for (const auto& account : counts) all += account[parameter];
  return all;
}

bool Bill::estimated(const Prices& now) const {
  if (now[cost::index(Param::kDiskLatency)] != prices[cost::index(Param::kDiskLatency)]) return true;
  if (virtual_time) return false;
  for (std::size_t p = 0; p < now.size(); ++p)
    if (now[p] != prices[p] && count(p) != 0) return true;
  return false;
}

Bill bill_of(const vmm::AnyMachine& machine, std::string name) {
  Bill bill;
  bill.name = std::move(name), bill.isa = machine.isa_name(), bill.ending = ending_of(machine);
  bill.virtual_time = machine.clock().virtual_time;
  bill.instructions = machine.instructions(), bill.console = hash_of(machine.console());
  for (const cost::Row& row : cost::kRows) {
    const std::size_t p = cost::index(row.param);
    bill.prices[p] = machine.ledger().price(row.param);
    for (std::size_t a = 0; a < cost::kAccounts; ++a) bill.counts[a][p] = machine.ledger().count(static_cast<cost::Account>(a), row.param);
  }
  return bill;
}

Bill bill_of(const Session& session) { return bill_of(session.any_machine(), session.any_machine().strategy_name()); }

Result<Bill> run_bill(const Contender& contender, const Prices* prices, const GoesOn& goes_on) {
  auto machine = machine_of(contender, prices);
  if (!machine) return fail(machine.error());
  vmm::AnyMachine& m = **machine;
  vmm::Limits limits{contender.options.max_instructions, contender.options.max_cycles, 0, 0};
  do {
    limits.steps = m.steps() + kStepsBetweenQuestions;
    m.run(limits);
  } while (!m.ending() && !m.waits_for_input() && goes_on(m.instructions()));
  Bill bill = bill_of(m, contender.name);
  bill.ported = contender.ported;
  return bill;
}

std::optional<double> sensitive_rate(const std::vector<Bill>& bills) {
  const auto found = std::ranges::find(bills, "trap-emulate", &Bill::name);
  if (found == bills.end() || found->instructions == 0) return std::nullopt;
  return 1000 * static_cast<double>(found->count(cost::index(Param::kVmmEmulate))) / static_cast<double>(found->instructions);
}

std::vector<Price> prices_that_matter(const std::vector<Bill>& bills) {
  std::vector<std::pair<u64, Price>> found;
  for (const cost::Row& row : cost::kRows) {
    const std::size_t p = cost::index(row.param);
    u64 cycles = 0, count = 0;
    for (const Bill& each : bills) cycles += each.count(p) * each.prices[p], count += each.count(p);
    if (count != 0 && can_be_priced(row)) found.push_back({cycles, {p, std::string(row.key()), std::string(row.meaning), row.min, row.max}});
  }
  std::ranges::stable_sort(found, std::greater(), [](const auto& each) { return each.first; });
  std::vector<Price> prices;
  for (auto& [cycles, price] : found) prices.push_back(std::move(price));
  return prices;
}

}  // namespace ringside::session
