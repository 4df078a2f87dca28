#include "study/svg_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/types.hpp"

namespace ringside::study {

namespace {

// The page, and the field in it that the axes enclose; units are pixels.
constexpr double kWidth = 880, kHeight = 540;
constexpr double kLeft = 90, kRight = 660, kTop = 60, kBottom = 400;

// Okabe and Ito's colours, for all eyes; of unlike lightness, so that they differ in grey too.
constexpr const char* kColours[] = {"#0072b2", "#e69f00", "#009e73",
                                    "#cc79a7", "#56b4e9", "#d55e00"};
constexpr std::size_t kStyles = std::size(kColours);

bool drawable(double value, bool log) {
  return std::isfinite(value) && (!log || value > 0);
}

/// One axis: from figures to pixels, and where its ticks are.
class Axis {
 public:
  Axis(std::vector<double> values, bool log, bool from_zero, double begin, double end)
      : log_(log), begin_(begin), end_(end) {
    std::erase_if(values, [&](double v) { return !drawable(v, log); });
    if (values.empty()) values = {1};
    low_ = *std::ranges::min_element(values), high_ = *std::ranges::max_element(values);
    log ? widen_to_decades() : widen_to_steps(from_zero);
  }

  double at(double value) const {
    const double part =
        log_ ? (std::log10(value) - std::log10(low_)) / (std::log10(high_) - std::log10(low_))
             : (value - low_) / (high_ - low_);
    return begin_ + std::clamp(part, 0.0, 1.0) * (end_ - begin_);
  }
  double low() const { return low_; }

  std::vector<double> ticks() const {
    std::vector<double> all;
    if (log_)
      for (double t = low_; t <= high_ * 1.001; t *= 10) all.push_back(t);
    else
      for (u32 i = 0; low_ + i * step_ <= high_ + step_ / 1000; ++i)
        all.push_back(low_ + i * step_);
    return all;
  }

 private:
  void widen_to_decades() {
    low_ = std::pow(10, std::floor(std::log10(low_)));
    high_ = std::pow(10, std::ceil(std::log10(high_)));
    if (high_ <= low_) high_ = low_ * 10;
  }
  // Steps of 1, 2 or 5 times a power of ten, four to ten of them.
  void widen_to_steps(bool from_zero) {
    if (from_zero || low_ > 0) low_ = std::min(low_, 0.0);
    if (high_ <= low_) high_ = low_ + 1;
    step_ = std::pow(10, std::floor(std::log10((high_ - low_) / 4)));
    while ((high_ - low_) / step_ > 10) step_ *= (high_ - low_) / step_ > 20 ? 5 : 2;
    low_ = std::floor(low_ / step_) * step_;
    high_ = std::ceil(high_ / step_ - 1e-9) * step_;
  }

  bool log_;
  double begin_, end_;
  double low_ = 0, high_ = 1, step_ = 1;
};

std::string line(double x1, double y1, double x2, double y2, std::string_view rest) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1,
                     x2, y2, rest);
}

std::string text(double x, double y, std::string_view anchor, std::string_view what,
                 std::string_view rest = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" {}>{}</text>\n", x, y,
                     anchor, rest, xml_text(what));
}

/// One chart, part by part.
class Drawing {
 public:
  explicit Drawing(const Chart& chart)
      : chart_(chart),
        y_(all_y(), chart.log_y, true, kBottom, kTop),
        x_(chart.x, chart.log_x, false, kLeft, kRight) {}

  std::string operator()() {
    out_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
        "width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" font-family=\"sans-serif\" font-size=\"13\">\n",
        kWidth, kHeight);
    out_ += "<title>" + xml_text(chart_.title) + "</title>\n";
    patterns();
    out_ +=
        fmt::format("<rect width=\"{:.0f}\" height=\"{:.0f}\" fill=\"white\"/>\n", kWidth, kHeight);
    out_ += text(kLeft, 30, "start", chart_.title, "font-size=\"17\" font-weight=\"bold\"");
    axes();
    chart_.shape == Chart::Shape::kBars ? bars() : lines();
    legend();
    return out_ + "</svg>\n";
  }

 private:
  std::vector<double> all_y() const {
    std::vector<double> all;
    for (const Series& each : chart_.series) all.insert(all.end(), each.y.begin(), each.y.end());
    return all;
  }

  // One hatching for each colour; the first is plain.
  void patterns() {
    constexpr const char* kHatch[] = {"",          "M0,8 L8,0", "M0,0 L8,8",
                                      "M0,4 L8,4", "M4,0 L4,8", "M0,4 L8,4 M4,0 L4,8"};
    out_ += "<defs>\n";
    for (std::size_t i = 0; i < kStyles; ++i)
      out_ += fmt::format(
          "<pattern id=\"fill{}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><rect "
          "width=\"8\" "
          "height=\"8\" fill=\"{}\"/><path d=\"{}\" stroke=\"white\" "
          "stroke-width=\"2\"/></pattern>\n",
          i, kColours[i], kHatch[i]);
    out_ += "</defs>\n";
  }

  void axes() {
    for (const double t : y_.ticks()) {
      out_ += line(kLeft, y_.at(t), kRight, y_.at(t), "stroke=\"#dddddd\"");
      out_ += text(kLeft - 8, y_.at(t) + 4, "end", number(t));
    }
    out_ += line(kLeft, kTop, kLeft, kBottom, "stroke=\"black\"");
    out_ += line(kLeft, kBottom, kRight, kBottom, "stroke=\"black\"");
    out_ += text((kLeft + kRight) / 2, kHeight - 16, "middle", chart_.x_label);
    out_ += fmt::format(
        "<text transform=\"translate(22,{:.0f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
        (kTop + kBottom) / 2, xml_text(chart_.y_label));
    if (chart_.shape == Chart::Shape::kBars) return categories();
    for (const double t : x_.ticks()) {
      out_ += line(x_.at(t), kBottom, x_.at(t), kBottom + 5, "stroke=\"black\"");
      out_ += text(x_.at(t), kBottom + 20, "middle", number(t));
    }
  }

  // Names that would run into each other are slanted.
  void categories() {
    const double room = group_width();
    std::size_t longest = 0;
    for (const auto& name : chart_.categories) longest = std::max(longest, name.size());
    const bool slanted = static_cast<double>(longest) * 7 > room;
    for (std::size_t i = 0; i < chart_.categories.size(); ++i) {
      const double x = kLeft + (static_cast<double>(i) + 0.5) * room;
      const std::string turn =
          fmt::format("transform=\"rotate(-28 {:.1f} {:.1f})\"", x, kBottom + 16);
      out_ += text(x, kBottom + (slanted ? 16 : 20), slanted ? "end" : "middle",
                   chart_.categories[i], slanted ? turn : "");
    }
  }

  double group_width() const {
    return (kRight - kLeft) /
           static_cast<double>(std::max<std::size_t>(1, chart_.categories.size()));
  }

  void bars() {
    const auto count = static_cast<std::size_t>(
        std::ranges::count_if(chart_.series, [](const Series& s) { return !s.mark; }));
    const double room = group_width(),
                 width = room * 0.8 / static_cast<double>(std::max<std::size_t>(1, count));
    std::size_t place = 0;
    for (std::size_t s = 0; s < chart_.series.size(); ++s) {
      const Series& series = chart_.series[s];
      if (!series.mark && s != 0) ++place;
      for (std::size_t i = 0; i < std::min(series.y.size(), chart_.categories.size()); ++i) {
        if (!drawable(series.y[i], chart_.log_y)) continue;
        const double x =
            kLeft + static_cast<double>(i) * room + room * 0.1 + static_cast<double>(place) * width;
        const double top = y_.at(series.y[i]);
        if (series.mark)
          out_ += point(x + width / 2, top, kStyles);
        else
          out_ += fmt::format(
              "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
              "fill=\"url(#fill{})\" "
              "stroke=\"black\"/>\n",
              x, top, width, kBottom - top, place % kStyles);
      }
    }
  }

  void lines() {
    for (std::size_t s = 0; s < chart_.series.size(); ++s) {
      const Series& series = chart_.series[s];
      std::string path, points;
      for (std::size_t i = 0; i < std::min(series.y.size(), chart_.x.size()); ++i) {
        if (!drawable(series.y[i], chart_.log_y) || !drawable(chart_.x[i], chart_.log_x)) continue;
        const double x = x_.at(chart_.x[i]), y = y_.at(series.y[i]);
        path += fmt::format("{}{:.1f},{:.1f}", path.empty() ? "M" : " L", x, y);
        points += point(x, y, s % kStyles);
      }
      constexpr const char* kDashes[] = {"none", "8,4", "2,3", "10,3,2,3", "5,5", "1,5"};
      if (!path.empty())
        out_ += fmt::format(
            "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" "
            "stroke-dasharray=\"{}\"/>\n",
            path, kColours[s % kStyles], kDashes[s % kStyles]);
      out_ += points;
    }
  }

  // A sign of its own for each style; the last one marks what was published.
  static std::string point(double x, double y, std::size_t style) {
    const char* colour = style < kStyles ? kColours[style] : "white";
    if (style == 0)
      return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"{}\"/>\n", x, y,
                         colour);
    constexpr const char* kSigns[] = {"",
                                      "-5,-5 5,-5 5,5 -5,5",
                                      "0,-6 6,5 -6,5",
                                      "0,6 6,-5 -6,-5",
                                      "-6,0 0,-6 6,0 0,6",
                                      "-6,-2 6,-2 6,2 -6,2",
                                      "-6,0 0,-6 6,0 0,6"};
    return fmt::format(
        "<polygon transform=\"translate({:.1f},{:.1f})\" points=\"{}\" fill=\"{}\" "
        "stroke=\"black\"/>\n",
        x, y, kSigns[style], colour);
  }

  void legend() {
    std::size_t place = 0;
    for (std::size_t s = 0; s < chart_.series.size(); ++s) {
      const double y = kTop + 10 + 24 * static_cast<double>(s), x = kRight + 20;
      if (!chart_.series[s].mark && s != 0) ++place;
      if (chart_.series[s].mark)
        out_ += point(x + 9, y, kStyles);
      else if (chart_.shape == Chart::Shape::kLines)
        out_ += point(x + 9, y, s % kStyles);
      else
        out_ += fmt::format(
            "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"18\" height=\"14\" fill=\"url(#fill{})\" "
            "stroke=\"black\"/>\n",
            x, y - 7, place % kStyles);
      out_ += text(x + 26, y + 5, "start", chart_.series[s].name);
    }
  }

  static std::string number(double value) {
    return std::abs(value) < 1e-12 ? "0" : fmt::format("{:.6g}", value);
  }

  const Chart& chart_;
  Axis y_, x_;
  std::string out_;
};

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<u8>(c) < ' ' ? ' ' : c;
    }
  return out;
}

std::string svg(const Chart& chart) {
  return Drawing(chart)();
}

}  // namespace ringside::study
