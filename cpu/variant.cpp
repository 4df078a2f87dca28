#include "cpu/variant.hpp"

#include <nlohmann/json.hpp>

#include "base/strict_json.hpp"
#include "isa/zisa/decode.hpp"

namespace ringside::cpu {

namespace {

using Json = nlohmann::json;

tl::unexpected<Error> bad(const std::string& file, std::string place, std::string cause,
                          std::string remedy) {
  return fail({Error::Kind::kBadFile, file, std::move(place), std::move(cause), std::move(remedy)});
}

std::string varying_names() {
  std::string names;
  for (unsigned row = 0; row < zisa::kRowCount; ++row)
    if (may_vary(row)) names += (names.empty() ? "" : ", ") + std::string(zisa::kRows[row].name);
  return names;
}

Result<void> apply_answers(Variant& variant, const Json& answers, const std::string& file) {
  if (!answers.is_object())
    return bad(file, "traps_in_user", "is not an object", "write {\"read_sr\": true}");
  for (const auto& [name, answer] : answers.items()) {
    const auto row = zisa::find_row(name);
    const std::string place = "traps_in_user." + shown(name);
    if (!row || !may_vary(*row))
      return bad(file, place, "is no instruction that may vary", "use " + varying_names());
    if (!answer.is_boolean()) return bad(file, place, "is not true or false", "say which");
    variant.set_trap(*row, answer.get<bool>());
  }
  return {};
}

}  // namespace

bool may_vary(unsigned row) {
  const auto& info = zisa::kRows[row];
  return info.kind == zisa::Kind::kSystem && (info.in_user != zisa::InUser::kRuns);
}

Variant::Variant() : name("zisa") {
  for (unsigned row = 0; row < zisa::kRowCount; ++row) {
    traps_.set(row, zisa::kRows[row].in_user == zisa::InUser::kTraps);
    timed_.set(row, zisa::kRows[row].in_user == zisa::InUser::kTimed);
  }
}

std::optional<Variant> Variant::named(std::string_view name) {
  if (name != "zisa" && name != "zisa-v" && name != "zisa-h") return std::nullopt;
  Variant variant;
  variant.name = name;
  variant.hardware_assistance = name == "zisa-h";
  if (name == "zisa-v")
    for (unsigned row = 0; row < zisa::kRowCount; ++row)
      if (zisa::kRows[row].in_user == zisa::InUser::kHole) variant.set_trap(row, true);
  return variant;
}

Result<Variant> Variant::parse(std::string_view text, const std::string& file) {
  const auto parsed = parse_strict(text, file);
  if (!parsed) return fail(parsed.error());
  const Json& json = *parsed;
  if (!json.is_object())
    return bad(file, "", "is not a JSON object", "see docs/variants.md for an example");
  for (const auto& [key, value] : json.items()) {
    const bool word = key == "name" || key == "base" || key == "description";
    if (!word && key != "traps_in_user")
      return bad(file, shown(key), "is not a known key", "use name, base, description, traps_in_user");
    if (word && !value.is_string()) return bad(file, key, "is not a text", "put it in quotes");
  }
  if (!json.contains("traps_in_user"))
    return bad(file, "traps_in_user", "is missing", "list the answers that differ from the base");
  auto variant = named(json.value("base", "zisa"));
  if (!variant)
    return bad(file, "base", "is no known variant", "use zisa, zisa-v or zisa-h");
  variant->name = shown(json.value("name", file));
  if (auto done = apply_answers(*variant, json["traps_in_user"], file); !done)
    return fail(done.error());
  return *variant;
}

}  // namespace ringside::cpu
