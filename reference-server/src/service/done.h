// How every asynchronous port of the chat core answers. Stage: service.
#pragma once

#include <functional>

#include "plumbline/base/result.h"

namespace plumbline::serve {

// Called exactly once, on the shard that asked; possibly before the call returns.
template <class T>
using Done = std::function<void(Result<T>)>;

}  // namespace plumbline::serve
