// Text that lets its holder in. It is moved, never copied, and wiped when it goes.
#pragma once

#include <string>
#include <string_view>

namespace acr {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text);  // takes the text over; a copy that the caller keeps is his
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  // A second holder, said aloud.
  Secret copy() const;
  bool empty() const { return text_.empty(); }
  // Only to hand it to a library or to compare it; whoever copies it wipes the copy.
  std::string_view view() const { return text_; }

 private:
  std::string text_;
  void wipe();
};

// Overwrites the text in place, and empties it.
void wipe(std::string& text);

}  // namespace acr
