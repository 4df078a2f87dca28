#include "gui/model.hpp"

#include <utility>

#include "session/overview.hpp"

namespace ringside::gui {

using session::Debugger;
using session::Stopped;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {
// A step is over before anybody could see that it ran; of a run somebody looks so often.
constexpr auto kAtOnce = 8ms;
constexpr auto kLookEvery = 200ms;
constexpr auto kPatience = 5ms;
}  // namespace

Result<std::unique_ptr<Model>> Model::open(const session::Options& options) {
  auto debugger = Debugger::open(options);
  if (!debugger) return fail(debugger.error());
  return std::make_unique<Model>(std::move(*debugger));
}

Model::Model(Debugger debugger)
    : debugger_(std::make_unique<Debugger>(std::move(debugger))),
      options_(debugger_->session().options()),
      isa_(session::overview(debugger_->session()).isa),
      stopped_(debugger_->stay()) {}

Result<void> Model::reopen(const session::Options& options) {
  stop();
  settle();
  auto debugger = Debugger::open(options);
  if (!debugger) return fail(debugger.error());
  debugger_ = std::make_unique<Debugger>(std::move(*debugger));
  options_ = debugger_->session().options();
  isa_ = session::overview(debugger_->session()).isa;
  stopped_ = debugger_->stay();
  previous_.reset(), trouble_.clear(), input_.clear();
  instructions_ = cycles_ = 0;
  ++generation_, ++moves_;
  return {};
}

// --- moves ---

void Model::move(std::string doing, Move move) {
  if (running()) return;
  trouble_.clear();
  stopping_ = false;
  begin(std::move(doing), std::move(move));
  if (runner_.collect(kAtOnce)) take_in();
}

void Model::begin(std::string doing, Move move) {
  doing_ = std::move(doing);
  going_ = std::move(move);
  started_ = looked_ = Clock::now();
  const auto now = debugger_->session().progress();
  started_at_ = now.instructions, instructions_ = now.instructions, cycles_ = now.cycles;
  runner_.start([this](const Runner::Between& between) {
    result_ = going_(*debugger_, [&] {
      const auto here = debugger_->session().progress();
      instructions_ = here.instructions, cycles_ = here.cycles;
      return between();
    });
  });
}

// What was typed meanwhile is offered where the run was interrupted for it, and the run goes on.
void Model::take_in() {
  auto result = std::exchange(result_, std::nullopt);
  const bool interrupted = *result && (**result).kind == "interrupted";
  if (!input_.empty()) {
    const auto typed = debugger_->type(std::exchange(input_, ""));
    if (!typed) trouble_ = typed.error().text();
    if (interrupted && typed && !stopping_) return begin(doing_, going_);
    if (typed) *result = debugger_->stay();
  }
  after(std::move(*result));
}

void Model::after(Result<Stopped> result) {
  ++generation_, ++moves_;
  const u64 step = stopped_.position.step;
  const u32 there = stopped_.position.next.address;
  if (!result) {
    trouble_ = result.error().text();
    stopped_ = debugger_->stay();
  } else {
    stopped_ = std::move(*result);
  }
  previous_ = stopped_.position.step == step + 1 ? std::optional(there) : std::nullopt;
}

double Model::rate() const {
  const std::chrono::duration<double> took = Clock::now() - started_;
  const u64 now = instructions_;
  return now <= started_at_ || took.count() <= 0 ? 0 : static_cast<double>(now - started_at_) / took.count();
}

void Model::step(u64 count) {
  move("stepping", [=](Debugger& d, auto& between) { return d.step(count, between); });
}
void Model::back(u64 count) {
  move("going back", [=](Debugger& d, auto& between) { return d.back(count, between); });
}
void Model::run() {
  move("running", [](Debugger& d, auto& between) { return d.run(between); });
}
void Model::reverse() {
  move("running back", [](Debugger& d, auto& between) { return d.reverse(between); });
}
void Model::run_to(Gva address) {
  move("running", [=](Debugger& d, auto& between) { return d.run_to(address, between); });
}
void Model::run_to_event(const std::string& kind) {
  move("running to the next " + kind, [=](Debugger& d, auto& between) { return d.run_to_event(kind, between); });
}
void Model::go_to_step(u64 step) {
  move("going there", [=](Debugger& d, auto& between) { return d.go_to_step(step, between); });
}
void Model::go_to_cycle(Cycles cycle) {
  move("going there", [=](Debugger& d, auto& between) { return d.go_to_cycle(cycle, between); });
}
void Model::go_to_event(u64 event) {
  move("going there", [=](Debugger& d, auto& between) { return d.go_to_event(event, between); });
}

// --- changes ---

void Model::type(const std::string& text) {
  if (running()) {
    input_ += text;
    return runner_.stop();
  }
  const bool waited = stopped_.kind == "input" && going_;
  change([&](Debugger& d) { return d.type(text); });
  if (waited && trouble_.empty()) move(doing_, going_);
}

void Model::change(const std::function<Result<void>(Debugger&)>& change) {
  if (running()) return;
  const auto done = change(*debugger_);
  trouble_ = done ? "" : done.error().text();
  const auto previous = previous_;
  stopped_ = debugger_->stay();
  previous_ = previous;
  ++generation_;
}

void Model::toggle_breakpoint(Gva address) {
  change([&](Debugger& d) -> Result<void> {
    if (d.remove_breakpoint(address)) return {};
    return d.add_breakpoint(address);
  });
}

// --- frames ---

void Model::begin_frame() {
  if (!runner_.busy()) return;
  if (runner_.collect(0ms)) return take_in();
  if (Clock::now() - looked_ < kLookEvery || !runner_.hold(kPatience)) return;
  looked_ = Clock::now();
  ++generation_;
}

void Model::settle() {
  runner_.resume();
  while (runner_.busy())
    if (runner_.collect(100ms)) take_in();
}

}  // namespace ringside::gui
