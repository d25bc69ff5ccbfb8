// Base64 of evidence and of judged clients, independently of the code that is judged. Stage: evidence.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline::conform {

[[nodiscard]] std::string to_base64(std::string_view bytes);
// Standard alphabet, padding required; nullopt for anything else.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view coded);

}  // namespace plumbline::conform
