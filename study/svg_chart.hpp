// Charts as SVG: bars in groups, or lines. They are to be read in print and by all eyes: what
// differs in colour differs in hatching or in the shape of its points too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringside::study {

struct Series {
  std::string name;
  std::vector<double> y;  ///< one for each category, or for each x; NaN where there is none
  bool mark = false;      ///< of bars: drawn as diamonds over the bars of the series before it
};

struct Chart {
  enum class Shape { kBars, kLines };
  Shape shape = Shape::kBars;
  std::string title = {}, x_label = {}, y_label = {};  ///< labels with their units
  bool log_x = false, log_y = false;
  std::vector<std::string> categories = {};  ///< of bars
  std::vector<double> x = {};                ///< of lines
  std::vector<Series> series = {};
};

/// The chart as a document of its own. What cannot be drawn (no number, nothing above 0 on a
/// logarithmic axis) is left out.
std::string svg(const Chart& chart);

/// Text as it may stand in XML: markup escaped, control characters replaced.
std::string xml_text(std::string_view text);

}  // namespace ringside::study
