// Frames leave in order, in few calls, and survive a peer that does not read.
#include "transport/outbox.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace plumbline::serve {
namespace {

struct Pair {
  std::array<int, 2> ends{};
  Pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0); }
  ~Pair() {
    ::close(ends[0]);
    if (ends[1] >= 0) {
      ::close(ends[1]);
    }
  }
  std::string read_all() {
    std::string all;
    std::array<char, 65536> buffer{};
    for (ssize_t got = 0; (got = ::read(ends[1], buffer.data(), buffer.size())) > 0;) {
      all.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
};

TEST(Outbox, WritesSharedFramesAndOwnBytesInOrder) {
  Pair pair;
  Outbox outbox;
  const auto frame = std::make_shared<const socketio::Frame>("2[\"x\"]");
  outbox.push(std::string("first"));
  outbox.push(frame);
  outbox.push(std::string("last"));

  EXPECT_EQ(outbox.flush(pair.ends[0]), Outbox::Flush::drained);

  EXPECT_EQ(pair.read_all(), "first" + std::string(frame->server_ws_bytes()) + "last");
  EXPECT_EQ(outbox.bytes(), 0U);
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(frame.use_count(), 1);
}

socketio::FramePtr frame_of(std::size_t size, char fill) {
  return std::make_shared<const socketio::Frame>("2[\"" + std::string(size, fill) + "\"]");
}

TEST(Outbox, ShortFramesInARowAreOnePiece) {
  Pair pair;
  Outbox outbox;
  std::string expected;
  for (int turn = 0; turn < 2; ++turn) {
    for (const std::size_t size : {10U, 5000U, 20U, 30U, 40U}) {
      const auto frame = frame_of(size, static_cast<char>('a' + turn));
      expected += frame->server_ws_bytes();
      outbox.push(frame);
    }
    EXPECT_EQ(outbox.pieces(), 3U);
    EXPECT_EQ(outbox.flush(pair.ends[0]), Outbox::Flush::drained);
  }

  EXPECT_EQ(pair.read_all(), expected);
}

// As long as a peer reads nothing what it is sent is counted piece by piece.
TEST(Outbox, WhatWaitsForTheKernelIsNotJoined) {
  Pair pair;
  Outbox outbox;
  const auto large = frame_of(4'000'000, 'x');
  const auto little = frame_of(10, 'y');
  outbox.push(large);
  ASSERT_EQ(outbox.flush(pair.ends[0]), Outbox::Flush::blocked);
  outbox.push(little);
  outbox.push(little);

  EXPECT_EQ(outbox.pieces(), 3U);

  std::string seen;
  while (outbox.flush(pair.ends[0]) == Outbox::Flush::blocked) {
    seen += pair.read_all();
  }
  seen += pair.read_all();
  const std::string tail(little->server_ws_bytes());
  EXPECT_EQ(seen, std::string(large->server_ws_bytes()) + tail + tail);
}

TEST(Outbox, PacksASharedFrameOnceForAllReceivers) {
  Pair pair;
  const auto frame = std::make_shared<const socketio::Frame>("2[\"" + std::string(5000, 'x') + "\"]");
  Outbox first;
  Outbox second;
  first.push_packed(frame);
  second.push_packed(frame);

  EXPECT_EQ(packed_bytes(*frame).data(), packed_bytes(*frame).data());
  EXPECT_LT(first.bytes(), 200U);
  EXPECT_EQ(first.bytes(), second.bytes());
  EXPECT_EQ(first.flush(pair.ends[0]), Outbox::Flush::drained);
  EXPECT_EQ(pair.read_all(), packed_bytes(*frame));
}

TEST(Outbox, ContinuesWhereTheKernelStopped) {
  Pair pair;
  Outbox outbox;
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    std::string piece = std::to_string(i) + std::string(1000, 'x');
    expected += piece;
    outbox.push(std::move(piece));
  }
  std::string seen;
  Outbox::Flush result = outbox.flush(pair.ends[0]);
  EXPECT_EQ(result, Outbox::Flush::blocked);
  EXPECT_LT(outbox.bytes(), expected.size());
  while (result == Outbox::Flush::blocked) {
    seen += pair.read_all();
    result = outbox.flush(pair.ends[0]);
  }
  seen += pair.read_all();

  EXPECT_EQ(result, Outbox::Flush::drained);
  EXPECT_EQ(seen, expected);
}

TEST(Outbox, ReportsALostPeer) {
  Pair pair;
  ::close(std::exchange(pair.ends[1], -1));
  Outbox outbox;
  outbox.push(std::string("x"));

  EXPECT_EQ(outbox.flush(pair.ends[0]), Outbox::Flush::broken);
}

}  // namespace
}  // namespace plumbline::serve
