// Measures how much a port to a VMM has changed a kernel, and writes it as the note of the ported guest.
//   zos_portsize NOTE.S ISA MACRO HOOK,HOOK OWN... -- SHARED...
// OWN are the port's own sources, SHARED those that both kernels are built from: lines between #ifdef MACRO and its #else or #endif
// were added, lines that only the other kernel has were removed. A HOOK is a function that exists for the port's sake; each
// such conditional and each call of a hook is a site. Blank lines and lines of comment do not count.
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace {

struct Size {
  unsigned added = 0, removed = 0, sites = 0, shared = 0;
};

[[noreturn]] void fail(const std::string& text) {
  std::fprintf(stderr, "zos_portsize: %s\n", text.c_str());
  std::exit(1);
}

// The lines that count, without the white space before them.
std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  if (!file) fail(path + ": cannot be read");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    line.erase(0, line.find_first_not_of(" \t\r"));
    if (!line.empty() && line.rfind("//", 0) != 0) lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts{""};
  for (const char c : list) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

// Who has the lines of a branch of a conditional.
enum class For { kBoth, kPort, kOther };

/// Reads shared sources.
class Reader {
 public:
  Reader(std::string macro, std::vector<std::string> hooks) : macro_(std::move(macro)), hooks_(std::move(hooks)) {}

  void read(const std::string& path) {
    open_.assign(1, For::kBoth);
    for (const std::string& line : lines_of(path)) take(line);
    if (open_.size() != 1) fail(path + ": a conditional has no end");
  }

  Size size;

 private:
  // "#ifdef NAME" and the like, without a comment behind it.
  bool asks(const std::string& line, const char* directive) const {
    const std::string wanted = std::string(directive) + " " + macro_;
    return line.rfind(wanted, 0) == 0 && (line.size() == wanted.size() || line[wanted.size()] == ' ');
  }

  void take(const std::string& line) {
    if (line.rfind("#if", 0) == 0) return begin(line);
    if (line.rfind("#endif", 0) == 0) {
      if (open_.size() == 1) fail("an #endif without an #if");
      return open_.pop_back();
    }
    if (line.rfind("#else", 0) == 0) {
      For& now = open_.back();
      now = now == For::kPort ? For::kOther : now == For::kOther ? For::kPort : For::kBoth;
      return;
    }
    count(line);
  }

  void begin(const std::string& line) {
    const bool with = asks(line, "#ifdef"), without = asks(line, "#ifndef");
    size.sites += with || without;
    open_.push_back(with ? For::kPort : without ? For::kOther : For::kBoth);
  }

  void count(const std::string& line) {
    For whose = For::kBoth;
    for (const For each : open_)
      if (each != For::kBoth) whose = each;
    size.added += whose == For::kPort;
    size.removed += whose == For::kOther;
    size.shared += whose != For::kPort;
    if (whose != For::kBoth) return;
    for (const std::string& hook : hooks_) size.sites += line.rfind(hook + "(", 0) == 0;
  }

  std::string macro_;
  std::vector<std::string> hooks_;
  std::vector<For> open_;
};

// ISA names the header with the macro of the note as well.
void write_note(const char* path, const std::string& isa, const Size& size) {
  std::ofstream out(path);
  std::string macro = isa;
  for (char& c : macro) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  out << "#include \"" << isa << ".h\"\n" << macro << "_NOTE(\"" << isa << " pv added " << size.added << " removed " << size.removed << " sites "
      << size.sites << " of " << size.shared << "\")\n";
  if (!out) fail(std::string(path) + ": cannot be written");
}

}  // namespace

int main(int count, char** words) {
  if (count < 6) fail("NOTE.S ISA MACRO HOOKS OWN... -- SHARED...");
  Reader reader(words[3], split(words[4]));
  bool shared = false;
  for (int i = 5; i < count; ++i) {
    const std::string path = words[i];
    if (path == "--")
      shared = true;
    else if (shared)
      reader.read(path);
    else
      reader.size.added += static_cast<unsigned>(lines_of(path).size());
  }
  write_note(words[1], words[2], reader.size);
}
