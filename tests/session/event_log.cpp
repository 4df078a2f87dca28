// The event log keeps no more than it may, and ordinals are right all the same.
#include "vmm/event_log.hpp"

#include <sstream>

#include "catch.hpp"
#include "session/trace.hpp"
#include "support/machines.hpp"

using namespace ringside;
using vmm::Event;
using vmm::EventKind;
using vmm::EventLog;

namespace {

EventLog log_of(u32 events, u64 most) {
  EventLog log;
  log.keep(true);
  log.keep_at_most(most);
  for (u32 i = 0; i < events; ++i) log.add({.kind = EventKind::kTrap, .a = i});
  return log;
}

}  // namespace

TEST_CASE("the log keeps the last events under their ordinals") {
  const EventLog log = log_of(10, 4);
  CHECK(log.count() == 10);
  CHECK(log.first() == 6);
  CHECK(log.events().size() == 4);
  for (u32 i = 6; i < 10; ++i) CHECK(log.at(i).a == i);
  CHECK(!log.holds(5));
  CHECK(!log.holds(10));
  CHECK(log.hash() == log_of(10, 100).hash());
}

TEST_CASE("the log has no gaps after going back and forth") {
  for (const u64 to : {0u, 3u, 8u, 10u, 20u}) {
    EventLog log = log_of(10, 4);
    log.rewind(to, 0);
    CHECK(log.count() == to);
    log.add({.kind = EventKind::kTrap, .a = static_cast<u32>(to)});
    for (u64 i = log.first(); i < log.count(); ++i) CHECK(log.at(i).a == i);
    CHECK(log.holds(to));
    CHECK(log.holds(7) == (to == 8 || to == 10));
  }
}

TEST_CASE("a trace takes events away as it is written, and is the same in pieces") {
  const auto trace_in = [](u64 slice) {
    auto options = test::guest("micro-syscall", "zisa-v", "trap-emulate");
    options.keep_events = true;
    auto session = test::open_guest(options);
    std::ostringstream out;
    session::TraceWriter trace(out, session);
    const auto write = [&] {
      trace.write_new();
      CHECK(session.machine().log().events().empty());
      return true;
    };
    session.run(write, slice);
    trace.finish();
    return out.str();
  };
  const std::string whole = trace_in(1u << 30);
  CHECK(whole.size() > 10000);
  CHECK(trace_in(100) == whole);
}
