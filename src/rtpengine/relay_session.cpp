#include "rtpengine/relay_session.hpp"

#include <utility>

namespace cadenas::rtpengine {

void RelaySession::open(std::function<void(base::Result<media::SessionPorts>)> done) {
  auto commands = opening_commands(naming_);
  auto self = shared_from_this();
  client_.ask(commands[0], [self, answer = std::move(commands[1]),
                            done = std::move(done)](const base::Result<Value>& offered) mutable {
    const auto b = offered.and_then(local_address);
    if (!b) return done(tl::unexpected(b.error()));
    self->client_.ask(answer, [b = *b, done = std::move(done)](const base::Result<Value>& answered) {
      const auto a = answered.and_then(local_address);
      if (!a) return done(tl::unexpected(a.error()));
      done(media::SessionPorts{*a, b});
    });
  });
}

void RelaySession::describe(media::Side side, media::LegMedia leg, std::function<void(const base::Error&)> failed) {
  legs_[static_cast<std::size_t>(side)] = std::move(leg);
  failed_ = std::move(failed);
  changed_ = true;
  tell();
}

void RelaySession::tell() {
  if (telling_ || closed_ || !changed_ || !described()) return;
  changed_ = false;
  telling_ = true;
  auto commands = std::make_shared<std::deque<Value>>();
  for (Value& command : describing_commands(naming_, *legs_[0], *legs_[1])) commands->push_back(std::move(command));
  tell_next(std::move(commands));
}

void RelaySession::tell_next(std::shared_ptr<std::deque<Value>> commands) {
  if (commands->empty() || closed_) {
    for (Value& command : *commands) command.wipe();
    telling_ = false;
    return tell();
  }
  client_.ask(commands->front(), [self = shared_from_this(), commands](const base::Result<Value>& answer) {
    commands->front().wipe();
    commands->pop_front();
    if (!answer) {
      for (Value& command : *commands) command.wipe();
      commands->clear();
      if (self->failed_) self->failed_(answer.error());
    }
    self->tell_next(commands);
  });
}

void RelaySession::query(std::function<void(base::Result<media::SessionStats>)> done) {
  client_.ask(query_command(naming_),
              [done = std::move(done)](const base::Result<Value>& answer) { done(answer.and_then(stats_of)); });
}

void RelaySession::close(std::function<void(base::Result<media::SessionStats>)> done) {
  closed_ = true;
  query([self = shared_from_this(), done = std::move(done)](base::Result<media::SessionStats> stats) {
    done(std::move(stats));
    self->client_.ask(delete_command(self->naming_), [self](const base::Result<Value>&) {});
  });
}

}  // namespace cadenas::rtpengine
