#include "study/check.hpp"

#include <nlohmann/json.hpp>

#include "session/catalogue.hpp"
#include "session/open.hpp"

namespace ringside::study {

using namespace session;
using Json = nlohmann::ordered_json;

namespace {

// A strategy for ported guests is held to the guest by its port, which lies beside it.
Result<Examination> check_port(const Options& options, const ExamineOptions& how) {
  Options ported = options;
  ported.guest += kPortSuffix;
  if (auto found = find_guest(options); !found) return fail(found.error());
  if (!find_guest(ported))
    return fail({Error::Kind::kBadFile, ported.guest, "", "no such file: --strategy " + options.strategy +
                 " is checked by a port of " + options.guest + ", which has that name",
                 "build the port, or check another strategy"});
  return examine_ported_guest(options, ported, how);
}

}  // namespace

Result<Examination> check(const Options& options, const std::function<bool(u64 ticks)>& between) {
  ExamineOptions how;
  how.ticks = options.max_instructions;
  how.goes_on = between;
  return runs_ported(options.strategy) ? check_port(options, how) : examine_guest(options, how);
}

namespace {

Json json_of(const PastInstruction& past) {
  return {{"time", past.time},
          {"pc", past.pc},
          {"mode", past.mode},
          {"symbol", past.symbol},
          {"text", past.text}};
}

Json json_of(const std::vector<PastInstruction>& history) {
  Json list = Json::array();
  for (const PastInstruction& each : history) list.push_back(json_of(each));
  return list;
}

Json json_of(const std::optional<Divergence>& divergence) {
  if (!divergence) return nullptr;
  return {{"time", divergence->time},
          {"differences", divergence->differences},
          {"instruction", divergence->at_fault ? json_of(*divergence->at_fault) : Json(nullptr)},
          {"history",
           {{"bare", json_of(divergence->first)}, {"strategy", json_of(divergence->other)}}}};
}

Json json_of(const std::optional<Finding>& finding) {
  if (!finding) return nullptr;
  return {{"time", finding->time}, {"pc", finding->pc}, {"what", finding->what}};
}

}  // namespace

Json fields_of(const Examination& found) {
  return {{"isa", found.isa},
          {"strategy", found.strategy},
          {"held", found.held()},
          {"equivalent", found.equivalent()},
          {"resource_control", found.resource_control()},
          {"efficient", found.efficient()},
          {"complete", found.ended},
          {"ticks", found.ticks},
          {"processes", found.processes ? Json(*found.processes) : Json(nullptr)},
          {"outcome", found.outcome},
          {"first_divergence", json_of(found.divergence)},
          {"guest_error", json_of(found.stale)},
          {"breach", json_of(found.breach)},
          {"instructions",
           {{"direct", found.direct},
            {"emulated", found.emulation.emulated},
            {"emulated_needlessly", found.emulation.needless},
            {"translated", found.translated}}},
          {"first_needless", json_of(found.emulation.first_needless)},
          {"audited",
           {{"mappings", found.audited.mappings},
            {"translations", found.audited.translations},
            {"accesses", found.audited.accesses},
            {"device_touches", found.audited.device_touches}}}};
}

Json to_json(const std::string& guest, const Examination& found) {
  Json json{{"schema", "ringside/check/1"}, {"guest", guest}};
  json.update(fields_of(found));
  return json;
}

}  // namespace ringside::study
