#include "cli/gdb_stub.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/gdb_monitor.hpp"
#include "cli/gdb_packet.hpp"

namespace ringside::cli {

namespace {

// Numbers of errors mean nothing in the protocol; these are what errno has for the case.
constexpr const char* kMalformed = "E16";
constexpr const char* kNotMapped = "E0e";

struct Range {
  Gva address;
  u32 bytes;
};

// "ADDRESS,BYTES", both of 32 bits.
std::optional<Range> range_of(std::string_view text) {
  const auto [first, second] = cut(text, ',');
  const auto address = hex_number(first), bytes = hex_number(second);
  if (!address || !bytes || *address > ~u32{0} || *bytes > ~u32{0}) return std::nullopt;
  return Range{{static_cast<u32>(*address)}, static_cast<u32>(*bytes)};
}

// The name that a packet begins with: of queries and packets of many letters up to the separator.
std::string_view name_of(std::string_view packet) {
  if (packet.empty()) return packet;
  if (std::string_view("qQv").find(packet[0]) != std::string_view::npos)
    return packet.substr(0, packet.find_first_of(":;,"));
  return packet.substr(0, packet[0] == 'b' ? 2 : 1);
}

// A register of n bytes as a value of 32 bits.
std::optional<u32> value_of(std::string_view digits, unsigned bits) {
  const auto bytes = from_hex(digits);
  if (!bytes || bytes->size() * 8 != bits || bits > 32) return std::nullopt;
  u32 value = 0;
  for (std::size_t i = 0; i < bytes->size(); ++i)
    value |= u32{static_cast<u8>((*bytes)[i])} << 8 * i;
  return value;
}

}  // namespace

GdbStub::GdbStub(session::Debugger& debugger, GdbLine line)
    : debugger_(debugger),
      line_(line),
      target_(session::gdb_target(debugger)),
      run_(debugger, std::move(line)) {}

const std::vector<GdbStub::Packet>& GdbStub::packets() {
  static const std::vector<Packet> all = {
      {"qSupported", &GdbStub::supported},
      {"QStartNoAckMode", &GdbStub::start_no_ack},
      {"qXfer", &GdbStub::transfer},
      {"qAttached", &GdbStub::attached},
      {"qfThreadInfo", &GdbStub::first_threads},
      {"qsThreadInfo", &GdbStub::more_threads},
      {"qC", &GdbStub::thread},
      {"H", &GdbStub::choose_thread},
      {"T", &GdbStub::is_thread_alive},
      {"?", &GdbStub::why_stopped},
      {"g", &GdbStub::read_registers},
      {"G", &GdbStub::write_registers},
      {"p", &GdbStub::read_register},
      {"P", &GdbStub::write_register},
      {"m", &GdbStub::read_memory},
      {"M", &GdbStub::write_memory_hex},
      {"X", &GdbStub::write_memory_raw},
      {"c", &GdbStub::go_on},
      {"s", &GdbStub::step},
      {"C", &GdbStub::go_on},  // a guest knows no signals of GDB's
      {"S", &GdbStub::step},
      {"bc", &GdbStub::go_on_backwards},
      {"bs", &GdbStub::step_backwards},
      {"vCont?", &GdbStub::resume_kinds},
      {"vCont", &GdbStub::resume},
      {"Z", &GdbStub::insert_stop},
      {"z", &GdbStub::remove_stop},
      {"qRcmd", &GdbStub::command},
      {"D", &GdbStub::detach},
      {"k", &GdbStub::kill},
  };
  return all;
}

std::optional<std::string> GdbStub::handle(std::string_view packet) {
  const std::string_view name = name_of(packet);
  const auto found = std::find_if(packets().begin(), packets().end(),
                                  [&](const Packet& each) { return each.name == name; });
  if (found == packets().end()) return "";
  const std::string answer = (this->*found->answer)(packet.substr(name.size()));
  if (name == "k") return std::nullopt;
  return answer;
}

// --- what there is ---

std::string GdbStub::supported(Text rest) {
  if (rest.find("swbreak+") != Text::npos) run_.name_breakpoints();
  return fmt::format(
      "PacketSize={:x};qXfer:features:read+;ReverseStep+;ReverseContinue+;QStartNoAckMode+;"
      "swbreak+;hwbreak+;vContSupported+",
      kGdbPacketSize);
}

// ":features:read:target.xml:OFFSET,LENGTH": a part of the target description.
std::string GdbStub::transfer(Text rest) {
  constexpr Text kDescription = ":features:read:target.xml:";
  if (!rest.starts_with(":features:read:")) return "";
  if (!rest.starts_with(kDescription)) return "E00";
  const auto part = range_of(rest.substr(kDescription.size()));
  if (!part) return kMalformed;
  const std::string& all = target_->description();
  const std::size_t from = std::min<std::size_t>(part->address.v, all.size());
  const std::string text = all.substr(from, std::min<std::size_t>(part->bytes, kGdbPacketSize / 2));
  return (from + text.size() < all.size() ? "m" : "l") + text;
}

std::string GdbStub::start_no_ack(Text) {
  acknowledges_ = false;
  return "OK";
}

// "gTHREAD" or "cTHREAD": there is thread 1, which 0 (any) and -1 (all) name too.
std::string GdbStub::choose_thread(Text rest) {
  if (rest.empty()) return kMalformed;
  const Text thread = rest.substr(1);
  return thread == "-1" || hex_number(thread).value_or(2) <= 1 ? "OK" : kMalformed;
}

std::string GdbStub::is_thread_alive(Text rest) {
  return hex_number(rest) == 1 ? "OK" : kMalformed;
}

// --- registers ---

// A register that this machine does not have is given as unknown.
std::string GdbStub::register_text(std::size_t number, std::optional<u32> value) const {
  const unsigned bytes = target_->registers()[number].bits / 8;
  return value ? value_hex(*value, bytes) : std::string(2 * bytes, 'x');
}

std::string GdbStub::read_registers(Text) {
  const auto values = target_->values();
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) text += register_text(i, values[i]);
  return text;
}

// Those that are to change; of the others some cannot be written.
std::string GdbStub::write_registers(Text rest) {
  const auto values = target_->values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto digits = rest.substr(0, 2 * (target_->registers()[i].bits / 8));
    rest.remove_prefix(digits.size());
    if (digits == register_text(i, values[i])) continue;
    const auto value = value_of(digits, target_->registers()[i].bits);
    if (!value) return kMalformed;
    if (const auto done = target_->write(i, *value); !done) return gdb_error(done.error().text());
  }
  return rest.empty() ? "OK" : kMalformed;
}

std::string GdbStub::read_register(Text rest) {
  const auto values = target_->values();
  const auto number = hex_number(rest);
  if (!number || *number >= values.size()) return kMalformed;
  return register_text(*number, values[*number]);
}

// "NUMBER=VALUE"
std::string GdbStub::write_register(Text rest) {
  const auto [name, digits] = cut(rest, '=');
  const auto number = hex_number(name);
  if (!number || *number >= target_->registers().size()) return kMalformed;
  const auto value = value_of(digits, target_->registers()[*number].bits);
  if (!value) return kMalformed;
  const auto done = target_->write(*number, *value);
  return done ? "OK" : gdb_error(done.error().text());
}

// --- memory ---

// As much as there is from the address on.
std::string GdbStub::read_memory(Text rest) {
  const auto range = range_of(rest);
  if (!range) return kMalformed;
  const u32 most = std::min<u32>(range->bytes, kGdbPacketSize / 2);
  std::string found;
  for (const auto& byte : session::memory(debugger_.session(), range->address, most)) {
    if (!byte) break;
    found += static_cast<char>(*byte);
  }
  return found.empty() && most != 0 ? kNotMapped : to_hex(found);
}

std::string GdbStub::store(Gva address, const std::string& bytes) {
  const auto* first = reinterpret_cast<const u8*>(bytes.data());
  const auto done = session::write_memory(debugger_, address, {first, bytes.size()});
  return done ? "OK" : gdb_error(done.error().text());
}

// "ADDRESS,BYTES:CONTENT"
std::string GdbStub::write_memory_hex(Text rest) {
  const auto [where, digits] = cut(rest, ':');
  const auto range = range_of(where);
  const auto bytes = from_hex(digits);
  if (!range || !bytes || bytes->size() != range->bytes) return kMalformed;
  return store(range->address, *bytes);
}

std::string GdbStub::write_memory_raw(Text rest) {
  const auto [where, bytes] = cut(rest, ':');
  const auto range = range_of(where);
  if (!range || bytes.size() != range->bytes) return kMalformed;
  return range->bytes == 0 ? "OK" : store(range->address, std::string(bytes));
}

// --- running ---

// ";ACTION[:THREAD]...": with one thread, the first action is the one that applies to it.
std::string GdbStub::resume(Text rest) {
  if (rest.size() < 2) return kMalformed;
  if (rest[1] == 'c' || rest[1] == 'C') return run_.forwards(false);
  return rest[1] == 's' || rest[1] == 'S' ? run_.forwards(true) : kMalformed;
}

// "TYPE,ADDRESS,KIND": kind is the length of what is watched. Reads cannot be watched.
std::string GdbStub::insert_stop(Text rest) {
  const auto [type, where] = cut(rest, ',');
  const auto number = hex_number(type);
  const auto range = range_of(cut(where, ';').first);
  if (!number || !range) return kMalformed;
  return *number > 2 ? "" : run_.insert(GdbRun::Type(*number), range->address, range->bytes);
}

std::string GdbStub::remove_stop(Text rest) {
  const auto [type, where] = cut(rest, ',');
  const auto number = hex_number(type);
  const auto range = range_of(cut(where, ';').first);
  if (!number || !range) return kMalformed;
  return *number > 2 ? "" : run_.remove(GdbRun::Type(*number), range->address);
}

// ",COMMAND", in hexadecimal digits.
std::string GdbStub::command(Text rest) {
  const auto line = rest.empty() ? std::nullopt : from_hex(rest.substr(1));
  if (!line) return kMalformed;
  line_.say(gdb_monitor(debugger_, *line, line_.between));
  return "OK";
}

std::string GdbStub::detach(Text) {
  state_ = State::kDetached;
  return "OK";
}

std::string GdbStub::kill(Text) {
  state_ = State::kOver;
  return "";
}

}  // namespace ringside::cli
