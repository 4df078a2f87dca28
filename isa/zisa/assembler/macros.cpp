#include "isa/zisa/assembler/macros.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "isa/zisa/assembler/directives.hpp"

namespace ringside::zisa::assembler {

namespace {

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string without_quotes(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  return std::string(text);
}

// The statement's text behind what the cursor has passed.
std::string_view text_left(const Cursor& operands) {
  const Line& line = operands.line();
  if (operands.at_end()) return "";
  return line.text.substr(operands.peek().column - line.column);
}

// Blanks end an argument only between words: "a0 4" are two, "a + 1" and "4 (sp)" are one.
bool blank_ends(std::string_view text, std::size_t at) {
  const auto next = text.find_first_not_of(" \t", at);
  if (at == 0 || next == std::string_view::npos) return false;
  const char before = text[at - 1], after = text[next];
  return (in_word(before) || before == ')' || before == '"') &&
         (in_word(after) || after == '.' || after == '"' || after == '\\');
}

// Length of the first argument in `text`.
std::size_t argument_end(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i)
        if (text[i] == '\\') ++i;
      continue;
    }
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (depth > 0) continue;
    if (c == ',' || (is_blank(c) && blank_ends(text, i))) return i;
  }
  return text.size();
}

// Takes the first argument off.
std::string_view take_argument(std::string_view& text) {
  text = trimmed(text);
  const std::size_t end = argument_end(text);
  const auto argument = text.substr(0, end);
  text = trimmed(text.substr(end));
  if (!text.empty() && text.front() == ',') text.remove_prefix(1);
  return argument;
}

std::string replaced(std::string_view text, const Arguments& arguments, u32 call) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '\\') {
      result += text[i++];
    } else if (text.compare(i, 2, "\\@") == 0) {
      result += std::to_string(call), i += 2;
    } else if (text.compare(i, 3, "\\()") == 0) {
      i += 3;
    } else {
      const auto from = text.begin() + static_cast<std::ptrdiff_t>(i) + 1;
      const std::string_view name(
          &text[i] + 1,
          static_cast<std::size_t>(std::find_if_not(from, text.end(), in_word) - from));
      const auto found = std::find_if(arguments.begin(), arguments.end(),
                                      [&](const auto& a) { return a.first == name; });
      if (found == arguments.end())
        result += text[i++];
      else
        result += found->second, i += 1 + name.size();
    }
  }
  return result;
}

bool has_parameter(const Macro& macro, std::string_view name) {
  return std::any_of(macro.parameters.begin(), macro.parameters.end(),
                     [&](const auto& p) { return p.name == name; });
}

// The arguments of a call: by their place, or as name=text.
std::optional<Arguments> bind(Driver& driver, const Macro& macro, const Cursor& call) {
  Arguments given;
  std::size_t position = 0;
  auto text = trimmed(text_left(call));
  while (!text.empty()) {
    const auto equals = text.find('=');
    const auto name = trimmed(text.substr(0, equals == std::string_view::npos ? 0 : equals));
    if (!name.empty() && has_parameter(macro, name)) {
      text.remove_prefix(equals + 1);
      given.emplace_back(name, without_quotes(take_argument(text)));
      continue;
    }
    if (position == macro.parameters.size()) {
      driver.unit.error(call.place(), fmt::format("macro '{}' takes {} argument{}", macro.name,
                                                  position, position == 1 ? "" : "s"));
      return std::nullopt;
    }
    const auto& parameter = macro.parameters[position++];
    if (parameter.rest)
      given.emplace_back(parameter.name, text), text = "";
    else
      given.emplace_back(parameter.name, without_quotes(take_argument(text)));
  }
  return given;
}

// Parameters that the call left out or empty get their standard text.
bool complete(Driver& driver, const Macro& macro, const Cursor& call, Arguments& arguments) {
  for (const auto& parameter : macro.parameters) {
    const auto found = std::find_if(arguments.begin(), arguments.end(),
                                    [&](const auto& a) { return a.first == parameter.name; });
    if (found != arguments.end() && !found->second.empty()) continue;
    if (parameter.required) {
      driver.unit.error(call.place(), fmt::format("macro '{}' needs its argument '{}'", macro.name,
                                                  parameter.name));
      return false;
    }
    if (found == arguments.end())
      arguments.emplace_back(parameter.name, parameter.standard);
    else
      found->second = parameter.standard;
  }
  return true;
}

// ":req" or ":vararg", and "=standard", behind a parameter's name.
bool parse_parameter(Driver& driver, Cursor& operands, Macro& macro) {
  const auto name = operands.accept_name();
  if (!name) return expected(driver, operands, "the name of a parameter");
  Macro::Parameter parameter{std::string(name->text), "", false, false};
  if (operands.accept(":")) {
    const Token kind = operands.take();
    parameter.required = kind.text == "req";
    parameter.rest = kind.text == "vararg";
    if (!parameter.required && !parameter.rest) {
      driver.unit.error(operands.place_of(kind), "a parameter can be :req or :vararg");
      return false;
    }
  }
  if (operands.accept("=")) {
    auto text = text_left(operands);
    parameter.standard = without_quotes(take_argument(text));
    const auto behind =
        operands.line().column + static_cast<u32>(operands.line().text.size() - text.size());
    while (!operands.at_end() && operands.peek().column < behind && !operands.peek().is(","))
      operands.take();
  }
  operands.accept(",");
  macro.parameters.push_back(std::move(parameter));
  return true;
}

}  // namespace

std::optional<Macro> parse_macro(Driver& driver, Cursor& operands) {
  const auto name = operands.accept_name();
  if (!name) return expected(driver, operands, "the name of a macro"), std::nullopt;
  Macro macro{std::string(name->text), {}, {}};
  operands.accept(",");
  while (!operands.at_end())
    if (!parse_parameter(driver, operands, macro)) return std::nullopt;
  return macro;
}

std::vector<std::string> split_arguments(const Cursor& operands) {
  std::vector<std::string> arguments;
  for (auto text = trimmed(text_left(operands)); !text.empty();)
    arguments.push_back(without_quotes(take_argument(text)));
  return arguments;
}

std::vector<std::string> split_characters(const Cursor& operands) {
  std::vector<std::string> characters;
  for (const char c : trimmed(text_left(operands))) characters.emplace_back(1, c);
  return characters;
}

bool expand(Driver& driver, const std::vector<const Line*>& body, const Arguments& arguments,
            Caller caller, std::vector<const Line*>& lines) {
  Unit& unit = driver.unit;
  for (const Line* from : body) {
    Line line = *from;
    if (caller.line) line.called_from = caller.line, line.macro = caller.macro;
    if (line.text.find('\\') != std::string_view::npos) {
      unit.texts.push_back(replaced(line.text, arguments, driver.macro_calls));
      line.text = line.source = unit.texts.back();
      line.column = 1;
    }
    driver.expanded_text += line.text.size() + sizeof(Line);
    if (driver.expanded_text > kTextPerLine * unit.options.max_lines) {
      unit.error({from, from->column}, "macros make too much text",
                 "check the ends of recursive macros");
      driver.ended = true;
      return false;
    }
    unit.lines.push_back(line);
    lines.push_back(&unit.lines.back());
  }
  return true;
}

void call_macro(Driver& driver, const Macro& macro, const Cursor& call, const Token& name) {
  auto arguments = bind(driver, macro, call);
  if (!arguments || !complete(driver, macro, call, *arguments)) return;
  std::vector<const Line*> lines;
  if (!expand(driver, macro.body, *arguments, {&call.line(), name.text}, lines)) return;
  ++driver.macro_calls;
  driver.reader.enter(std::move(lines), 1, true, driver.conditions.size(), call.place_of(name));
}

}  // namespace ringside::zisa::assembler
