// Time to recover, TTR(q, X) of failover.md b.2: windows of one second compared with the fault-free ones. Pure.
// Stage: ruler.
#pragma once

#include "ruler/outage.h"

namespace plumbline::load {

// `sends` ascending by intended start. Fills the baseline and each fault's p50 and p99.
void measure_recovery(const std::vector<SendEntry>& sends, const RulerInput& input, OutageReading& into);

}  // namespace plumbline::load
