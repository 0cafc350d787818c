#pragma once

#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "media/board.hpp"
#include "media/leg_media.hpp"
#include "media/session_stats.hpp"
#include "rtpengine/bencode.hpp"

namespace cadenas::rtpengine {

/// How one of our media sessions is told to rtpengine, which knows calls as offers and answers only. Pure.
///
/// What a phone was offered and what it agreed to was decided before and stays so: the descriptions here are written
/// for rtpengine alone, and what it answers is read for the local address and nothing else. Our own keys get into it by
/// a property of its offers: the keys of an offer become its own keys towards the other side, under the offer's tags.
/// So an offer in the name of side A names the key A sends with (tag 1) and the key *we* send to B with (tag 2), and
/// the answer in the name of B, under tag 2, chooses it. With `SDES: static` that leaves A's keys as they were; a
/// second pair the other way round sets our key towards A. Hence at most four commands describe both legs, each time
/// whole.
struct SessionNaming {
  std::string call_id;
  media::AddressFamily a = media::AddressFamily::ip4;
  media::AddressFamily b = media::AddressFamily::ip4;

  media::AddressFamily family(media::Side side) const { return side == media::Side::a ? a : b; }
};

/// An offer and an answer that make rtpengine open its ports, held on both sides: the first one's answer tells the port
/// towards B, the second one's the port towards A.
std::vector<Value> opening_commands(const SessionNaming& session);
/// Both legs as they are to be. To be carried out in order.
std::vector<Value> describing_commands(const SessionNaming& session, const media::LegMedia& a,
                                       const media::LegMedia& b);
Value query_command(const SessionNaming& session);
Value delete_command(const SessionNaming& session);
Value ping_command();

/// Where rtpengine listens, by its answer to an offer or answer. Error "rtpengine.answer".
base::Result<base::Endpoint> local_address(const Value& answer);
/// What an answer to a query tells: packets let in and refused on each side; nothing else is known. Error
/// "rtpengine.answer".
base::Result<media::SessionStats> stats_of(const Value& answer);

/// What rtpengine cannot do as asked is refused before: errors "media.key-length", "media.payload-types" (it rewrites
/// none).
base::Result<void> check_describable(const media::LegMedia& leg);

}  // namespace cadenas::rtpengine
