#include "session/conditions.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace ringside::session {

namespace {

constexpr std::array<std::string_view, 11> kKinds = {"event", "address", "console", "ended",  "waits", "step",
                                                     "isa",   "strategy", "guest",  "action", "panel"};

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\n"), to = text.find_last_not_of(" \t\n");
  return from == std::string_view::npos ? "" : text.substr(from, to - from + 1);
}

Result<Condition> parse_one(std::string_view text) {
  const auto blank = std::min(text.find(' '), text.size());
  Condition c{std::string(text.substr(0, blank)), std::string(trimmed(text.substr(blank)))};
  if (!std::ranges::count(kKinds, c.kind))
    return fail({Error::Kind::kBadFile, "when", std::string(text), "there is no condition of that kind",
                 "use event, address, console, ended, waits, step, isa, strategy, guest, action or panel"});
  if (c.argument.empty() && c.kind != "ended" && c.kind != "waits")
    return fail({Error::Kind::kBadFile, "when", c.kind, "what it waits for is missing", "write " + c.kind + " and a name behind it"});
  return c;
}

// The part of the run before the present: what lies ahead after going back does not count.
bool has_happened(const std::string& name, const Debugger& d) {
  const Cycles now = d.session().progress().cycles;
  const Stretch all = d.timeline().columns(0, now + 1, 1).front();
  for (std::size_t i = 0; i < kHappenings; ++i)
    if (name == happening_name(static_cast<Happening>(i))) return all.has(static_cast<Happening>(i));
  return d.timeline().exit_before(position(d.session()).events, name).has_value();
}

bool stands_at(const std::string& place, const Debugger& d) {
  const auto address = parse_address(d.session(), place);
  return address && address->v == position(d.session()).next.address;
}

bool has_ended(const std::string& code, const Debugger& d) {
  const auto ending = position(d.session()).ending;
  if (!ending) return false;
  return code.empty() || (ending->outcome == vmm::Ending::Outcome::kExited && std::to_string(ending->exit_code) == code);
}

std::string opened_as(const std::string& kind, const Session& session) {
  if (kind == "isa") return session.options().isa;
  return kind == "strategy" ? session.options().strategy : session.options().guest;
}

}  // namespace

Result<std::vector<Condition>> parse_conditions(std::string_view text) {
  std::vector<Condition> all;
  while (!text.empty()) {
    const auto end = std::min(text.find(';'), text.size());
    if (const auto each = trimmed(text.substr(0, end)); !each.empty()) {
      auto condition = parse_one(each);
      if (!condition) return fail(condition.error());
      all.push_back(std::move(*condition));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

bool is_of_the_window(const Condition& condition) { return condition.kind == "action" || condition.kind == "panel"; }

bool holds(const Condition& c, const Debugger& d) {
  if (is_of_the_window(c)) return false;
  if (c.kind == "event") return has_happened(c.argument, d);
  if (c.kind == "address") return stands_at(c.argument, d);
  if (c.kind == "console") return d.session().console().find(c.argument) != std::string::npos;
  if (c.kind == "ended") return has_ended(c.argument, d);
  if (c.kind == "waits") return position(d.session()).waits_for_input;
  if (c.kind == "step") return position(d.session()).step >= std::strtoull(c.argument.c_str(), nullptr, 0);
  return opened_as(c.kind, d.session()) == c.argument;
}

}  // namespace ringside::session
