#include "cli/table.hpp"

#include <algorithm>

namespace ringside::cli {

std::string rule(const Style& style, std::size_t width) {
  std::string line;
  for (std::size_t i = 0; i < width; ++i) line += style.unicode ? "─" : "-";
  return line;
}

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    widths.push_back(columns(columns_[c].title));
    for (const auto& row : rows_)
      if (row.size() > 1 && c < row.size()) widths[c] = std::max(widths[c], columns(row[c].text));
  }
  return widths;
}

std::size_t Table::width() const {
  std::size_t total = 2 * (columns_.size() - 1);
  for (const std::size_t each : widths()) total += each;
  return total;
}

std::string Table::text(const Style& style, std::size_t indent) const {
  const auto wide = widths();
  const std::string margin(indent, ' ');
  const auto line = [&](const std::vector<Cell>& cells) {
    std::string out = margin;
    std::size_t filled = std::min(cells.size(), wide.size());
    while (filled > 1 && cells[filled - 1].text.empty()) --filled;  // no blanks at the end
    for (std::size_t c = 0; c < filled; ++c) {
      const bool last = c + 1 == filled;
      const std::size_t blanks = wide[c] - std::min(wide[c], columns(cells[c].text));
      if (columns_[c].right) out.append(blanks, ' ');
      out += paint(style, cells[c].ink, cells[c].text);
      if (!columns_[c].right && !last) out.append(blanks, ' ');
      if (!last) out += "  ";
    }
    return out + "\n";
  };
  std::vector<Cell> titles;
  for (const auto& column : columns_) titles.emplace_back(column.title, Ink::kStrong);
  std::string out = line(titles) + margin + paint(style, Ink::kDim, rule(style, width())) + "\n";
  for (const auto& row : rows_)
    out += row.size() == 1 ? margin + paint(style, row[0].ink, row[0].text) + "\n" : line(row);
  return out;
}

}  // namespace ringside::cli
