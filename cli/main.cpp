#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include "session/session.hpp"
int main(int argc, char** argv) {
  ringside::session::Options o;
  o.guest = argv[1];
  for (int i = 2; i + 1 < argc; i += 2) {
    std::string k = argv[i], v = argv[i + 1];
    if (k == "--isa") o.isa = v;
    if (k == "--strategy") o.strategy = v;
    if (k == "--append") o.append = v;
    if (k == "--vt") o.virtual_time = v == "1";
    if (k == "--max") o.max_instructions = std::stoull(v);
    if (k == "--input") o.input = v;
  }
  auto s = ringside::session::Session::open(o);
  if (!s) { std::cerr << s.error().text() << "\n"; return 65; }
  s->run();
  std::cout << to_json(s->report()).dump(1) << "\n";
}
