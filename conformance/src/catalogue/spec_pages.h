// The public specification: the catalogue as pages for readers, one for each area. Pure. Stage: catalogue.
#pragma once

#include <string>
#include <vector>

#include "catalogue/catalogue.h"

namespace plumbline::conform {

struct SpecPage {
  std::string name;  // "eio-up.md"
  std::string text;
};

// README.md first, then the areas in the order of the catalogue, then the decisions.
[[nodiscard]] std::vector<SpecPage> spec_pages(const Catalogue& catalogue);

}  // namespace plumbline::conform
