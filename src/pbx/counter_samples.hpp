#pragma once

#include <vector>

#include "pbx/counters.hpp"
#include "pbx/media_view.hpp"

namespace cadenas::pbx {

class Locations;
class Node;

/// What the nodes and the location service have counted, summed over the loops, as lines of /metrics. Any thread.
std::vector<CounterSample> counter_samples(const std::vector<const Node*>& nodes, const Locations& locations);
/// Those of the embedded board and of each relay of the pool.
void add_media_samples(std::vector<CounterSample>& out, const MediaView& media);

}  // namespace cadenas::pbx
