#include "reports/json_stream.h"

namespace acr {

void JsonStream::key(std::string_view name) {
  begin();
  quote(name);
  out_ += indent_ == kOneLine ? ":" : ": ";
  after_key_ = true;
}

void JsonStream::value(std::string_view text) {
  begin();
  quote(text);
}

void JsonStream::null() {
  begin();
  out_ += "null";
}

void JsonStream::begin() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (filled_.empty()) return;
  if (filled_.back()) out_ += ',';
  filled_.back() = true;
  break_line();
}

void JsonStream::open(char bracket) {
  begin();
  out_ += bracket;
  filled_.push_back(false);
}

void JsonStream::close(char bracket) {
  const bool filled = filled_.back();
  filled_.pop_back();
  if (filled) break_line();
  out_ += bracket;
}

void JsonStream::break_line() {
  if (indent_ == kOneLine) return;
  out_ += '\n';
  out_.append(filled_.size() * indent_, ' ');
}

void JsonStream::quote(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out_ += '"';
  std::size_t kept = 0;  // what stands before it is written
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out_.append(text.substr(kept, i - kept));
    kept = i + 1;
    out_ += '\\';
    switch (c) {
      case '"':
      case '\\':
        out_ += static_cast<char>(c);
        break;
      case '\n':
        out_ += 'n';
        break;
      case '\t':
        out_ += 't';
        break;
      case '\r':
        out_ += 'r';
        break;
      default:
        out_ += "u00";
        out_ += kHex[c >> 4];
        out_ += kHex[c & 0xF];
    }
  }
  out_.append(text.substr(kept));
  out_ += '"';
}

}  // namespace acr
