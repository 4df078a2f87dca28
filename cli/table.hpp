// Tables for the terminal: columns as wide as what stands in them, two blanks between.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/style.hpp"

namespace ringside::cli {

struct Cell {
  Cell(std::string cell_text, Ink cell_ink = Ink::kPlain)
      : text(std::move(cell_text)), ink(cell_ink) {}
  Cell(const char* cell_text, Ink cell_ink = Ink::kPlain) : text(cell_text), ink(cell_ink) {}
  std::string text;
  Ink ink;
};

class Table {
 public:
  struct Column {
    std::string title;
    bool right = true;  ///< numbers stand right, words left
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }
  /// A line of its own between the rows.
  void add_heading(Cell heading) { rows_.push_back({std::move(heading)}); }

  /// Columns that it takes.
  std::size_t width() const;

  /// Title, rule and rows, each line ended; `indent` blanks before each.
  std::string text(const Style& style, std::size_t indent = 0) const;

 private:
  std::vector<std::size_t> widths() const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// A thin line of so many columns.
std::string rule(const Style& style, std::size_t width);

}  // namespace ringside::cli
