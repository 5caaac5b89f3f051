#include <algorithm>

#include <stoa/base/log.hpp>

#include "link/session.hpp"

namespace stoa::link {

using std::chrono::steady_clock;

namespace {

constexpr std::size_t chunk_bytes = 256 * 1024;  // a few hundred stanzas for each system call

/// How long the server may take nothing before we read although reading is stopped.
constexpr std::chrono::seconds stall_time{1};

/// A link that gets traffic but never an answer to a ping is given up after so many time-outs.
constexpr int patience = 4;

}  // namespace

awaitable<void> Session::write_loop(std::shared_ptr<Session> self) {
  Chunk chunk(std::max(chunk_bytes, self->shared_.settings.stanza_bytes));
  std::string raw;
  boost::system::error_code error;
  while (!error) {
    std::string_view rest = self->next_output(chunk, raw);
    if (rest.empty()) {
      if (self->finished_) break;
      co_await self->write_.wait();
      continue;
    }
    self->writing_ = true;
    while (!rest.empty() && !error) {
      const Transport::Done done = co_await self->transport_.write_some(rest);
      error = done.error;
      rest.remove_prefix(done.bytes);
      self->shared_.counters.bytes_out += done.bytes;
      self->last_written_ = steady_clock::now();
    }
    self->writing_ = false;
  }
  if (error) {
    self->end({Fault::network, "the connection broke: " + error.message(), "", false});
    self->transport_.close();
  }
  self->writer_done_ = true;
  self->done_.raise();
}

std::string_view Session::next_output(Chunk& chunk, std::string& raw) {
  chunk.clear();
  raw.clear();
  if (shared_.stopping && phase_ == Phase::up && !finished_) conclude();
  if (!shared_.outbox.mid_stanza() || finished_) std::swap(raw, raw_);
  if (!raw.empty()) return raw;
  if (phase_ != Phase::up || finished_ || close_sent_) return {};
  shared_.outbox.fill(chunk);
  after_fill();
  return chunk.view();
}

void Session::conclude() {
  Outbox& outbox = shared_.outbox;
  if (close_sent_ || outbox.has_output()) return;
  if (outbox.settled()) {
    raw_ += "</stream:stream>";
    close_sent_ = true;
  } else if (!outbox.awaits_proof() || outbox.unpinged()) {
    outbox.want_ping();
  }
}

void Session::after_fill() {
  const Steady now = steady_clock::now();
  const bool unpinged = shared_.outbox.unpinged();
  if (unpinged && !unpinged_) {
    unpinged_since_ = now;
    if (tick_.due() > now + shared_.settings.ping_delay) tick_.raise();
  }
  unpinged_ = unpinged;
  const bool awaiting = shared_.outbox.awaits_proof();
  if (awaiting && !awaiting_) last_proof_ = now;
  awaiting_ = awaiting;
  input_wanted();
}

awaitable<void> Session::tick_loop(std::shared_ptr<Session> self) {
  while (!self->finished_) {
    const Steady now = steady_clock::now();
    if (self->phase_ == Phase::up) self->tick(now);
    if (self->finished_) break;
    co_await self->tick_.wait_until(self->next_tick(now));
  }
  self->ticker_done_ = true;
  self->done_.raise();
}

Steady Session::next_tick(Steady now) const {
  if (phase_ != Phase::up) return Steady::max();
  const Settings& settings = shared_.settings;
  Steady next = last_written_ + settings.idle_ping;
  if (shared_.outbox.unpinged()) next = std::min(next, unpinged_since_ + settings.ping_delay);
  if (shared_.outbox.awaits_proof()) {
    next = std::min(next, std::max(last_received_, last_proof_) + settings.ping_timeout);
  }
  if (reader_waits_) next = std::min(next, now + stall_time);
  return std::max(next, now + std::chrono::milliseconds(1));
}

void Session::tick(Steady now) {
  const Settings& settings = shared_.settings;
  Outbox& outbox = shared_.outbox;
  if (reader_waits_) {
    last_received_ = now;  // what we do not read cannot be missed
    stalled_ = writing_ && now - last_written_ >= stall_time;
    if (!must_not_read()) read_.raise();
  }
  const bool late = outbox.unpinged() && now - unpinged_since_ >= settings.ping_delay;
  const bool idle = now - last_written_ >= settings.idle_ping && !outbox.awaits_proof();
  if (late || idle) {
    unpinged_since_ = now;  // should the writer be busy, ask again a little later
    outbox.want_ping();
    write_.raise();
  }
  if (!outbox.awaits_proof()) return;
  const bool silent = now - std::max(last_received_, last_proof_) >= settings.ping_timeout;
  if (!silent && now - last_proof_ < patience * settings.ping_timeout) return;
  end({Fault::timeout, "no answer to a ping to " + settings.server,
       silent ? "" : "check `server` of the link: it must be a domain of the server itself",
       false});
  transport_.close();
}

}  // namespace stoa::link
