#include "study/fuzz.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "session/catalogue.hpp"
#include "session/open.hpp"
#include "study/check.hpp"
#include "study/shrink.hpp"

namespace ringside::study {

using namespace session;
using Json = nlohmann::ordered_json;

namespace {

constexpr u64 kFewGuests = 20;
constexpr u32 kCodeEnd = kCode + kCodePages * kPageSize;
/// Of a guest that is to come to its end.
constexpr u32 kFewTraps = 60;

RandomOptions random_options(const Options& options, u64 seed) {
  constexpr u32 kTicks[] = {700, 400, 150};
  return {.seed = seed,
          .tick = kTicks[seed % 3],
          .user_sensitive = !user_sees_through(options),
          .paging_percent = 97};
}

/// What a series has to know of an ISA.
class GuestMaker {
 public:
  explicit GuestMaker(const FuzzOptions& options) : o_(options) {}
  virtual ~GuestMaker() = default;
  virtual Result<RandomGuest> guest(u64 seed) const = 0;
  virtual Result<Examination> examined(const RandomGuest& guest, const ExamineOptions& how) const = 0;
  virtual std::string text(const RandomGuest& guest, u32 offset) const = 0;

 protected:
  Options bare() const {
    Options bare = o_.session;
    bare.strategy = "bare";
    bare.paging = Options{}.paging;
    return bare;
  }
  const FuzzOptions& o_;
};

class ZisaMaker final : public GuestMaker {
 public:
  using GuestMaker::GuestMaker;
  Result<RandomGuest> guest(u64 seed) const override {
    return random_guest(random_options(o_.session, seed), o_.session.isa, o_.ticks);
  }
  Result<Examination> examined(const RandomGuest& guest, const ExamineOptions& how) const override {
    return examine([&] { return random_machine(guest, bare()); }, [&] { return o_.make(guest, o_.session); }, how);
  }
  std::string text(const RandomGuest& guest, u32 offset) const override {
    return instruction_text(guest.word(offset), guest.base + offset);
  }
};

class X86Maker final : public GuestMaker {
 public:
  using GuestMaker::GuestMaker;
  Result<RandomGuest> guest(u64 seed) const override {
    RandomOptions options = random_options(o_.session, seed);
    if (seed % 4 == 0) options.traps = kFewTraps;
    return random_x86_guest(options, o_.ticks);
  }
  Result<Examination> examined(const RandomGuest& guest, const ExamineOptions& how) const override {
    return examine([&] { return random_pc(guest, bare()); }, [&] { return o_.make_pc(guest, o_.session); }, how);
  }
  std::string text(const RandomGuest& guest, u32 offset) const override { return x86_piece_text(guest, offset); }
};

// Whether a guest fails by a property by which the other fails too.
bool fails_alike(const Examination& a, const Examination& b) {
  return (!a.equivalent() && !b.equivalent()) || (!a.resource_control() && !b.resource_control()) ||
         (!a.efficient() && !b.efficient());
}

/// One series of guests.
class Fuzzing {
 public:
  Fuzzing(const FuzzOptions& options, const std::function<bool(const Fuzzed&)>& between)
      : o_(options), between_(between), zisa_(o_), x86_(o_) {}

  Result<Fuzzed> operator()() {
    if (o_.session.isa.empty()) {
      const auto isa = faithful_isa(o_.session);
      if (!isa) return fail(isa.error());
      o_.session.isa = *isa;
    }
    out_.first_seed = o_.session.seed;
    out_.x86 = o_.session.isa == kX86;
    while (out_.guests < o_.guests && !out_.stopped) {
      if (auto done = one(out_.first_seed + out_.guests); !done) return fail(done.error());
      ++out_.guests;
      out_.stopped = between_ && !between_(out_);
    }
    return std::move(out_);
  }

 private:
  Result<void> one(u64 seed) {
    const auto guest = maker().guest(seed);
    if (!guest) return fail(guest.error());
    std::vector<u32> executed;
    const auto found = run(*guest, &executed);
    if (!found) return fail(found.error());
    add(*found);
    if (found->held() || out_.first_failure) return {};
    out_.first_failure = failure(seed, *guest, *found, executed);
    return {};
  }

  Result<Examination> run(const RandomGuest& guest, std::vector<u32>* executed = nullptr) const {
    ExamineOptions how;
    how.ticks = o_.ticks;
    how.memory_every = 64;
    if (executed)
      how.look = [&](const AnyAuditor& auditor) {
        executed->clear();
        for (u32 at = kCode; at < kCodeEnd; at += guest.piece_bytes())
          if (auditor.executed(guest.base + at, guest.piece_bytes())) executed->push_back(at);
      };
    return maker().examined(guest, how);
  }

  const GuestMaker& maker() const {
    if (out_.x86) return x86_;
    return zisa_;
  }

  void add(const Examination& found) {
    out_.isa = found.isa;
    out_.strategy = found.strategy;
    out_.failed += !found.held();
    out_.not_equivalent += !found.equivalent();
    out_.not_controlled += !found.resource_control();
    out_.not_efficient += !found.efficient();
    out_.guest_errors += found.stale.has_value();
    out_.past_paging += found.guest.after_paging > kPastPaging;
    out_.did += found.guest;
  }

  FuzzFailure failure(u64 seed, const RandomGuest& guest, const Examination& found,
                      const std::vector<u32>& executed) const {
    const Shrunk small = shrink(guest, executed, [&](const RandomGuest& smaller) {
      const auto again = run(smaller);
      return again && fails_alike(*again, found);
    });
    FuzzFailure out{seed, found, {}, small.trials};
    if (auto again = run(small.guest)) out.found = std::move(*again);
    for (const u32 at : small.kept)
      out.listing.push_back({small.guest.base + at, maker().text(small.guest, at)});
    return out;
  }

  FuzzOptions o_;
  const std::function<bool(const Fuzzed&)>& between_;
  ZisaMaker zisa_;
  X86Maker x86_;
  Fuzzed out_;
};

}  // namespace

std::vector<FuzzMinimum> minimums(const Fuzzed& f) {
  const u64 n = f.guests < kFewGuests ? 0 : f.guests;
  std::vector<FuzzMinimum> all{{"mode switches", f.did.mode_switches, 20 * n},
          {"page-table edits", f.did.page_table_edits, n},
          {"interrupts", f.did.interrupts, 10 * n},
          {"code rewrites", f.did.code_rewrites, n / 4},
          {"mid-unit events", f.did.mid_unit_events, n},
          {"guests past 200 instructions after paging", f.past_paging, n - n / 10}};
  if (f.x86) all.push_back({"events in the middle of a REP", f.did.mid_repeat_events, n});
  return all;
}

bool Fuzzed::enough() const {
  const auto all = minimums(*this);
  return std::ranges::all_of(all, [](const FuzzMinimum& each) { return each.count >= each.least; });
}

Result<Fuzzed> fuzz(const FuzzOptions& options, const std::function<bool(const Fuzzed&)>& between) {
  if (runs_ported(options.session.strategy))
    return fail({Error::Kind::kUsage, "", "--fuzz", "makes guests that are not paravirtual",
                 "check a guest that has a port: ringside check guests/zisa/zos --strategy " + options.session.strategy});
  return Fuzzing(options, between)();
}

namespace {

Json json_of(const FuzzFailure& failure) {
  Json listing = Json::array();
  for (const ListedInstruction& each : failure.listing)
    listing.push_back({{"address", each.address}, {"text", each.text}});
  Json json{{"seed", failure.seed}, {"listing", std::move(listing)}, {"trials", failure.trials}};
  json.update(fields_of(failure.found));
  return json;
}

}  // namespace

Json to_json(const Fuzzed& f) {
  Json counts = Json::array();
  for (const FuzzMinimum& each : minimums(f))
    counts.push_back({{"what", each.what}, {"count", each.count}, {"least", each.least}});
  return {{"schema", "ringside/check-fuzz/1"},
          {"isa", f.isa},
          {"strategy", f.strategy},
          {"seed", f.first_seed},
          {"guests", f.guests},
          {"held", f.held()},
          {"enough", f.enough()},
          {"failed", f.failed},
          {"not_equivalent", f.not_equivalent},
          {"not_resource_control", f.not_controlled},
          {"not_efficient", f.not_efficient},
          {"guest_errors", f.guest_errors},
          {"instructions", f.did.instructions},
          {"counts", std::move(counts)},
          {"first_failure", f.first_failure ? json_of(*f.first_failure) : Json(nullptr)}};
}

}  // namespace ringside::study
