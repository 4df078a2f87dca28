#include "session/report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "session/open.hpp"

namespace ringside::session {

using Json = nlohmann::ordered_json;

namespace {

std::string hexadecimal(u64 hash) { return fmt::format("{:016x}", hash); }

Json holes_json(const std::vector<HoleReport>& holes) {
  Json list = Json::array();
  for (const auto& hole : holes)
    list.push_back({{"instruction", hole.instruction},
                    {"count", hole.count},
                    {"first", {{"pc", hole.pc}, {"symbol", hole.symbol}, {"got", hole.got},
                               {"bare_metal", hole.bare_metal}}},
                    {"cause", hole.cause},
                    {"cured", hole.cured}});
  return list;
}

Json left_out_json(const std::vector<LeftOutReport>& all) {
  Json list = Json::array();
  for (const auto& each : all)
    list.push_back({{"instruction", each.instruction},
                    {"count", each.count},
                    {"needs", each.needs},
                    {"first", {{"pc", each.pc}, {"symbol", each.symbol}, {"bytes", each.bytes},
                               {"text", each.text}}}});
  return list;
}

Json exits_json(const std::vector<ExitReport>& exits) {
  Json list = Json::array();
  for (const auto& exit : exits)
    list.push_back({{"reason", exit.reason}, {"count", exit.count}, {"cycles", exit.cycles},
                    {"min", exit.min}, {"mean", exit.mean()}, {"max", exit.max}});
  return list;
}

Json port_json(const std::optional<PortReport>& port) {
  if (!port) return nullptr;
  return {{"added", port->added}, {"removed", port->removed}, {"sites", port->sites}, {"original", port->original}};
}

Json translation_json(const std::optional<TranslationReport>& t) {
  if (!t) return nullptr;
  return {{"units", t->units}, {"instructions", t->instructions}, {"retranslated", t->retranslated},
          {"dropped", t->dropped}, {"flushes", t->flushes}};
}

Json charges_json(const std::vector<ChargeReport>& charges) {
  Json list = Json::array();
  for (const auto& each : charges)
    list.push_back({{"parameter", each.parameter}, {"count", each.count}, {"cycles", each.cycles}});
  return list;
}

Json accounts_json(const std::vector<AccountReport>& accounts) {
  Json by_name = Json::object();
  for (const auto& each : accounts) by_name[each.name] = each.cycles;
  return by_name;
}

}  // namespace

Json to_json(const MachineReport& r) {
  Json guests = Json::array();
  for (const Report& each : r.guests) guests.push_back(to_json(each));
  return {{"schema", "ringside/machine/1"},
          {"cycles", {{"total", r.cycles}, {"accounts", accounts_json(r.accounts)}}},
          {"world_switches", r.world_switches},
          {"guests", std::move(guests)}};
}

Json to_json(const Report& r) {
  Json all = {{"schema", "ringside/run/1"},
          {"guest", r.guest},
          {"isa", r.isa},
          {"strategy", r.strategy},
          {"paging", r.paging},
          {"cost_model", {{"name", r.cost_model}, {"hash", r.cost_model_hash},
                          {"frequency_khz", r.frequency_khz}}},
          {"seed", r.seed},
          {"outcome", r.outcome},
          {"exit_code", r.exit_code},
          {"reason", r.reason},
          {"notes", r.notes},
          {"port", port_json(r.port)},
          {"translation", translation_json(r.translation)},
          {"holes", holes_json(r.holes)},
          {"console", r.console},
          {"instructions", {{"guest", r.guest_instructions()}, {"direct", r.direct},
                            {"emulated", r.emulated}, {"translated", r.translated}}},
          {"cycles", {{"total", r.cycles}, {"accounts", accounts_json(r.accounts)}}},
          {"charges", charges_json(r.charges)},
          {"exits", exits_json(r.exits)},
          {"tlb", {{"hits", r.tlb_hits}, {"misses", r.tlb_misses},
                   {"walk_cache_hits", r.walk_cache_hits}, {"nested_tlb_hits", r.nested_tlb_hits}}},
          {"end", {{"pc", r.pc}, {"symbol", r.symbol}}},
          {"state_hash", hexadecimal(r.state_hash)},
          {"trace_hash", hexadecimal(r.trace_hash)}};
  if (r.isa == kX86) all["left_out"] = left_out_json(r.left_out);
  return all;
}

}  // namespace ringside::session
