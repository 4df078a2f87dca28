// What is inspected, as JSON (schema ringside/debug/1).
#include <array>
#include <nlohmann/json.hpp>

#include "session/inspect.hpp"

namespace ringside::session {

using Json = nlohmann::ordered_json;

Json to_json(const CodeLine& line) {
  return {{"pc", line.address},
          {"symbol", line.symbol},
          {"word", line.word ? Json(*line.word) : Json(nullptr)},
          {"bytes", line.bytes},
          {"instruction", line.text},
          {"mark", line.mark},
          {"sensitive", line.sensitive},
          {"hole", line.hole},
          {"here", line.here},
          {"breakpoint", line.breakpoint}};
}

Json to_json(const Position& p) {
  Json ending;
  if (p.ending) {
    constexpr std::array kOutcomes = {"exited", "failed", "limit"};
    ending = {{"outcome", kOutcomes[static_cast<std::size_t>(p.ending->outcome)]},
              {"exit_code", p.ending->exit_code},
              {"reason", p.ending->reason}};
  }
  return {{"step", p.step},
          {"cycle", p.cycle},
          {"events", p.events},
          {"instructions", p.instructions},
          {"mode", {{"belief", p.believed_mode}, {"truth", p.real_mode}}},
          {"next", to_json(p.next)},
          {"waits", p.waits},
          {"waits_for_input", p.waits_for_input},
          {"ending", ending}};
}

namespace {

Json to_json(const SegmentView& segment) {
  return {{"selector", segment.selector ? Json(*segment.selector) : Json(nullptr)},
          {"base", segment.base},
          {"limit", segment.limit},
          {"rights", segment.rights}};
}

}  // namespace

Json to_json(const Registers& r) {
  Json named;
  for (const auto& each : r.general) named[each.name] = each.value;
  Json privileged = Json::array();
  for (const auto& each : r.privileged)
    privileged.push_back({{"name", each.name},
                          {"belief", each.belief},
                          {"truth", each.truth},
                          {"bare_metal", each.bare_metal}});
  Json all = {{"pc", r.pc},
              {"symbol", r.symbol},
              {"registers", named},
              {"deprivileged", r.deprivileged},
              {"privileged", privileged},
              {"status", {{"belief", r.believed_status}, {"truth", r.real_status}}}};
  for (const auto& each : r.segments)
    all["segments"].push_back(
        {{"name", each.name}, {"belief", to_json(each.belief)}, {"truth", to_json(each.truth)}});
  return all;
}

namespace {

Json optional(const std::optional<u64>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json to_json(const TableWalk& walk) {
  Json references = Json::array();
  for (const auto& each : walk.references)
    references.push_back({{"level", each.level},
                          {"index", each.index},
                          {"address", each.address},
                          {"entry", each.entry},
                          {"frame", each.frame},
                          {"flags", each.flags}});
  return {{"tables", walk.tables},
          {"root_register", walk.root_name},
          {"ptbr", walk.root},
          {"levels", walk.levels},
          {"references", references},
          {"outcome", walk.outcome},
          {"address", optional(walk.address)}};
}

}  // namespace

Json to_json(const PageWalk& walk) {
  Json walks = Json::array();
  for (const auto& each : walk.walks) walks.push_back(to_json(each));
  return {{"address", walk.address.v},
          {"paging", walk.paging},
          {"guest_physical", optional(walk.guest_physical)},
          {"walks", walks},
          {"tlb", walk.tlb}};
}

Json to_json(const EventLine& event) {
  return {{"number", event.number}, {"cycle", event.cycle}, {"step", event.step}, {"pc", event.pc},
          {"symbol", event.symbol}, {"kind", event.kind},   {"text", event.text}};
}

Json to_json(const WriterView& v) {
  return {{"step", v.writer.step},  {"cycle", v.writer.cycle}, {"pc", v.writer.pc},
          {"symbol", v.symbol},     {"what", v.writer.what},   {"before", v.writer.before},
          {"after", v.writer.after}};
}

}  // namespace ringside::session
