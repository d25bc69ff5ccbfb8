// The OpenAPI 3.1 document, made from the tables that route the requests. Stage: gateway.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rest/described.h"

namespace plumbline::serve {

// Every operation of the server that is no part of Engine.IO, in the order of the document.
[[nodiscard]] std::vector<DocumentedOperation> documented_operations();

// JSON text; made once, then the same for the life of the process.
[[nodiscard]] const std::string& openapi_document();

}  // namespace plumbline::serve
