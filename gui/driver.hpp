// Plays a person: clicks, drags, types, turns the wheel, a frame at a time, through Dear ImGui's own input. For
// scripts and tests.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "gui/keys.hpp"

namespace ringside::gui {

class Driver {
 public:
  // What is to be done in the frames that come; a press and its release are frames apart, for before 1.87 there is no
  // queue of events.
  void move_to(ImVec2 at);
  void click(ImVec2 at, int button = 0);
  void double_click(ImVec2 at);
  void drag(ImVec2 from, ImVec2 to, int frames = 4);
  void wheel(ImVec2 at, float turns);
  void press(const Keys& keys);
  void type(const std::string& text);
  void wait(int frames = 1);
  /// Anything else, in a frame of its own.
  void then(std::function<void()> what);

  bool done() const { return frames_.empty(); }
  /// To be called once a frame, before ImGui::NewFrame() and behind the backend's.
  void feed(ImGuiIO& io);

 private:
  void frame(std::function<void(ImGuiIO&)> what) { frames_.push_back(std::move(what)); }
  void hold(ImVec2 at, int button, bool down);

  std::deque<std::function<void(ImGuiIO&)>> frames_;
  ImVec2 mouse_{-1, -1};
  bool down_[3] = {};
  bool drives_ = false;  ///< it has touched the mouse: from then on it is the driver's
};

}  // namespace ringside::gui
