// What an action asks of a panel, which takes it the next time that it is drawn. Of the window's thread alone.
#pragma once

#include <set>
#include <string>

namespace ringside::gui {

class Requests {
 public:
  static void ask(const std::string& what) { all().insert(what); }
  /// Whether it was asked for since it was taken last.
  static bool take(const std::string& what) { return all().erase(what) != 0; }

 private:
  static std::set<std::string>& all() {
    static std::set<std::string> asked;
    return asked;
  }
};

}  // namespace ringside::gui
