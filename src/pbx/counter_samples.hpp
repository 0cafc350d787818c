#pragma once

#include <vector>

#include "pbx/counters.hpp"

namespace cadenas::pbx {

class Locations;
class Node;

/// What the nodes and the location service have counted, summed over the loops, as lines of /metrics. Any thread.
std::vector<CounterSample> counter_samples(const std::vector<const Node*>& nodes, const Locations& locations);

}  // namespace cadenas::pbx
