#include "gui/driver.hpp"

#include <utility>

namespace ringside::gui {

void Driver::hold(ImVec2 at, int button, bool down) {
  frame([this, at, button, down](ImGuiIO&) { mouse_ = at, down_[button] = down; });
}

void Driver::move_to(ImVec2 at) {
  frame([this, at](ImGuiIO&) { mouse_ = at; });
}

void Driver::click(ImVec2 at, int button) {
  move_to(at);
  hold(at, button, true);
  hold(at, button, false);
  wait();
}

void Driver::double_click(ImVec2 at) {
  move_to(at);
  for (const bool down : {true, false, true, false}) hold(at, 0, down);
  wait();
}

void Driver::drag(ImVec2 from, ImVec2 to, int frames) {
  move_to(from);
  hold(from, 0, true);
  for (int i = 1; i <= frames; ++i) {
    const float part = static_cast<float>(i) / static_cast<float>(frames);
    move_to({from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part});
  }
  hold(to, 0, false);
  wait();
}

void Driver::wheel(ImVec2 at, float turns) {
  move_to(at);
#if IMGUI_VERSION_NUM >= 18700
  frame([turns](ImGuiIO& io) { io.AddMouseWheelEvent(0, turns); });
#else
  frame([turns](ImGuiIO& io) { io.MouseWheel = turns; });
#endif
  wait();
}

void Driver::press(const Keys& keys) {
  frame([keys](ImGuiIO& io) { feed_modifiers(io, keys, true), feed_key(io, keys.key, true); });
  frame([keys](ImGuiIO& io) { feed_key(io, keys.key, false), feed_modifiers(io, keys, false); });
  wait();
}

void Driver::type(const std::string& text) {
  for (const char c : text) frame([c](ImGuiIO& io) { io.AddInputCharacter(static_cast<unsigned char>(c)); });
  wait();
}

void Driver::wait(int frames) {
  for (int i = 0; i < frames; ++i) frame([](ImGuiIO&) {});
}

void Driver::then(std::function<void()> what) {
  frame([what = std::move(what)](ImGuiIO&) { what(); });
}

void Driver::feed(ImGuiIO& io) {
  if (!frames_.empty()) {
    drives_ = true;
    const auto what = std::move(frames_.front());
    frames_.pop_front();
    what(io);
  }
  if (!drives_) return;
#if IMGUI_VERSION_NUM >= 18700
  io.AddMousePosEvent(mouse_.x, mouse_.y);
  for (int i = 0; i < 3; ++i) io.AddMouseButtonEvent(i, down_[i]);
#else
  io.MousePos = mouse_;
  for (int i = 0; i < 3; ++i) io.MouseDown[i] = down_[i];
#endif
}

}  // namespace ringside::gui
