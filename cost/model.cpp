#include "cost/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/hash.hpp"
#include "base/nearest.hpp"
#include "base/strict_json.hpp"
#include "cost/x86_prices.hpp"

namespace ringside::cost {
namespace {

using nlohmann::json;

/// Reads one model; every step gives an error or changes the model.
class Reader {
 public:
  Reader(const std::string& file, bool x86) : file_(file), x86_(x86) {}

  Result<Model> read(const json& root) {
    if (auto known = only_keys(root, "", {"name", "description", "parameters", "x86"}); !known)
      return fail(known.error());
    auto name = text(root, "name", "name");
    auto description = name ? text(root, "description", "description") : name;
    if (!description) return fail(description.error());
    model_.name = shown(*name);
    model_.description = *description;
    if (auto read = parameters(root); !read) return fail(read.error());
    if (auto read = x86_prices(root); !read) return fail(read.error());
    return std::move(model_);
  }

 private:
  tl::unexpected<Error> error(std::string place, std::string cause, std::string remedy) const {
    return fail(
        {Error::Kind::kBadFile, file_, std::move(place), std::move(cause), std::move(remedy)});
  }

  Result<void> only_keys(const json& object, const std::string& place,
                         const std::vector<std::string_view>& keys) const {
    if (!object.is_object())
      return error(place.empty() ? "the whole" : place, "must be an object in braces",
                   fmt::format("write {{{}}}", fmt::join(keys, ", ")));
    for (const auto& [key, value] : object.items())
      if (std::find(keys.begin(), keys.end(), key) == keys.end())
        return error(place.empty() ? shown(key) : place + "." + shown(key), "unknown key",
                     fmt::format("the keys here are {}", fmt::join(keys, ", ")));
    return {};
  }

  Result<std::string> text(const json& object, const char* key, const std::string& place) const {
    const auto found = object.find(key);
    if (found == object.end()) return error(place, "is missing", "add it as a string");
    if (!found->is_string() || found->get_ref<const std::string&>().empty())
      return error(place, "must be a string that is not empty", "put it in quotes");
    return found->get<std::string>();
  }

  Result<void> parameters(const json& root) {
    const auto found = root.find("parameters");
    if (found == root.end() || !found->is_object())
      return error("parameters", "is missing or no object", "add one entry for each parameter");
    for (const auto& [key, entry] : found->items())
      if (auto known = check_key("parameters", key); !known) return known;
    for (const Row& each : kRows)
      if (auto read = parameter("parameters", *found, each, model_); !read) return read;
    return {};
  }

  // Read and checked for every ISA, taken for x86 alone.
  Result<void> x86_prices(const json& root) {
    const auto found = root.find("x86");
    if (found == root.end()) return {};
    if (!found->is_object()) return error("x86", "is no object", "add one entry for each price of x86, or remove it");
    Model with = model_;
    for (const auto& [key, entry] : found->items()) {
      if (auto known = check_key("x86", key); !known) return known;
      if (auto read = parameter("x86", *found, row(*find_parameter(key)), with); !read) return read;
    }
    if (x86_) model_ = std::move(with);
    return {};
  }

  Result<void> check_key(const std::string& group, const std::string& key) const {
    const auto param = find_parameter(key);
    const std::string place = group + "." + shown(key);
    if (param && row(*param).fixed())
      return error(place, "no model may set this parameter", "remove it");
    if (param) return {};
    std::vector<std::string_view> keys;
    for (const Row& each : kRows)
      if (!each.fixed()) keys.push_back(each.key());
    const std::string_view meant = nearest(key, keys);
    return error(place, "unknown parameter",
                 meant.empty() ? "remove it" : fmt::format("remove it; did you mean {}?", meant));
  }

  Result<void> parameter(const std::string& group, const json& all, const Row& row, Model& into) {
    const std::size_t i = index(row.param);
    const std::string place = fmt::format("{}.{}", group, row.key());
    if (row.fixed()) {
      into.price[i] = row.min;
      into.source[i] = "fixed";
      return {};
    }
    const auto entry = all.find(row.key());
    if (entry == all.end())
      return error(place, fmt::format("is missing ({})", row.meaning),
                   R"(add {"value": N, "source": "..."})");
    if (auto known = only_keys(*entry, place, {"value", "source"}); !known) return known;
    auto source = text(*entry, "source", place + ".source");
    auto value = source ? number(*entry, row, place + ".value") : fail(source.error());
    if (!value) return fail(value.error());
    into.price[i] = *value;
    into.source[i] = *source;
    return {};
  }

  Result<u64> number(const json& entry, const Row& row, const std::string& place) const {
    const std::string remedy = fmt::format("write a whole number of {} from {} to {}",
                                           unit_name(row.unit), row.min, row.max);
    const auto value = entry.find("value");
    if (value == entry.end()) return error(place, "is missing", remedy);
    const bool fits =
        value->is_number_unsigned() && value->get<u64>() >= row.min && value->get<u64>() <= row.max;
    if (fits) return value->get<u64>();
    return error(place, why_not(*value, row), remedy);
  }

  static std::string why_not(const json& value, const Row& row) {
    if (!value.is_number()) return "is no number";
    const std::string number = value.dump();
    if (value.is_number_float()) return number + " is no whole number in range";
    if (!value.is_number_unsigned()) return number + " is negative";
    return number + (value.get<u64>() < row.min ? " is too small" : " is too big");
  }

  const std::string& file_;
  bool x86_;
  Model model_;
};

}  // namespace

u64 Model::hash() const {
  u64 hash = 0;
  for (u64 each : price) hash = hash_mix(hash, each);
  return hash;
}

Result<Model> Model::parse(std::string_view text, const std::string& file) {
  auto root = parse_strict(text, file);
  if (!root) return fail(root.error());
  return Reader(file, false).read(*root);
}

Result<Model> parse_for_x86(std::string_view text, const std::string& file) {
  auto root = parse_strict(text, file);
  if (!root) return fail(root.error());
  return Reader(file, true).read(*root);
}

}  // namespace ringside::cost
