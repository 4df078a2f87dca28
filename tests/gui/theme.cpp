#include "gui/theme.hpp"

#include "gui/stage.hpp"

using namespace ringside::gui;

TEST_CASE("text can be read on every surface, in both themes") {
  for (const bool dark : {true, false}) {
    Theme theme;
    theme.dark = dark;
    for (const Tone surface : {Tone::kBackground, Tone::kPane, Tone::kRaised})
      for (const Tone words : {Tone::kText, Tone::kDim, Tone::kAccent, Tone::kGood, Tone::kBad}) {
        INFO(dark << " " << tokens()[static_cast<std::size_t>(words)].name << " on "
                  << tokens()[static_cast<std::size_t>(surface)].name);
        CHECK(contrast(theme.rgb(words), theme.rgb(surface)) >= 4.5);
      }
    for (const Tone surface : {Tone::kHover, Tone::kSelected, Tone::kChanged})
      CHECK(contrast(theme.rgb(Tone::kText), theme.rgb(surface)) >= 4.5);
  }
}

TEST_CASE("words on a coloured ground can be read") {
  for (const Token& token : tokens()) {
    if (token.tone < Tone::kUser) continue;
    INFO(token.name);
    CHECK(std::max(contrast(token.dark, 0x101010), contrast(token.dark, 0xffffff)) >= 4.5);
  }
}

TEST_CASE("the tokens stand in the order of their tones, and accounts have their colours") {
  for (std::size_t i = 0; i < tokens().size(); ++i) CHECK(static_cast<std::size_t>(tokens()[i].tone) == i);
  CHECK(tone_of_account("guest_kernel") == Tone::kKernel);
  CHECK(tone_of_account("page_walk") == Tone::kWalk);
  CHECK(contrast(0x000000, 0xffffff) == Approx(21));
}
