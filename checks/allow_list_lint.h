// Trying out what a list of allowed images lets pass: names that nobody meant are made from the
// hosts in an entry, and compared as the admission controller compares them.
#pragma once

#include <string>
#include <string_view>

#include "estate/allow_list.h"

namespace acr {

struct EntryFinding {
  enum class What {
    exact,      // every name that was tried and not meant is refused
    too_wide,   // `image` passes, because `why`
    not_tried,  // the entry is not understood, so nothing can be said
  };
  What what = What::not_tried;
  std::string image, why;
};
EntryFinding try_entry(AllowList::Form form, std::string_view entry);

}  // namespace acr
