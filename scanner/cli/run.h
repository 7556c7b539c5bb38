// The program: from arguments to an exit code.
#pragma once

#include <iosfwd>

namespace acr {

// Results go to `out`, notices to `err`; `in` is read for `--from -`. Exit codes:
// docs/exit-codes.md.
int run(int argc, const char* const* argv, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace acr
