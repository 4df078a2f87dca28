#include "study/classify/json.hpp"

#include <nlohmann/json.hpp>

namespace ringside::study {

using Json = nlohmann::ordered_json;

namespace {

Json rows_json(const std::vector<WitnessRow>& rows) {
  Json list = Json::array();
  for (const WitnessRow& row : rows)
    list.push_back({{"what", row.what}, {"a", row.a}, {"b", row.b}, {"differs", row.differs}});
  return list;
}

Json verdicts_json(const Verdicts& verdicts) {
  Json list = Json::array();
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    list.push_back({{"number", i + 1},
                    {"holds", verdicts[i].holds},
                    {"broken_by", verdicts[i].breakers},
                    {"sentence", verdicts[i].sentence}});
  return list;
}

Json finding_json(const Finding& f) {
  Json classes = Json::array(), witnesses = Json::array();
  for (const auto& [shown, witness] : f.witnesses) {
    classes.push_back(class_name(shown));
    witnesses.push_back(to_json(shown, witness));
  }
  return {{"name", f.instruction},
          {"traps_in_user", in_user_name(f.in_user)},
          {"traps_where", f.gates},
          {"classes", classes},
          {"sensitive", f.sensitive()},
          {"user_sensitive", f.is(Class::kUser)},
          {"time_sensitive", f.is(Class::kTime)},
          {"privileged", f.privileged()},
          {"hole", f.hole()},
          {"completed", f.completed},
          {"witnesses", witnesses}};
}

Json non_root_json(const NonRootClassification& all) {
  Json list = Json::array();
  for (const GuestFinding& f : all.findings)
    list.push_back({{"name", f.instruction},
                    {"exits", in_user_name(f.exits)},
                    {"can_be_made_to_exit", f.can_be_made_to_exit},
                    {"control", f.control},
                    {"frames", f.frames},
                    {"status", f.status},
                    {"sensitive", f.sensitive()},
                    {"user_sensitive", f.user},
                    {"time_sensitive", f.time},
                    {"hole", f.hole()},
                    {"completed", f.completed}});
  return {{"controls", "hvm with nested paging"},
          {"instructions", list},
          {"theorems", verdicts_json(all.verdicts)}};
}

Json published_json(const Comparison& comparison) {
  Json listed = Json::array(), extras = Json::array();
  for (const PublishedInstruction& each : comparison.published)
    listed.push_back({{"name", each.name},
                      {"group", each.group},
                      {"instructions", each.rows},
                      {"found", each.found}});
  for (const Extra& each : comparison.extras)
    extras.push_back({{"name", each.instruction}, {"why", each.why}});
  return {{"source", kRobinIrvine}, {"listed", listed}, {"extras", extras}};
}

}  // namespace

std::string_view in_user_name(InUserMode in_user) {
  switch (in_user) {
    case InUserMode::kRuns:
      return "never";
    case InUserMode::kSometimesTraps:
      return "sometimes";
    case InUserMode::kTraps:
      break;
  }
  return "always";
}

Json to_json(Class shown, const WitnessText& witness) {
  return {{"class", class_name(shown)},
          {"shows", witness.sentence},
          {"instruction", witness.instruction},
          {"states", witness.states},
          {"before", rows_json(witness.before)},
          {"after", rows_json(witness.after)},
          {"replayed", witness.holds}};
}

Json to_json(const Classification& all) {
  Json instructions = Json::array();
  for (const Finding& finding : all.findings) instructions.push_back(finding_json(finding));
  return {{"schema", "ringside/classify/1"},
          {"isa", all.isa},
          {"instructions", instructions},
          {"theorems", verdicts_json(all.verdicts)},
          {"non_root", all.non_root ? non_root_json(*all.non_root) : Json(nullptr)},
          {"published", all.published ? published_json(*all.published) : Json(nullptr)}};
}

Json to_json(const std::vector<SubsetVerdicts>& subsets) {
  Json list = Json::array();
  for (const SubsetVerdicts& each : subsets) {
    Json holds = Json::array();
    for (const Verdict& verdict : each.verdicts) holds.push_back(verdict.holds);
    list.push_back({{"open", each.open}, {"holds", holds}});
  }
  return list;
}

Json to_json(const GuestUses& uses) {
  Json list = Json::array();
  for (const SensitiveUse& use : uses.uses)
    list.push_back({{"address", use.address},
                    {"symbol", use.symbol},
                    {"instruction", use.instruction},
                    {"text", use.text},
                    {"hole", use.hole}});
  return {{"file", uses.file}, {"sensitive", list}, {"counts", uses.counts}};
}

}  // namespace ringside::study
