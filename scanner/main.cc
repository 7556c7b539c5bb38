#include <iostream>

#include "cli/run.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  return acr::run(argc, argv, std::cin, std::cout, std::cerr);
}
