#include <cstdlib>
#include <iostream>

#include "cli/run.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const int code = acr::run(argc, argv, std::cin, std::cout, std::cerr);
  std::cout.flush();
  std::cerr.flush();
  // Without giving back every small piece of an estate: the system takes all of it at once.
  std::_Exit(code);
}
