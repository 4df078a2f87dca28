// Cost models as JSON: what is read, and that everything else is refused with its place.
#include "cost/x86_prices.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace ringside;
using namespace ringside::cost;
using nlohmann::json;

namespace {

/// A model in which every price is legal, for tests to spoil.
json good() {
  json model = {{"name", "mine"}, {"description", "for a test"}, {"parameters", json::object()}};
  for (const Row& row : kRows)
    if (!row.fixed())
      model["parameters"][std::string(row.key())] = {{"value", row.max}, {"source", "assumed: x"}};
  return model;
}

/// The error of a model, as a person reads it; "read" where there is none.
std::string error_of_text(const std::string& text) {
  const auto model = Model::parse(text, "m.json");
  return model ? "read" : model.error().text();
}
std::string error_of(const json& model) {
  return error_of_text(model.dump());
}

void expect(const std::string& error, std::initializer_list<const char*> parts) {
  INFO(error);
  CHECK(error.find('\n') == std::string::npos);
  for (const char* part : parts) CHECK(error.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("a model is read with its names, prices and sources") {
  json text = good();
  text["parameters"]["trap_fault"] = {{"value", 717}, {"source", "AA06"}};
  const auto model = Model::parse(text.dump(), "m.json");
  REQUIRE(model);
  CHECK(model->name == "mine");
  CHECK(model->description == "for a test");
  CHECK((*model)[Param::kTrapFault] == 717);
  CHECK(model->source[index(Param::kTrapFault)] == "AA06");
  CHECK((*model)[Param::kInsn] == row(Param::kInsn).max);
  CHECK((*model)[Param::kIdleCycle] == 1);
}

TEST_CASE("every parameter must be there, within its range") {
  for (const Row& row : kRows) {
    if (row.fixed()) continue;
    const std::string key(row.key());
    json without = good();
    without["parameters"].erase(key);
    expect(error_of(without), {"m.json: ", key.c_str(), "is missing", "; add"});

    json spoilt = good();
    json& value = spoilt["parameters"][key]["value"];
    value = row.max + 1;
    expect(error_of(spoilt), {key.c_str(), ".value", "too big", "; write"});
    value = row.min;
    CHECK(error_of(spoilt) == "read");
    value = -1;
    expect(error_of(spoilt), {key.c_str(), "-1 is negative"});
    if (row.min == 0) continue;
    value = row.min - 1;
    expect(error_of(spoilt), {key.c_str(), "too small"});
  }
}

TEST_CASE("a value must be a whole number with a source") {
  json model = good();
  json& entry = model["parameters"]["insn"];
  entry["value"] = 1.5;
  expect(error_of(model), {"m.json: parameters.insn.value: 1.5 is no whole number", "from 1 to"});
  entry["value"] = 1e30;
  expect(error_of(model), {"1e+30 is no whole number"});
  entry["value"] = "1";
  expect(error_of(model), {"is no number"});
  entry.erase("value");
  expect(error_of(model), {"parameters.insn.value: is missing"});
  entry = {{"value", 1}};
  expect(error_of(model), {"parameters.insn.source: is missing"});
  entry["source"] = "";
  expect(error_of(model), {"parameters.insn.source: must be a string that is not empty"});
  entry = 1;
  expect(error_of(model), {"parameters.insn: must be an object"});
}

TEST_CASE("unknown keys are refused wherever they stand") {
  json model = good();
  model["colour"] = "red";
  expect(error_of(model), {"m.json: colour: unknown key", "name, description, parameters"});
  model = good();
  model["parameters"]["insn"]["unit"] = "s";
  expect(error_of(model), {"parameters.insn.unit: unknown key", "value, source"});
  model = good();
  model["parameters"]["vm_decode"] = {{"value", 1}, {"source", "x"}};
  expect(error_of(model), {"parameters.vm_decode: unknown parameter", "vmm_decode"});
  model = good();
  model["parameters"]["idle_cycle"] = {{"value", 1}, {"source", "x"}};
  expect(error_of(model), {"parameters.idle_cycle: no model may set this"});
}

TEST_CASE("a key that stands twice is refused") {
  std::string text = good().dump();
  const std::string once = R"("insn":{)";
  text.insert(text.find(once), R"("insn":{"value":2,"source":"assumed: y"},)");
  expect(error_of_text(text), {"m.json: insn: the key stands twice", "remove"});
}

TEST_CASE("what is no JSON is refused with line and column") {
  expect(error_of_text("{\n  \"name\": \"x\",\n  oops\n}"),
         {"m.json: line 3, column 3: no valid JSON"});
  expect(error_of_text(""), {"no valid JSON"});
  expect(error_of_text(std::string(100000, '[')), {"no valid JSON"});
  expect(error_of_text("{\"name\": \"\xff\"}"), {"no valid JSON"});
  expect(error_of_text(R"({"a": 1e999})"), {"a number is too large"});
  expect(error_of_text("[]"), {"must be an object"});
  expect(error_of_text("{\"a\\nb\": 1}"), {"a?b: unknown key"});
  expect(error_of_text("{}"), {"name: is missing"});
  expect(error_of_text(R"({"name": "x", "description": "y"})"), {"parameters: is missing"});
}

TEST_CASE("the hash is that of the prices alone") {
  json one = good(), two = good();
  two["name"] = "other";
  two["parameters"]["insn"]["source"] = "elsewhere";
  const u64 hash = Model::parse(one.dump(), "1")->hash();
  CHECK(hash == Model::parse(two.dump(), "2")->hash());
  two["parameters"]["insn"]["value"] = 999;
  CHECK(hash != Model::parse(two.dump(), "2")->hash());
}

TEST_CASE("prices of x86 are taken for x86 alone, and checked for every ISA") {
  json text = good();
  text["parameters"]["trap_fault"] = {{"value", 717}, {"source", "AA06"}};
  text["x86"]["trap_fault"] = {{"value", 838}, {"source", "derived: x"}};
  const auto zisa = Model::parse(text.dump(), "m.json"), x86 = parse_for_x86(text.dump(), "m.json");
  REQUIRE(zisa);
  REQUIRE(x86);
  CHECK((*zisa)[Param::kTrapFault] == 717);
  CHECK((*x86)[Param::kTrapFault] == 838);
  CHECK(x86->source[index(Param::kTrapFault)] == "derived: x");
  CHECK((*x86)[Param::kInsn] == (*zisa)[Param::kInsn]);
  text["x86"]["trap_fualt"] = {{"value", 1}, {"source", "AA06"}};
  expect(error_of(text), {"m.json: ", "x86.trap_fualt", "unknown parameter", "trap_fault"});
  text["x86"] = {{"trap_fault", {{"value", 838}}}};
  expect(error_of(text), {"m.json: ", "x86.trap_fault.source", "is missing"});
}
