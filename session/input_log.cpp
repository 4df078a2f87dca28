#include "session/input_log.hpp"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

namespace ringside::session {

using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kSchema = "ringside/input/1";

// Input is bytes, not always text that JSON could hold.
std::string hex_of(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<u8>(byte));
  return text;
}

std::optional<u64> number_of(std::string_view hex) {
  u64 number = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), number, 16);
  if (hex.empty() || error != std::errc() || end != hex.data() + hex.size()) return std::nullopt;
  return number;
}

std::optional<std::string> bytes_of(const std::string& hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const auto byte = number_of(std::string_view(hex).substr(i, 2));
    if (!byte) return std::nullopt;
    bytes += static_cast<char>(*byte);
  }
  return bytes;
}

std::optional<std::string> text_at(const Json& json, const char* key) {
  if (!json.is_object() || !json.contains(key) || !json[key].is_string()) return std::nullopt;
  return json[key].get<std::string>();
}

std::optional<TypedInput> typed_of(const Json& json) {
  const auto hex = text_at(json, "bytes");
  if (!hex || !json.contains("step") || !json["step"].is_number_unsigned()) return std::nullopt;
  auto bytes = bytes_of(*hex);
  if (!bytes) return std::nullopt;
  return TypedInput{json["step"].get<u64>(), std::move(*bytes)};
}

tl::unexpected<Error> bad(const std::string& file, std::string place, std::string cause) {
  return fail({Error::Kind::kBadFile, file, std::move(place), std::move(cause),
               "give a file that --record wrote"});
}

}  // namespace

void InputLog::apply(Options& options) const {
  options.input = input;
  options.typed = typed;
  options.more_input = more_input;
}

InputLog log_input(const Session& session) {
  const Options& options = session.options();
  return {options.input, session.typed(), options.more_input, session.machine().log().hash()};
}

std::string to_text(const InputLog& log) {
  Json typed = Json::array();
  for (const auto& each : log.typed)
    typed.push_back({{"step", each.step}, {"bytes", hex_of(each.bytes)}});
  const Json json = {{"schema", kSchema},
                     {"input", hex_of(log.input)},
                     {"typed", typed},
                     {"more_input", log.more_input},
                     {"trace_hash", fmt::format("{:016x}", log.trace_hash)}};
  return json.dump(1) + "\n";
}

Result<InputLog> parse_input_log(const std::string& text, const std::string& file) {
  const Json json = Json::parse(text, nullptr, false);
  if (text_at(json, "schema") != kSchema)
    return bad(file, "schema", std::string("is not ") + kSchema);
  const auto hex = text_at(json, "input"), hash = text_at(json, "trace_hash");
  const auto input = hex ? bytes_of(*hex) : std::nullopt;
  if (!input) return bad(file, "input", "is missing or not hexadecimal");
  const auto number = hash ? number_of(*hash) : std::nullopt;
  if (!number) return bad(file, "trace_hash", "is missing or not hexadecimal");
  if (!json.contains("more_input") || !json["more_input"].is_boolean())
    return bad(file, "more_input", "is missing or not true or false");
  if (!json.contains("typed") || !json["typed"].is_array()) return bad(file, "typed", "is no list");
  InputLog log{*input, {}, json["more_input"].get<bool>(), *number};
  for (const Json& each : json["typed"]) {
    auto typed = typed_of(each);
    if (!typed)
      return bad(file, fmt::format("typed, entry {}", log.typed.size()), "needs a step and bytes");
    log.typed.push_back(std::move(*typed));
  }
  return log;
}

}  // namespace ringside::session
