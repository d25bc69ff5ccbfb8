// Breaks the layers: a sans-I/O library that knows sockets, time servers and a verb.
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <spdlog/spdlog.h>
#include <yaml-cpp/yaml.h>

#include "plumbline/base/result.h"
#include "plumbline/net/shard_pool.h"
#include "plumbline/stats/histogram.h"
