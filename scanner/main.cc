#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>
#include <iostream>

#include "cli/run.h"

namespace {

// Credentials are in this memory: of the environment, of calls, of pull secrets that are read. A
// dump of it would leave them on a disk or with whoever collects crashes. The programs that a run
// starts for a token inherit the limit.
void leave_no_core() {
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  constexpr rlimit kNone{0, 0};
  setrlimit(RLIMIT_CORE, &kNone);
}

}  // namespace

int main(int argc, char** argv) {
  leave_no_core();
  std::ios::sync_with_stdio(false);
  const int code = acr::run(argc, argv, std::cin, std::cout, std::cerr);
  std::cout.flush();
  std::cerr.flush();
  // Without giving back every small piece of an estate: the system takes all of it at once.
  std::_Exit(code);
}
