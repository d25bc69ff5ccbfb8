// What a misspelt word most likely meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// `; did you mean 'x'?`, to be put behind a complaint about `word`; empty when none of `known` is near: at most two
// letters wrong, or a third of the word. Among equals the first is named.
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace plumbline
