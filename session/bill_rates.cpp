// The crossover chart: strategies by the rate of sensitive instructions, measured with a guest whose rate is set.
#include "session/bill.hpp"

#include "session/catalogue.hpp"

namespace ringside::session {

namespace {

// Calls of a function between two sensitive instructions; rounds, of which the first warm up.
constexpr u32 kCalls[] = {1000, 400, 200, 100, 50, 30, 20, 10, 3, 1};
constexpr u32 kFewer = 10, kMore = 20;

// Cycles and instructions of the rounds beyond the first ones.
struct Rounds {
  double cycles = 0, instructions = 0;
};

Result<Rounds> rounds(Contender contender, const Prices& prices, u32 calls) {
  Bill few, many;
  for (Bill* bill : {&few, &many}) {
    contender.options.append = std::to_string(bill == &few ? kFewer : kMore) + " calls=" + std::to_string(calls);
    auto run = run_bill(contender, &prices, [](u64) { return true; });
    if (!run) return fail(run.error());
    *bill = std::move(*run);
  }
  return Rounds{static_cast<double>(many.total(prices)) - static_cast<double>(few.total(prices)),
                static_cast<double>(many.instructions) - static_cast<double>(few.instructions)};
}

std::vector<Contender> measured_with(const Options& options) {
  Options own;
  own.folders = options.folders, own.cost_model = options.cost_model, own.guest = "guests/zisa/micro-rate";
  return contenders(own);
}

}  // namespace

Result<std::vector<RateCurve>> rate_curves(const Options& options, const Prices& prices, const std::function<bool(double)>& progress) {
  const auto all = measured_with(options);
  std::vector<RateCurve> curves;
  for (std::size_t i = 1; i < all.size(); ++i) curves.push_back({all[i].name, {}, {}});
  double done = 0;
  const double whole = static_cast<double>(std::size(kCalls) * all.size());
  for (const u32 calls : kCalls) {
    const auto bare = rounds(all[0], prices, calls);
    if (!bare) return fail(bare.error());
    for (std::size_t i = 1; i < all.size(); ++i) {
      if (!progress(++done / whole)) return std::vector<RateCurve>();
      const auto own = rounds(all[i], prices, calls);
      if (!own) return fail(own.error());
      curves[i - 1].rates.push_back(1000 * (kMore - kFewer) / bare->instructions);
      curves[i - 1].slow_downs.push_back(own->cycles / bare->cycles);
    }
    ++done;
  }
  return curves;
}

std::optional<double> crossing(const RateCurve& first, const RateCurve& other) {
  const std::size_t points = std::min(first.rates.size(), other.rates.size());
  for (std::size_t i = 1; i < points; ++i) {
    const double before = first.slow_downs[i - 1] - other.slow_downs[i - 1], now = first.slow_downs[i] - other.slow_downs[i];
    if (before < 0 && now >= 0) return first.rates[i - 1] + (first.rates[i] - first.rates[i - 1]) * before / (before - now);
  }
  return std::nullopt;
}

}  // namespace ringside::session
