#pragma once

#include <deque>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "link/transport.hpp"

namespace stoa::link {

/// What outlives a connection.
struct Shared {
  Shared(boost::asio::io_context& io, Settings chosen, LinkHandler& told);

  boost::asio::io_context& loop;
  Settings settings;
  Outbox outbox;
  LinkHandler* handler;  // nullptr once the Link is gone
  Counters counters;
  std::deque<Stanza> inbound;  // taken from the wire, not yet handed over
  bool paused = false;
  bool stopping = false;
};

/// A condition that coroutines of one thread wait for: they check it, wait, and check it again.
class Signal {
 public:
  explicit Signal(boost::asio::io_context& loop) : timer_(loop) {}
  awaitable<void> wait() { return wait_until(Steady::max()); }
  awaitable<void> wait_until(Steady time);
  void raise() { timer_.cancel(); }
  /// When the present or last wait ends by itself.
  Steady due() const { return timer_.expiry(); }

 private:
  boost::asio::steady_timer timer_;
};

/// One connection from its first packet to its last: a reader, a writer and a ticker, all
/// coroutines on the loop thread.
class Session : public std::enable_shared_from_this<Session>, private xml::StreamHandler {
 public:
  explicit Session(Shared& shared);

  /// Runs to the end of the connection and says why it ended.
  static awaitable<Down> run(std::shared_ptr<Session> self);

  bool up() const { return phase_ == Phase::up && !finished_; }
  /// There is something to write, or to stop for.
  void output_waits() { write_.raise(); }
  /// Reading may go on.
  void input_wanted();
  void stop();
  /// Ends at once; nobody is told.
  void abandon();

 private:
  enum class Phase { connecting, opening, authenticating, up };

  void on_stream_open(const xml::Element& header) override;
  void on_stanza(xml::Element stanza) override;
  void on_stream_close() override;

  awaitable<void> read_loop();
  static awaitable<void> write_loop(std::shared_ptr<Session> self);
  static awaitable<void> tick_loop(std::shared_ptr<Session> self);

  void take(std::string_view bytes);
  void take(xml::Element&& element);
  void take_handshake(const xml::Element& element);
  void take_stanza(xml::Element&& element);
  bool take_ping_answer(const Stanza& stanza);
  void hand_over();
  bool held() const;
  bool must_not_read() const;

  std::string_view next_output(Chunk& chunk, std::string& raw);
  void after_fill();
  void conclude();
  Steady next_tick(Steady now) const;
  void tick(Steady now);

  void arm(std::chrono::milliseconds limit, std::string text);
  void end(Down down);
  void end_politely(Down down, std::string_view last_words);
  void refuse(const xml::StreamError& error);

  Shared& shared_;
  Transport transport_;
  xml::StreamParser parser_;
  Signal read_;
  Signal write_;
  Signal tick_;
  Signal done_;
  boost::asio::steady_timer deadline_;

  Phase phase_ = Phase::connecting;
  Down down_;
  bool finished_ = false;
  bool polite_ = false;  // last words are to be written before the connection is cut
  bool writer_done_ = false;
  bool ticker_done_ = false;
  bool close_sent_ = false;

  std::string raw_;                     // stream-level text to write before anything else
  std::vector<xml::Element> elements_;  // parsed by the feed under way
  bool stream_closed_ = false;
  std::size_t held_bytes_ = 0;  // read since everything was last handed over
  bool reader_waits_ = false;
  bool hand_over_posted_ = false;
  bool writing_ = false;
  bool stalled_ = false;   // the server takes nothing: read a little, it may be blocked on us
  bool unpinged_ = false;  // what the outbox said after the last fill
  bool awaiting_ = false;
  Steady unpinged_since_;
  Steady last_received_;
  Steady last_written_;
  Steady last_proof_;  // or the moment at which a proof was first awaited
};

}  // namespace stoa::link
