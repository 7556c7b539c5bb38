#include "collect/split.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cctype>
#include <cstring>
#include <optional>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace acr {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kBlock = 64;

// One bit a byte of a block, the first byte lowest.
struct Marks {
  std::uint64_t quote = 0, backslash = 0, open = 0, close = 0;
};

// '[' and '{', ']' and '}' differ in one bit each: setting it halves the comparisons.
constexpr char kCaseBit = 0x20;

#if defined(__x86_64__)
inline Marks mark_sse2(const char* block) {
  Marks marks;
  for (std::size_t part = 0; part < 4; ++part) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * part));
    const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(kCaseBit));
    const auto bits = [part](__m128i equal) {
      return std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(equal))} << (16 * part);
    };
    marks.quote |= bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    marks.backslash |= bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    marks.open |= bits(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{')));
    marks.close |= bits(_mm_cmpeq_epi8(folded, _mm_set1_epi8('}')));
  }
  return marks;
}

#define ACR_AVX2 [[gnu::target("avx2,popcnt,pclmul")]]
#define ACR_AVX512 [[gnu::target("avx512f,avx512bw,avx2,popcnt,pclmul")]]

ACR_AVX512 inline Marks mark_avx512(const char* block) {
  const __m512i bytes = _mm512_loadu_si512(block);
  const __m512i folded = _mm512_or_si512(bytes, _mm512_set1_epi8(kCaseBit));
  return {_mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"')),
          _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\')),
          _mm512_cmpeq_epi8_mask(folded, _mm512_set1_epi8('{')),
          _mm512_cmpeq_epi8_mask(folded, _mm512_set1_epi8('}'))};
}

ACR_AVX2 inline std::uint64_t equal_avx2(__m256i low, __m256i high, char byte) {
  const __m256i wanted = _mm256_set1_epi8(byte);
  const auto low_bits =
      static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)));
  const auto high_bits =
      static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)));
  return std::uint64_t{high_bits} << 32 | low_bits;
}

ACR_AVX2 inline Marks mark_avx2(const char* block) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 32));
  const __m256i fold = _mm256_set1_epi8(kCaseBit);
  const __m256i low_folded = _mm256_or_si256(low, fold), high_folded = _mm256_or_si256(high, fold);
  return {equal_avx2(low, high, '"'), equal_avx2(low, high, '\\'),
          equal_avx2(low_folded, high_folded, '{'), equal_avx2(low_folded, high_folded, '}')};
}
#else
inline Marks mark_plain(const char* block) {
  Marks marks;
  for (unsigned i = 0; i < kBlock; ++i) {
    const char byte = block[i];
    const char folded = static_cast<char>(byte | kCaseBit);
    marks.quote |= std::uint64_t{byte == '"'} << i;
    marks.backslash |= std::uint64_t{byte == '\\'} << i;
    marks.open |= std::uint64_t{folded == '{'} << i;
    marks.close |= std::uint64_t{folded == '}'} << i;
  }
  return marks;
}
#endif

// The bytes that a backslash before them escapes. `carry`: the last byte of the block before was a
// backslash that escapes the first of this one.
std::uint64_t escaped_bytes(std::uint64_t backslash, bool& carry) {
  std::uint64_t escaped = carry ? 1 : 0;
  carry = false;
  backslash &= ~escaped;
  while (backslash != 0) {
    const std::uint64_t first = backslash & (~backslash + 1);
    carry = (first >> 63) != 0;
    escaped |= first << 1;
    backslash &= ~(first | first << 1);
  }
  return escaped;
}

// Every bit becomes the parity of itself and those below: quotes in, "inside a string" out.
inline std::uint64_t running_parity(std::uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}
#if defined(__x86_64__)
// The same as one multiplication without carries.
ACR_AVX2 inline std::uint64_t running_parity_clmul(std::uint64_t bits) {
  const __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)),
                                               _mm_set1_epi8(static_cast<char>(0xFF)), 0);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
}
#endif

bool is_blank(char byte) {
  // 0x1E separates the records of RFC 7464.
  return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t' || byte == 0x1E;
}

std::string show(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return "the end of the text";
  const auto byte = static_cast<unsigned char>(text[offset]);
  if (byte > 0x20 && byte < 0x7F) return fmt::format("'{}'", text[offset]);
  return fmt::format("byte 0x{:02X}", byte);
}

// Looks for the ends of a long list's elements on a thread of its own, a little ahead of who reads
// them: where an element ends does not depend on what it says, and the search costs as much as a
// pass over the memory. What it finds is a hint for skip_container at the same byte, so that the
// pieces are the same with and without it.
class Scout {
 public:
  // `begin` is the first byte behind the list's opening bracket.
  Scout(std::string_view text, std::size_t begin) : text_(text), reader_at_(begin) {
    if (text.size() - begin < kWorthIt || std::thread::hardware_concurrency() < 2) return;
    try {
      thread_ = std::thread([this, begin] { run(begin); });
    } catch (const std::system_error&) {
      return;  // no thread to be had: the reader searches itself
    }
  }
  Scout(const Scout&) = delete;
  Scout& operator=(const Scout&) = delete;
  ~Scout() {
    if (!thread_.joinable()) return;
    show_reader(kNone);
    thread_.join();
  }

  // The end of the container that begins at `begin`; kNone when it was not found yet. `begin` never
  // goes back.
  std::size_t end_of(std::size_t begin) {
    if (!thread_.joinable()) return kNone;
    show_reader(begin);
    const std::size_t found = found_.load(std::memory_order_acquire);
    for (std::size_t taken = taken_.load(std::memory_order_relaxed); taken != found; ++taken) {
      const Piece& piece = pieces_[taken % pieces_.size()];
      if (piece.begin > begin) break;
      const bool here = piece.begin == begin;
      const std::size_t end = piece.end;
      taken_.store(taken + 1, std::memory_order_release);
      if (here) return end;
    }
    return kNone;
  }

 private:
  static constexpr std::size_t kWorthIt = std::size_t{4} << 20;
  // At most so many bytes ahead of the reader, what caches hold; then it sleeps until half is left.
  static constexpr std::size_t kAhead = std::size_t{1} << 20;
  struct Piece {
    std::size_t begin = 0, end = 0;
  };

  std::string_view text_;
  std::array<Piece, 1024> pieces_;
  std::atomic<std::size_t> found_ = 0, taken_ = 0;
  std::atomic<std::size_t> reader_at_, wake_at_ = kNone;
  std::thread thread_;

  void show_reader(std::size_t at) {
    reader_at_.store(at);
    if (at < wake_at_.load()) return;
    wake_at_.store(kNone);
    wake_at_.notify_one();
  }

  // False when nobody reads any more.
  bool wait_for_reader(std::size_t at, std::size_t found) {
    for (;;) {
      const std::size_t reader = reader_at_.load();
      if (reader == kNone) return false;
      const bool room = found - taken_.load(std::memory_order_acquire) < pieces_.size();
      if (room && (at < reader || at - reader < kAhead)) return true;
      const std::size_t wake_at = reader + (std::max(at, reader) - reader) / 2;
      wake_at_.store(wake_at);
      if (reader_at_.load() < wake_at) wake_at_.wait(wake_at);
      wake_at_.store(kNone);
    }
  }

  void run(std::size_t at) {
    for (std::size_t found = 0;;) {
      while (at < text_.size() && (is_blank(text_[at]) || text_[at] == ',')) ++at;
      if (at >= text_.size() || (text_[at] != '{' && text_[at] != '[')) return;
      if (!wait_for_reader(at, found)) return;
      const std::size_t end = skip_container(text_, at);
      if (end == kNone) return;
      pieces_[found % pieces_.size()] = {at, end};
      found_.store(++found, std::memory_order_release);
      at = end;
    }
  }
};

class Splitter {
 public:
  Splitter(std::string_view text, std::size_t limit, const SplitReceiver& receiver)
      : text_(text), limit_(limit), receiver_(receiver), budget_(8 * text.size() + 65536) {}

  void run() {
    std::size_t at = skip_blank(0);
    while (at < text_.size() && !given_up_) {
      std::optional<std::size_t> next;
      if (text_[at] == '{') {
        next = read_object(at);
      } else if (text_[at] == '[') {
        next = read_array(at);
      } else {
        report(at, "an object or a list");
        next = resume(at, at + 1, text_.size(), true);
      }
      if (!next) return;
      at = skip_blank(*next);
    }
  }

 private:
  std::string_view text_;
  std::size_t limit_;
  const SplitReceiver& receiver_;
  // Bytes that may be looked at twice because of damage. Without a limit, hostile text would cost
  // the square of its size.
  std::size_t budget_;
  bool given_up_ = false;

  std::size_t skip_blank(std::size_t at) const {
    while (at < text_.size() && is_blank(text_[at])) ++at;
    return at;
  }

  // The byte behind the string that begins at `at`.
  std::size_t skip_string(std::size_t at) const {
    std::size_t from = at + 1;
    for (;;) {
      const std::size_t quote = text_.find('"', from);
      if (quote == kNone) return kNone;
      std::size_t run = quote;
      while (run > from && text_[run - 1] == '\\') --run;
      if ((quote - run) % 2 == 0) return quote + 1;
      from = quote + 1;
    }
  }

  // The byte behind any value; kNone when the text ends first or no value begins here.
  std::size_t skip_value(std::size_t at) const {
    if (at >= text_.size()) return kNone;
    const char first = text_[at];
    if (first == '{' || first == '[') return skip_container(text_, at);
    if (first == '"') return skip_string(at);
    std::size_t end = at;
    while (end < text_.size() && !is_blank(text_[end]) && !std::strchr(",:]}[{\"", text_[end]))
      ++end;
    return end == at ? kNone : end;
  }

  void report(std::size_t offset, std::string expected) const {
    receiver_.damage({offset, show(text_, offset), std::move(expected)});
  }

  void spend(std::size_t bytes, std::size_t offset) {
    if (bytes <= budget_) {
      budget_ -= bytes;
    } else if (!given_up_) {
      given_up_ = true;
      receiver_.damage(
          {offset, "more damage than is worth reading", "JSON text; the rest is left out"});
    }
  }

  // After damage in the value that begins at `begin`: the next line in [from, to) that starts as
  // the value's own line did, with the same indentation and an opening bracket. Values that share
  // a line with something before them are lost with it.
  std::optional<std::size_t> resume(std::size_t begin, std::size_t from, std::size_t to,
                                    bool root) {
    spend(to - std::min(from, to), begin);
    if (given_up_) return std::nullopt;
    std::size_t line = begin;
    while (line > 0 && text_[line - 1] != '\n') --line;
    const std::string_view indent = root ? std::string_view{} : text_.substr(line, begin - line);
    if (indent.find_first_not_of(" \t") != kNone) return std::nullopt;
    for (std::size_t at = text_.find('\n', from); at != kNone && at < to;
         at = text_.find('\n', at + 1)) {
      const std::string_view rest = text_.substr(at + 1, to - at - 1);
      if (rest.size() <= indent.size() || !rest.starts_with(indent)) continue;
      const char bracket = rest[indent.size()];
      if (bracket == '{' || (bracket == '[' && root)) return at + 1 + indent.size();
    }
    return std::nullopt;
  }

  // Elements of the list that opens at `open`. Returns the byte behind its end, kNone when the
  // list is broken off (already reported).
  std::size_t read_elements(std::size_t open) {
    std::size_t at = skip_blank(open + 1);
    if (at < text_.size() && text_[at] == ']') return at + 1;
    Scout scout(text_, open + 1);
    for (std::size_t index = 0; !given_up_; ++index) {
      const std::size_t begin = at;
      std::size_t end = scout.end_of(begin);
      if (end == kNone) end = skip_value(begin);
      std::optional<std::size_t> next;
      if (end == kNone) {
        report(failing_byte(begin), fmt::format("element {} of a list and its end", index));
        next = resume(begin, begin, text_.size(), false);
        if (!next) return kNone;
      } else if (end - begin > limit_) {
        receiver_.too_large(begin, end - begin);
      } else if (!receiver_.element(text_.substr(begin, end - begin), index)) {
        next = resume(begin, begin, end, false);
      }
      if (!next) {
        at = skip_blank(end);
        if (at < text_.size() && text_[at] == ']') return at + 1;
        if (at < text_.size() && text_[at] == ',') {
          at = skip_blank(at + 1);
          continue;
        }
        report(at, "',' or ']' after an element of a list");
        next = resume(begin, end, text_.size(), false);
        if (!next) return kNone;
      }
      at = *next;
    }
    return kNone;
  }

  // Where a value that has no end fails: at the end of the text if it opens at all.
  std::size_t failing_byte(std::size_t begin) const {
    if (begin < text_.size() && (text_[begin] == '{' || text_[begin] == '[' || text_[begin] == '"'))
      return text_.size();
    return begin;
  }

  std::optional<std::size_t> read_array(std::size_t begin) {
    receiver_.begin_list("[]", {});
    const std::size_t end = read_elements(begin);
    receiver_.end_list("[]");
    if (end == kNone) return resume(begin, text_.size(), text_.size(), true);
    return end;
  }

  static bool names_list(std::string_view key) {
    return key == "items" || key == "value" || key == "data";
  }

  // A root object: its members are stepped over, the first list of a known name is gone into.
  std::optional<std::size_t> read_object(std::size_t begin) {
    std::size_t list_open = kNone, list_end = kNone;  // list_end: the list's closing bracket
    std::size_t at = skip_blank(begin + 1);
    std::size_t failed = kNone;
    std::string expected;
    bool first = true;
    for (;;) {
      if (at < text_.size() && text_[at] == '}' && first) break;
      first = false;
      const std::size_t key_end = at < text_.size() && text_[at] == '"' ? skip_string(at) : kNone;
      if (key_end == kNone) {
        failed = failing_byte(at);
        expected = "a member name or '}'";
        break;
      }
      const std::string_view key = text_.substr(at + 1, key_end - at - 2);
      at = skip_blank(key_end);
      if (at >= text_.size() || text_[at] != ':') {
        failed = at;
        expected = "':' after a member name";
        break;
      }
      at = skip_blank(at + 1);
      if (at < text_.size() && text_[at] == '[' && list_open == kNone && names_list(key)) {
        list_open = at;
        receiver_.begin_list(closed_head(begin, list_open), key);
        const std::size_t end = read_elements(at);
        if (end == kNone) {
          receiver_.end_list(closed_head(begin, list_open));
          return resume(begin, text_.size(), text_.size(), true);
        }
        list_end = end - 1;
        at = end;
      } else {
        const std::size_t end = skip_value(at);
        if (end == kNone) {
          failed = failing_byte(at);
          expected = fmt::format("the value of the member {} and its end", show_key(key));
          break;
        }
        at = end;
      }
      at = skip_blank(at);
      if (at < text_.size() && text_[at] == '}') break;
      if (at >= text_.size() || text_[at] != ',') {
        failed = at;
        expected = "',' or '}' after a member";
        break;
      }
      at = skip_blank(at + 1);
    }
    if (failed != kNone) {
      report(failed, std::move(expected));
      if (list_open != kNone) receiver_.end_list(closed_head(begin, list_open));
      return resume(begin, list_open == kNone ? begin : failed, text_.size(), true);
    }
    const std::size_t end = at + 1;
    if (list_open != kNone) {
      finish_list(begin, list_open, list_end, end);
    } else if (end - begin > limit_) {
      receiver_.too_large(begin, end - begin);
    } else if (!receiver_.value(text_.substr(begin, end - begin))) {
      if (const auto next = resume(begin, begin, end, true)) return next;
    }
    return end;
  }

  static std::string show_key(std::string_view key) {
    return key.size() > 40 ? fmt::format("\"{}...\"", key.substr(0, 40))
                           : fmt::format("\"{}\"", key);
  }

  std::string closed_head(std::size_t begin, std::size_t open) const {
    if (open - begin > limit_) return "{}";
    return std::string(text_.substr(begin, open - begin)) + "[]}";
  }

  void finish_list(std::size_t begin, std::size_t open, std::size_t close, std::size_t end) {
    const std::size_t bytes = (open - begin) + (end - close);
    if (bytes > limit_) {
      receiver_.too_large(begin, bytes);
      receiver_.end_list("{}");
      return;
    }
    std::string envelope(text_.substr(begin, open + 1 - begin));
    envelope += text_.substr(close, end - close);
    receiver_.end_list(envelope);
  }
};

}  // namespace

namespace {

// Inlined into one function for each instruction set, which then also counts bits in hardware.
template <Marks (*mark)(const char*), std::uint64_t (*parity)(std::uint64_t)>
[[gnu::always_inline]] inline std::size_t skip_blocks(std::string_view text, std::size_t begin) {
  std::uint64_t inside = 0;  // all ones: the block before ended inside a string
  bool escape = false;
  std::uint64_t depth = 0;
  for (std::size_t at = begin; at < text.size(); at += kBlock) {
    Marks marks = mark(text.data() + at);
    if (text.size() - at < kBlock) {
      const std::uint64_t valid = (std::uint64_t{1} << (text.size() - at)) - 1;
      marks = {marks.quote & valid, marks.backslash & valid, marks.open & valid,
               marks.close & valid};
    }
    if (marks.backslash != 0 || escape) marks.quote &= ~escaped_bytes(marks.backslash, escape);
    const std::uint64_t in_string = parity(marks.quote) ^ inside;
    inside = std::uint64_t{0} - (in_string >> 63);
    marks.open &= ~in_string;
    marks.close &= ~in_string;

    const auto closing = static_cast<std::uint64_t>(std::popcount(marks.close));
    if (depth > closing) {  // the end cannot lie in this block
      depth += static_cast<std::uint64_t>(std::popcount(marks.open)) - closing;
      continue;
    }
    for (std::uint64_t rest = marks.open | marks.close; rest != 0; rest &= rest - 1) {
      if ((marks.open & rest & (~rest + 1)) != 0) {
        ++depth;
      } else if (--depth == 0) {
        return at + static_cast<std::size_t>(std::countr_zero(rest)) + 1;
      }
    }
  }
  return kNone;
}

#if defined(__x86_64__)
ACR_AVX2 std::size_t skip_avx2(std::string_view text, std::size_t begin) {
  return skip_blocks<mark_avx2, running_parity_clmul>(text, begin);
}
ACR_AVX512 std::size_t skip_avx512(std::string_view text, std::size_t begin) {
  return skip_blocks<mark_avx512, running_parity_clmul>(text, begin);
}
#undef ACR_AVX2
#undef ACR_AVX512
#endif

}  // namespace

std::size_t skip_container(std::string_view text, std::size_t begin) {
#if defined(__x86_64__)
  static const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") &&
                           __builtin_cpu_supports("pclmul");
  static const bool avx512 = avx2 && __builtin_cpu_supports("avx512bw");
  if (avx512) return skip_avx512(text, begin);
  return avx2 ? skip_avx2(text, begin) : skip_blocks<mark_sse2, running_parity>(text, begin);
#else
  return skip_blocks<mark_plain, running_parity>(text, begin);
#endif
}

namespace {

// JSON's grammar as a machine with a stack of open brackets.
class SyntaxCheck {
 public:
  explicit SyntaxCheck(std::string_view text) : text_(text) {}

  std::optional<Damage> run() {
    enum class Expect { value, first_element, key, first_key, more } expect = Expect::value;
    for (;;) {
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
      const char byte = at_ < text_.size() ? text_[at_] : '\0';
      if (expect == Expect::more) {
        if (open_.empty()) {
          if (at_ >= text_.size()) return std::nullopt;
          return fail("the end of the value");
        }
        const char closer = open_.back() == '{' ? '}' : ']';
        if (byte == closer) {
          open_.pop_back();
        } else if (byte == ',') {
          expect = open_.back() == '{' ? Expect::key : Expect::value;
        } else {
          return fail(fmt::format("',' or '{}'", closer));
        }
        ++at_;
      } else if (expect == Expect::key || expect == Expect::first_key) {
        if (byte == '}' && expect == Expect::first_key) {
          expect = Expect::more;
          continue;
        }
        if (byte != '"') return fail("a member name");
        if (auto damage = string()) return damage;
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
        if (at_ >= text_.size() || text_[at_] != ':') return fail("':' after a member name");
        ++at_;
        expect = Expect::value;
      } else if (byte == ']' && expect == Expect::first_element) {
        expect = Expect::more;
      } else if (byte == '{' || byte == '[') {
        open_ += byte;
        ++at_;
        expect = byte == '{' ? Expect::first_key : Expect::first_element;
      } else {
        if (auto damage = scalar(byte)) return damage;
        expect = Expect::more;
      }
    }
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::string open_;

  Damage fail(std::string expected) const { return {at_, show(text_, at_), std::move(expected)}; }

  std::optional<Damage> string() {
    for (++at_; at_ < text_.size(); ++at_) {
      const char byte = text_[at_];
      if (byte == '"') {
        ++at_;
        return std::nullopt;
      }
      if (static_cast<unsigned char>(byte) < 0x20) return fail("the end of a string");
      if (byte != '\\') continue;
      ++at_;
      if (at_ >= text_.size()) break;
      if (text_[at_] == 'u') {
        for (int digit = 0; digit < 4; ++digit) {
          ++at_;
          if (at_ >= text_.size() || std::isxdigit(static_cast<unsigned char>(text_[at_])) == 0)
            return fail("four hexadecimal digits");
        }
      } else if (std::string_view("\"\\/bfnrt").find(text_[at_]) == kNone) {
        return fail("an escape that JSON knows");
      }
    }
    return fail("the end of a string");
  }

  std::optional<Damage> scalar(char byte) {
    if (byte == '"') return string();
    for (const std::string_view word : {"true", "false", "null"})
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return std::nullopt;
      }
    if (byte == '-') ++at_;
    const auto digits = [&] {
      const std::size_t begin = at_;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
      return at_ - begin;
    };
    const bool zero = at_ < text_.size() && text_[at_] == '0';
    const std::size_t whole = digits();
    if (whole == 0) return fail(byte == '-' ? "a digit" : "a value");
    if (zero && whole > 1) return fail("a number without a leading zero");
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (digits() == 0) return fail("a digit");
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (digits() == 0) return fail("a digit");
    }
    return std::nullopt;
  }
};

}  // namespace

std::optional<Damage> find_damage(std::string_view value) {
  return SyntaxCheck(value).run();
}

void split(std::string_view text, std::size_t limit, const SplitReceiver& receiver) {
  Splitter(text, limit, receiver).run();
}

}  // namespace acr
