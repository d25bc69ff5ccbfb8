// Sockets and timers bound to one io_context by type: smaller and cheaper than with any executor. Stage: backplane.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>

namespace plumbline::serve {

using IoExecutor = boost::asio::io_context::executor_type;
using IoTimer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, IoExecutor>;
using IoSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, IoExecutor>;
using IoResolver = boost::asio::ip::basic_resolver<boost::asio::ip::tcp, IoExecutor>;

}  // namespace plumbline::serve
