#include "media/media_thread.hpp"

#include <algorithm>
#include <exception>
#include <future>
#include <string>
#include <system_error>
#include <utility>

#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>

#include "base/log.hpp"
#include "base/thread_name.hpp"

namespace cadenas::media {
namespace {

void pin(unsigned core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  if (const int refused = pthread_setaffinity_np(pthread_self(), sizeof cores, &cores); refused != 0) {
    base::log::warning("media.not-pinned", {{"core", core}, {"reason", std::generic_category().message(refused)}});
  }
}

}  // namespace

MediaThread::MediaThread(const base::Clock& clock, const DtlsContext& dtls, unsigned index,
                         std::optional<unsigned> core, PacketEngine engine)
    : clock_(clock), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd"), work_(dtls) {
  // io_uring wants to be made by the thread that uses it.
  std::promise<void> opened;
  thread_ = std::thread([this, index, core, engine, &opened] {
    base::name_this_thread("media/" + std::to_string(index));
    if (core) pin(*core);
    try {
      open_loop(engine);
    } catch (...) {
      return opened.set_exception(std::current_exception());
    }
    opened.set_value();
    run();
  });
  try {
    opened.get_future().get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

MediaThread::~MediaThread() {
  stopping_ = true;
  wake();
  thread_.join();
}

void MediaThread::open_loop(PacketEngine wanted) {
  if (wanted != PacketEngine::epoll) {
    try {
      loop_ = make_uring_loop(wake_.get());
      engine_ = PacketEngine::io_uring;
      return;
    } catch (const std::system_error& refused) {
      if (wanted == PacketEngine::io_uring) throw;
      base::log::info("media.no-io-uring", {{"reason", refused.what()}});
    }
  }
  loop_ = make_epoll_loop(wake_.get());
  engine_ = PacketEngine::epoll;
}

void MediaThread::wake() {
  // An eventfd only refuses when it is at its maximum, and then it wakes anyway.
  ::eventfd_write(wake_.get(), 1);
}

void MediaThread::post(Command command) {
  bool is_first = false;
  {
    const std::lock_guard lock(posting_);
    is_first = posted_.empty();
    posted_.push_back(std::move(command));
  }
  // Whoever posted the first has woken it, and it takes all at once.
  if (is_first) wake();
}

void MediaThread::run() {
  while (!stopping_) {
    if (loop_->run_once(clock_, next_task())) obey();
    frame();
    if (work_.next()) work_.step(clock_.steady());
  }
  // The loop goes first: while it is there, the kernel may still write for a port.
  loop_.reset();
  relays_.clear();
  slots_.clear();
  rooms_.clear();
  ending_.clear();
}

void MediaThread::obey() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(posting_);
    commands.swap(posted_);
  }
  for (Command& command : commands) {
    try {
      std::visit([this](auto& what) { execute(std::move(what)); }, command);
    } catch (const std::exception& error) {
      base::log::error("media.command-failed", {{"reason", error.what()}});
    }
  }
}

void MediaThread::execute(Add add) {
  auto& relay = relays_[add.id];
  relay = std::make_unique<Relay>(std::move(add.counters), std::move(add.a), std::move(add.b), *loop_, work_);
  try {
    relay->begin();
  } catch (...) {
    execute(Remove{add.id});
    throw;
  }
}

void MediaThread::execute(Configure configure) {
  const auto found = relays_.find(configure.id);
  if (found != relays_.end()) found->second->configure(configure.side, std::move(configure.media));
}

void MediaThread::execute(Remove remove) {
  auto found = relays_.extract(remove.id);
  if (!found.empty()) let_end(std::move(found.mapped()));
}

template <class User>
void MediaThread::let_end(std::unique_ptr<User> user) {
  User* ending = user.get();
  ending_.emplace(ending, std::move(user));
  ending->end([this, ending] { ending_.erase(ending); });
}

void MediaThread::execute(AddSlot add) {
  auto& session = slots_[add.id];
  session = std::make_unique<tdm::SlotSession>(std::move(add.counters), std::move(add.sockets), std::move(add.slot),
                                               *loop_, work_);
  keep_frames();
  try {
    session->begin();
  } catch (...) {
    execute(RemoveSlot{add.id});
    throw;
  }
}

void MediaThread::execute(ConfigureSlot configure) {
  const auto found = slots_.find(configure.id);
  if (found != slots_.end()) found->second->configure(std::move(configure.media), std::move(configure.voice));
}

void MediaThread::execute(DialSlot dial) {
  if (const auto found = slots_.find(dial.id); found != slots_.end()) found->second->dial(dial.digit);
}

void MediaThread::execute(RemoveSlot remove) {
  auto found = slots_.extract(remove.id);
  if (!found.empty()) let_end(std::move(found.mapped()));
  keep_frames();
}

Room* MediaThread::room(RoomId id) {
  const auto found = rooms_.find(id);
  return found == rooms_.end() ? nullptr : found->second.get();
}

void MediaThread::execute(OpenRoom open) {
  const base::WallTime wall_at_zero =
      clock_.now() - std::chrono::duration_cast<base::Millis>(clock_.steady().time_since_epoch());
  rooms_.insert_or_assign(open.room, std::make_unique<Room>(std::move(open.digits), wall_at_zero));
  keep_frames();
}

void MediaThread::execute(Join join) {
  Room* at = room(join.room);
  if (!at) return;
  try {
    at->join(join.member, std::move(join.counters), std::move(join.sockets), *loop_, work_);
  } catch (...) {
    execute(Leave{join.room, join.member});
    throw;
  }
}

void MediaThread::execute(JoinSlot join) {
  if (Room* at = room(join.room)) at->join(join.member, std::move(join.counters), std::move(join.slot));
}

void MediaThread::execute(ConfigureMember configure) {
  if (Room* at = room(configure.room)) {
    at->configure(configure.member, std::move(configure.media), std::move(configure.voice));
  }
}

void MediaThread::execute(TakeSeat take) {
  if (Room* at = room(take.room)) at->seat(take.member, take.seat);
}

void MediaThread::execute(Announce announce) {
  if (Room* at = room(announce.room)) at->announce(announce.announcement);
}

void MediaThread::execute(Link link) {
  if (Room* at = room(link.room)) at->link(link.link, std::move(link.end));
}

void MediaThread::execute(Unlink unlink) {
  if (Room* at = room(unlink.room)) at->unlink(unlink.link);
}

void MediaThread::execute(Leave leave) {
  Room* at = room(leave.room);
  if (!at || at->take_out_slot(leave.member)) return;
  if (std::unique_ptr<RoomMember> member = at->take_out(leave.member)) let_end(std::move(member));
}

void MediaThread::execute(CloseRoom close) {
  auto found = rooms_.extract(close.room);
  if (found.empty()) return;
  while (std::unique_ptr<RoomMember> member = found.mapped()->take_out_any()) let_end(std::move(member));
  keep_frames();
}

void MediaThread::keep_frames() {
  const bool wanted = !rooms_.empty() || !slots_.empty();
  if (wanted && !frame_clock_.next()) frame_clock_.start(clock_.steady());
  if (!wanted) frame_clock_.stop();
}

std::optional<base::SteadyTime> MediaThread::next_task() const {
  const std::optional<base::SteadyTime> frame = frame_clock_.next();
  const std::optional<base::SteadyTime> handshake = work_.next();
  return frame && handshake ? std::min(frame, handshake) : frame ? frame : handshake;
}

void MediaThread::frame() {
  if (!frame_clock_.next()) return;
  const std::optional<base::SteadyTime> frame = frame_clock_.due(clock_.steady());
  if (!frame) return;
  for (auto& [id, room] : rooms_) room->mix(*frame);
  for (auto& [id, session] : slots_) session->frame(*frame);
}

}  // namespace cadenas::media
