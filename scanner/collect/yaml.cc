#include "collect/yaml.h"

#include "collect/position.h"

#include <algorithm>
#include <charconv>
#include <istream>
#include <map>
#include <set>
#include <streambuf>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace acr {
namespace {

// Thrown through yaml-cpp, which knows no other way to stop; caught in convert().
struct Refused {
  std::string text;
  YAML::Mark mark;
  bool too_large = false;
};

class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // streambuf's signature; never written to
    setg(begin, begin, begin + text.size());
  }
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// The words of YAML 1.1 in the three spellings it allows.
std::string_view plain_word(std::string_view text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return "null";
  if (is_one_of(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"}))
    return "true";
  if (is_one_of(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"}))
    return "false";
  return {};
}

bool is_json_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - begin;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const bool zero = at < text.size() && text[at] == '0';
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  if (at != text.size()) return false;
  // A number out of range is left a string, as "12e4567890" is when it is a commit.
  if (whole == at || whole + 1 == at) return whole <= 18;
  double number = 0;
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{};
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += byte;
    } else if (static_cast<unsigned char>(byte) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
    } else {
      out += byte;
    }
  }
  out += '"';
}

// Writes the events of one document as JSON, or, with a `wanted` pointer, looks for its place.
class JsonWriter : public YAML::EventHandler {
 public:
  JsonWriter(const YamlLimits& limits, const std::vector<std::string>* wanted)
      : limits_(limits), wanted_(wanted) {}

  std::string take() { return std::move(out_); }
  std::optional<YAML::Mark> found() const { return found_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    write_value(mark, anchor, "null");
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) throw Refused{"an alias inside the value it stands for", mark};
    if (expects_key()) {
      if (!known->second.starts_with('"')) throw Refused{"a member name that is no string", mark};
      begin_member(mark, known->second);
      return;
    }
    within_alias_ = true;
    begin_value(mark);
    within_alias_ = false;
    append(mark, known->second);
    end_value();
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool plain = tag == "?" || tag.empty();
    std::string text;
    const std::string_view word = plain ? plain_word(value) : std::string_view{};
    if (expects_key()) {
      if (plain && value == "<<" && wanted_ == nullptr) frames_.back().merges = true;
      append_quoted(text, value);
      if (anchor != 0) remember(mark, anchor, text);
      begin_member(mark, text);
      return;
    }
    if (!word.empty())
      text = word;
    else if (plain && is_json_number(value))
      text = value;
    else
      append_quoted(text, value);
    write_value(mark, anchor, text);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, '[');
  }
  void OnSequenceEnd() override { close(']'); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, '{');
  }
  void OnMapEnd() override {
    if (frames_.back().merges) merge();
    close('}');
  }

 private:
  struct Frame {
    bool map = false;
    bool has_key = false;  // a map whose member name was read and whose value was not
    bool merges = false;   // a map with `<<`
    std::size_t count = 0;
    std::size_t begin = 0;  // of the value in out_
    YAML::anchor_t anchor = 0;
    std::string step;  // of the pointer to the value being read
    YAML::Mark mark;
  };

  const YamlLimits& limits_;
  const std::vector<std::string>* wanted_;
  std::optional<YAML::Mark> found_;
  bool within_alias_ = false;
  std::string out_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, std::string> anchors_;
  std::size_t anchor_bytes_ = 0;

  bool expects_key() const {
    return !frames_.empty() && frames_.back().map && !frames_.back().has_key;
  }

  void append(const YAML::Mark& mark, std::string_view text) {
    if (out_.size() + anchor_bytes_ + text.size() > limits_.bytes)
      throw Refused{fmt::format("more than {} bytes after aliases expand", limits_.bytes), mark,
                    true};
    out_ += text;
  }

  void remember(const YAML::Mark& mark, YAML::anchor_t anchor, std::string text) {
    anchor_bytes_ += text.size();
    append(mark, {});
    anchors_[anchor] = std::move(text);
  }

  void begin_member(const YAML::Mark& mark, std::string_view quoted) {
    Frame& frame = frames_.back();
    if (frame.count++ > 0) append(mark, ",");
    append(mark, quoted);
    append(mark, ":");
    frame.has_key = true;
    if (wanted_ != nullptr) {
      simdjson::dom::parser parser;
      std::string_view name;
      if (parser.parse(simdjson::padded_string(quoted)).get_string().get(name) == simdjson::SUCCESS)
        frame.step = name;
      if (frames_.size() == wanted_->size() && is_on_the_way()) found_ = mark;
    }
  }

  void begin_value(const YAML::Mark& mark) {
    if (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.map) {
        if (!frame.has_key) throw Refused{"a member name that is no string", mark};
      } else {
        frame.step = std::to_string(frame.count);
        if (frame.count++ > 0) append(mark, ",");
      }
    }
    if (wanted_ != nullptr) look(mark);
  }

  void end_value() {
    if (!frames_.empty()) frames_.back().has_key = false;
  }

  bool is_on_the_way() const {
    return frames_.size() <= wanted_->size() &&
           std::equal(
               frames_.begin(), frames_.end(), wanted_->begin(),
               [](const Frame& frame, const std::string& step) { return frame.step == step; });
  }

  // Is this the entry or document that the pointer names, or an alias on the way to it? Members are
  // found by their names. The last one wins, as among members of the same name.
  void look(const YAML::Mark& mark) {
    const bool named = !frames_.empty() && frames_.back().map;
    const bool there = frames_.size() == wanted_->size() ? !named : within_alias_;
    if (there && is_on_the_way()) found_ = mark;
  }

  void write_value(const YAML::Mark& mark, YAML::anchor_t anchor, std::string_view text) {
    begin_value(mark);
    append(mark, text);
    if (anchor != 0) remember(mark, anchor, std::string(text));
    end_value();
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, char bracket) {
    begin_value(mark);
    if (frames_.size() >= limits_.depth)
      throw Refused{fmt::format("nested deeper than {} levels", limits_.depth), mark, true};
    Frame frame;
    frame.map = bracket == '{';
    frame.begin = out_.size();
    frame.anchor = anchor;
    frame.mark = mark;
    append(mark, {&bracket, 1});
    frames_.push_back(std::move(frame));
  }

  void close(char bracket) {
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    append(frame.mark, {&bracket, 1});
    if (frame.anchor != 0) remember(frame.mark, frame.anchor, out_.substr(frame.begin));
    end_value();
  }

  // `<<: *defaults` adds the members that the map does not name itself; earlier sources win. Rare,
  // so the map just written is parsed again and rewritten without its closing bracket.
  void merge() {
    const Frame& frame = frames_.back();
    const simdjson::padded_string written(out_.substr(frame.begin) + "}");
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(written).get_object().get(object) != simdjson::SUCCESS)
      throw Refused{"a map with << that cannot be read", frame.mark};
    out_.resize(frame.begin);
    out_ += '{';
    bool first = true;
    std::set<std::string_view> names;
    const auto add = [&](std::string_view name, simdjson::dom::element value) {
      if (!std::exchange(first, false)) append(frame.mark, ",");
      std::string member;
      append_quoted(member, name);
      append(frame.mark, member + ":" + simdjson::minify(value));
    };
    for (const auto [name, value] : object)
      if (name != "<<") {
        names.insert(name);
        add(name, value);
      }
    const auto add_source = [&](simdjson::dom::element source) {
      simdjson::dom::object members;
      if (source.get_object().get(members) != simdjson::SUCCESS)
        throw Refused{"<< with something that is no map", frame.mark};
      for (const auto [name, value] : members)
        if (names.insert(name).second) add(name, value);
    };
    for (const auto [name, value] : object) {
      if (name != "<<") continue;
      simdjson::dom::array sources;
      if (value.get_array().get(sources) == simdjson::SUCCESS)
        for (const simdjson::dom::element source : sources) add_source(source);
      else
        add_source(value);
    }
  }
};

TextPosition position_of(const YAML::Mark& mark, std::size_t first_line) {
  if (mark.is_null()) return {first_line, 1};
  return {first_line + static_cast<std::size_t>(mark.line),
          static_cast<std::size_t>(mark.column) + 1};
}

std::optional<YamlError> convert(const YamlPart& part, JsonWriter& writer) {
  try {
    ViewBuffer buffer(part.text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(writer)) return YamlError{"no document", {part.line, 1}};
    return std::nullopt;
  } catch (const Refused& refused) {
    return YamlError{refused.text, position_of(refused.mark, part.line), refused.too_large};
  } catch (const YAML::Exception& error) {
    return YamlError{error.msg, position_of(error.mark, part.line)};
  } catch (const std::bad_alloc&) {
    return YamlError{"not enough memory", {part.line, 1}, true};
  }
}

bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) && (line.size() == marker.size() ||
                                      is_one_of(line.substr(marker.size(), 1), {" ", "\t", "\r"}));
}

// A line that says nothing: blank, a comment, a directive, a bare marker.
bool is_silent(std::string_view line) {
  if (is_marker(line, "---")) line.remove_prefix(3);
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#' || line[0] == '%';
}

}  // namespace

std::vector<YamlPart> split_yaml(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<YamlPart> parts;
  std::size_t begin = 0, begin_line = 1, line_number = 1;
  bool silent = true;
  const auto finish = [&](std::size_t end) {
    if (!silent) parts.push_back({text.substr(begin, end - begin), begin_line});
    silent = true;
  };
  for (std::size_t at = 0; at < text.size(); ++line_number) {
    std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view line = text.substr(at, end - at);
    const std::size_t next = std::min(end + 1, text.size());
    if (is_marker(line, "...")) {
      finish(at);
      begin = next;
      begin_line = line_number + 1;
    } else {
      if (is_marker(line, "---")) {
        finish(at);
        begin = at;
        begin_line = line_number;
      }
      silent = silent && is_silent(line);
    }
    at = next;
  }
  finish(text.size());
  return parts;
}

std::expected<std::string, YamlError> yaml_to_json(const YamlPart& part, const YamlLimits& limits) {
  if (part.text.size() > limits.bytes)
    return std::unexpected(YamlError{
        fmt::format("more than {} bytes in one document", limits.bytes), {part.line, 1}, true});
  JsonWriter writer(limits, nullptr);
  if (auto error = convert(part, writer)) return std::unexpected(std::move(*error));
  return writer.take();
}

std::optional<TextPosition> yaml_position(const YamlPart& part, std::string_view pointer) {
  const std::optional<std::vector<std::string>> steps = pointer_steps(pointer);
  if (!steps) return std::nullopt;
  const YamlLimits limits;
  JsonWriter writer(limits, &*steps);
  convert(part, writer);  // damage behind the place wanted does not matter
  const std::optional<YAML::Mark> mark = writer.found();
  if (!mark) return std::nullopt;
  return position_of(*mark, part.line);
}

}  // namespace acr
