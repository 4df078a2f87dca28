// The text that only grows.
#include "devices/transcript.hpp"

#include "catch.hpp"

using namespace ringside;
using devices::Transcript;

TEST_CASE("a transcript is the text that was appended, from any place on") {
  Transcript transcript;
  std::string expected;
  for (int i = 0; i < 10'000; ++i) {
    transcript.append(static_cast<char>('a' + i % 23));
    expected += static_cast<char>('a' + i % 23);
  }
  CHECK(transcript.size() == expected.size());
  CHECK(transcript.text() == expected);
  for (std::size_t start : {1u, 4095u, 4096u, 4097u, 8192u, 9999u, 10'000u}) {
    INFO(start);
    CHECK(transcript.text(start) == expected.substr(start));
  }
  CHECK(transcript.text(20'000).empty());
}

TEST_CASE("copies of a transcript go their own ways") {
  Transcript one;
  for (int i = 0; i < 5000; ++i) one.append('x');
  Transcript two = one;
  CHECK(one.hash() == two.hash());
  one.append('1');
  two.append('2');
  CHECK(one.text(4999) == "x1");
  CHECK(two.text(4999) == "x2");
  CHECK(one.hash() != two.hash());
}
