#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include <stoa/dispatch/metrics.hpp>
#include <stoa/stanza/stanza.hpp>

namespace stoa::dispatch {

/// Runs something later on the loop thread, in order of the calls. Never from within the call.
using Executor = std::function<void(std::function<void()>)>;

/// Keeps one sender's requests in order, whatever they wait for (RFC 6120, 10.1): a sender with a
/// request that waits for the store has its later stanzas queued, and a reply never goes before an
/// earlier one to the same sender. A sender is a full JID. Loop thread only.
class SenderOrder {
 public:
  static constexpr std::size_t max_queued = 512;       ///< stanzas of one sender; more are refused
  static constexpr std::size_t max_total = 64 * 1024;  ///< stanzas of all senders

  SenderOrder(Metrics& metrics, Executor post);

  /// Where queued stanzas go when their turn has come.
  void on_turn(std::function<void(Stanza)> handle) { handle_ = std::move(handle); }

  /// Whether stanzas of this sender must be queued.
  bool busy(const Jid& sender) const {
    return !waiting_.empty() && waiting_.contains(sender.str());
  }
  /// Takes the stanza and gives true; false where the queue is full (the stanza stays as it was).
  bool queue(Stanza& stanza);

  /// A request of the sender begins to wait; each begin has its end.
  void begin(const Jid& sender);
  void end(const Jid& sender);

  /// The highest `after` that anything of this sender's requests waits for; 0 where all is settled.
  std::uint64_t last_after(const Jid& sender) const;
  void note_after(const Jid& sender, std::uint64_t after);
  /// What was noted with this `after` was taken back.
  void forget_after(const Jid& sender, std::uint64_t after);
  /// Everything up to `watermark` is settled.
  void committed(std::uint64_t watermark);

 private:
  struct Waiting {
    std::size_t requests = 0;
    std::vector<Stanza> queued;
    std::size_t next = 0;
    bool turn_posted = false;
  };
  void run(const std::string& sender);

  Metrics& metrics_;
  Executor post_;
  std::function<void(Stanza)> handle_;
  std::unordered_map<std::string, Waiting> waiting_;
  std::unordered_map<std::string, std::vector<std::uint64_t>> after_;  // each rising
  std::uint64_t highest_after_ = 0;
  std::size_t total_ = 0;
};

}  // namespace stoa::dispatch
