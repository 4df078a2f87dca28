#include "gui/theme.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace ringside::gui {

namespace {

constexpr std::array kTokens = {
    Token{Tone::kBackground, "background", 0xe6e8eb, 0x0f1216},
    Token{Tone::kPane, "pane", 0xfbfbfa, 0x171b21},
    Token{Tone::kRaised, "raised", 0xeceef1, 0x232932},
    Token{Tone::kHover, "hover", 0xdfe3e8, 0x2e3641},
    Token{Tone::kSelected, "selected", 0xcfe3f3, 0x1f3d55},
    Token{Tone::kRule, "rule", 0xd5d9de, 0x2b323c},
    Token{Tone::kText, "text", 0x1b1f24, 0xe4e8ed},
    Token{Tone::kDim, "dim", 0x57606a, 0x9aa5b1},
    Token{Tone::kFaint, "faint", 0x9aa2ab, 0x5a6470},
    Token{Tone::kAccent, "accent", 0x0063a5, 0x6cbcf0},
    Token{Tone::kGood, "good", 0x00694c, 0x35c498},
    Token{Tone::kBad, "bad", 0xa83a00, 0xff8a5c},
    Token{Tone::kChanged, "changed", 0xffe6a8, 0x5c4a12},
    Token{Tone::kUser, "guest user", 0x56b4e9, 0x56b4e9},
    Token{Tone::kKernel, "guest kernel", 0x0072b2, 0x0072b2},
    Token{Tone::kVmm, "VMM", 0xd55e00, 0xd55e00},
    Token{Tone::kHardware, "hardware", 0xe69f00, 0xe69f00},
    Token{Tone::kTranslation, "translation", 0x009e73, 0x009e73},
    Token{Tone::kWalk, "page walk", 0xcc79a7, 0xcc79a7},
    Token{Tone::kIdle, "idle", 0xa5abb2, 0x6a737d},
    Token{Tone::kLie, "lie", 0xf0e442, 0xf0e442},
};
static_assert(kTokens.size() == static_cast<std::size_t>(Tone::kCount));

double linear(u32 channel) {
  const double c = channel / 255.0;
  return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}
double luminance(u32 rgb) {
  return 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
}

constexpr std::array<std::pair<std::string_view, Tone>, 7> kAccounts = {
    {{"guest_user", Tone::kUser},
     {"guest_kernel", Tone::kKernel},
     {"hardware", Tone::kHardware},
     {"page_walk", Tone::kWalk},
     {"vmm", Tone::kVmm},
     {"translation", Tone::kTranslation},
     {"idle", Tone::kIdle}}};

}  // namespace

std::span<const Token> tokens() { return kTokens; }

Tone tone_of_account(std::string_view account) {
  const auto found = std::ranges::find(kAccounts, account, &std::pair<std::string_view, Tone>::first);
  return found == kAccounts.end() ? Tone::kIdle : found->second;
}

double contrast(u32 a, u32 b) {
  const auto [dark, light] = std::minmax({luminance(a), luminance(b)});
  return (light + 0.05) / (dark + 0.05);
}

u32 Theme::rgb(Tone tone) const {
  const Token& token = kTokens[static_cast<std::size_t>(tone)];
  return dark ? token.dark : token.light;
}

ImU32 Theme::ink(Tone tone, float alpha) const {
  const u32 c = rgb(tone);
  return IM_COL32(c >> 16 & 255, c >> 8 & 255, c & 255, static_cast<int>(alpha * 255 + 0.5f));
}
ImVec4 Theme::vec(Tone tone, float alpha) const { return ImGui::ColorConvertU32ToFloat4(ink(tone, alpha)); }

ImU32 Theme::ink_on(Tone tone) const {
  const bool black = contrast(rgb(tone), 0x101010) >= contrast(rgb(tone), 0xffffff);
  return black ? IM_COL32(16, 16, 16, 255) : IM_COL32_WHITE;
}

namespace {

void apply_spacing(ImGuiStyle& s, const Theme& t) {
  s = ImGuiStyle();
  s.WindowPadding = {t.px(12), t.px(8)};
  s.FramePadding = {t.px(8), t.px(4)};
  s.CellPadding = {t.px(6), t.px(2)};
  s.ItemSpacing = {t.px(8), t.px(4)};
  s.ItemInnerSpacing = {t.px(6), t.px(4)};
  s.IndentSpacing = t.px(16);
  s.ScrollbarSize = t.px(10);
  s.GrabMinSize = t.px(16);
  s.WindowRounding = s.ChildRounding = t.px(4);
  s.FrameRounding = s.PopupRounding = s.GrabRounding = t.px(4);
  s.ScrollbarRounding = t.px(5);
  s.WindowBorderSize = s.ChildBorderSize = s.FrameBorderSize = 0;
  s.PopupBorderSize = 1;
  s.SelectableTextAlign = {0, 0.5f};
}

constexpr std::array<std::pair<ImGuiCol_, Tone>, 36> kColours = {
    {{ImGuiCol_Text, Tone::kText},
     {ImGuiCol_TextDisabled, Tone::kDim},
     {ImGuiCol_WindowBg, Tone::kBackground},
     {ImGuiCol_PopupBg, Tone::kPane},
     {ImGuiCol_Border, Tone::kRule},
     {ImGuiCol_FrameBg, Tone::kRaised},
     {ImGuiCol_FrameBgHovered, Tone::kHover},
     {ImGuiCol_FrameBgActive, Tone::kHover},
     {ImGuiCol_TitleBg, Tone::kPane},
     {ImGuiCol_TitleBgActive, Tone::kPane},
     {ImGuiCol_MenuBarBg, Tone::kPane},
     {ImGuiCol_ScrollbarGrab, Tone::kHover},
     {ImGuiCol_ScrollbarGrabHovered, Tone::kFaint},
     {ImGuiCol_ScrollbarGrabActive, Tone::kFaint},
     {ImGuiCol_CheckMark, Tone::kAccent},
     {ImGuiCol_SliderGrab, Tone::kAccent},
     {ImGuiCol_SliderGrabActive, Tone::kAccent},
     {ImGuiCol_Button, Tone::kRaised},
     {ImGuiCol_ButtonHovered, Tone::kHover},
     {ImGuiCol_ButtonActive, Tone::kSelected},
     {ImGuiCol_Header, Tone::kSelected},
     {ImGuiCol_HeaderHovered, Tone::kHover},
     {ImGuiCol_HeaderActive, Tone::kSelected},
     {ImGuiCol_Separator, Tone::kRule},
     {ImGuiCol_SeparatorHovered, Tone::kAccent},
     {ImGuiCol_SeparatorActive, Tone::kAccent},
     {ImGuiCol_ResizeGrip, Tone::kRule},
     {ImGuiCol_Tab, Tone::kPane},
     {ImGuiCol_TabHovered, Tone::kHover},
     {ImGuiCol_TableHeaderBg, Tone::kPane},
     {ImGuiCol_TableBorderStrong, Tone::kRule},
     {ImGuiCol_TableBorderLight, Tone::kRule},
     {ImGuiCol_TextSelectedBg, Tone::kSelected},
     {ImGuiCol_NavHighlight, Tone::kAccent},
     {ImGuiCol_PlotLines, Tone::kAccent},
     {ImGuiCol_DragDropTarget, Tone::kAccent}}};

}  // namespace

void Theme::apply(ImGuiStyle& style) const {
  apply_spacing(style, *this);
  for (const auto& [which, tone] : kColours) style.Colors[which] = vec(tone);
  style.Colors[ImGuiCol_ChildBg] = style.Colors[ImGuiCol_ScrollbarBg] = {0, 0, 0, 0};
  style.Colors[ImGuiCol_TableRowBg] = style.Colors[ImGuiCol_TableRowBgAlt] = {0, 0, 0, 0};
  style.Colors[ImGuiCol_ModalWindowDimBg] = {0, 0, 0, dark ? 0.5f : 0.25f};
}

}  // namespace ringside::gui
