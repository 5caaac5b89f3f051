#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <stoa/stanza/outgoing.hpp>

namespace stoa::link {

using Steady = std::chrono::steady_clock::time_point;

/// A fixed piece of memory that stanzas are rendered into and that goes to the socket in one write.
class Chunk {
 public:
  explicit Chunk(std::size_t capacity)
      : memory_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

  std::string_view view() const { return {memory_.get(), size_}; }
  bool empty() const { return size_ == 0; }
  std::size_t room() const { return capacity_ - size_; }
  std::size_t capacity() const { return capacity_; }
  void clear() { size_ = 0; }
  /// Appends; the caller has made sure that there is room.
  void append(std::string_view bytes);
  /// Where the next byte goes; advance() says how many were put there.
  char* end() { return memory_.get() + size_; }
  void advance(std::size_t bytes) { size_ += bytes; }

 private:
  std::unique_ptr<char[]> memory_;
  std::size_t capacity_;
  std::size_t size_ = 0;
};

struct OutboxSettings {
  std::string domain;  ///< of the component: the `from` of pings, and of everything that is sent
  std::string server;  ///< address that pings are sent to
  std::string token;   ///< prefix of ping ids that nobody can guess
  std::size_t stanza_bytes = 256 * 1024;           ///< largest stanza that is ever written
  std::size_t high_water = 16 * 1024 * 1024;       ///< of load; above it the link stops reading
  std::size_t low_water = 8 * 1024 * 1024;         ///< of load; below it the link reads again
  std::size_t capacity = 256 * 1024 * 1024;        ///< bytes held; above it new output is dropped
  std::size_t ping_every = 1000;                   ///< stanzas between two delivery pings
  std::chrono::milliseconds reply_age{60 * 1000};  ///< older iqs and presences are not redelivered
};

/// What waits to be written on one link, and what was written but is not yet proved taken
/// (docs/architecture.md, "Delivery"). It does no I/O and reads no clock.
///
/// Between stanzas it puts XEP-0199 pings to the server; a server takes one stream in order, so the
/// answer to a ping, result or error, proves that it has taken everything that was written before
/// it. A broadcast, or a list of many for one, stays one object and is rendered piece by piece, so
/// memory does not grow with its audience.
///
/// Order: as it was sent, save that bulk output, and what must not overtake it, takes turns with
/// the rest. What has the same single addressee keeps its order always, and so does what has the
/// same sender (bare JID), unless none of its addressees is one of those that it overtakes.
class Outbox {
 public:
  explicit Outbox(OutboxSettings settings);

  /// too_large: a stanza is larger than the limit. full: more memory is held than the capacity
  /// allows. foreign: its `from` is of another domain. All three leave the outbox as it was:
  /// nothing of `out` will be written, but its mark counts as delivered in its turn.
  enum class Taken { yes, too_large, full, foreign };

  /// Appends. Marks never go down from one call to the next; 0 is no mark.
  Taken send(Outgoing out, std::uint64_t mark, Steady now);

  /// Renders what waits, as much as fits. The chunk stays empty only if there is nothing to write.
  void fill(Chunk& chunk);

  /// Whether fill() would write something.
  bool has_output() const { return cursor_ < entries_.size() || ping_wanted_; }
  /// Whether the last fill() ended within a stanza.
  bool mid_stanza() const;
  /// Whether something was written after the last ping.
  bool unpinged() const { return unpinged_; }
  /// Whether a ping was written and is not answered.
  bool awaits_proof() const { return !pings_.empty(); }
  /// Whether all that was sent is written and proved.
  bool settled() const { return entries_.empty() && !ping_wanted_; }
  /// A ping is written behind what waits, even when nothing else was written since the last one.
  void want_ping() { ping_wanted_ = true; }

  /// Whether an iq with this id is the answer to one of our pings (of this or an earlier stream).
  bool is_ping_id(std::string_view id) const;
  /// Takes the answer to a ping: forgets what it proves. The highest mark among that, 0 for none.
  std::uint64_t prove(std::string_view id);

  /// The stream broke. What is to be redelivered waits again, in order: everything unproved that is
  /// marked `keep`, and what was never written. Old iqs and presences are left out, and so are
  /// written presences.
  void rewind(Steady now);

  /// Bytes on the wire that are not yet written plus bytes in memory that are kept until proved.
  std::size_t bytes() const { return unwritten_ + kept_; }
  /// Bytes in memory: those of output that is no broadcast to a crowd or list of one, and what such
  /// a one holds by itself, however large the crowd is.
  std::size_t held() const { return unwritten_ - crowd_ + crowd_held_ + kept_; }
  /// What counts against the marks: bytes held, and a sixteenth of what is still to be made for
  /// crowds. So others are heard while a crowd is written to, unless very much waits.
  std::size_t load() const { return held() + crowd_ / 16; }
  /// True from the moment load() passes the high mark until it is below the low mark.
  bool congested() const { return congested_; }
  std::uint64_t stanzas_written() const { return stanzas_written_; }

 private:
  /// Whose stanzas must not overtake an entry.
  struct Ends {
    std::string from = {};                         // bare
    std::string to = {};                           // empty: many
    std::shared_ptr<const RecipientSet> all = {};  // those many
    bool list = false;                             // for one, of what all of the sender goes behind

    /// Nobody can say for others whether they are among the addressees.
    bool closed() const { return list || (all && !all->ascending()); }
  };
  /// A stanza, some, or those of what is divisible from one to another.
  struct Entry {
    Outgoing out;
    std::uint64_t mark = 0;
    Steady since;
    std::size_t next = 0;             // stanzas rendered, or bytes where it is not divisible
    std::size_t begin = 0;            // its first stanza,
    std::size_t end = 0;              // and the one behind its last
    std::size_t proved = 0;           // stanzas proved taken
    bool crowd = false;               // many stanzas, made while they are written
    std::unique_ptr<Ends> slow = {};  // may be overtaken by what has other ends
    /// Of what was split: what `out` was, with all its parts.
    std::shared_ptr<const Outgoing> whole = {};

    const Outgoing& said() const { return whole ? *whole : out; }
  };
  /// Those entries of one sender that may be overtaken.
  struct Slow {
    std::size_t entries = 0;
    std::size_t closed = 0;                           // whom they go to is not known by name
    std::multiset<std::string, std::less<>> to = {};  // bare, of those with one addressee
    std::map<const RecipientSet*, std::size_t> sets = {};
  };
  struct Ping {
    std::uint64_t number;
    std::uint64_t entry;  // everything before this entry is written,
    std::size_t stanzas;  // and this many of it
  };
  enum class Room { enough, none };

  Room render(Entry& entry, Chunk& chunk);
  Room render_each(Entry& entry, Chunk& chunk);
  Room render_head(Entry& entry, Chunk& chunk);
  Room append_ping(Chunk& chunk);
  Room append_due_ping(Chunk& chunk);
  void finish(Entry& entry);
  void append(Entry entry);
  static Ends ends_of(const Outgoing& out);
  bool overtakes(const Ends& ends) const;
  static void forget(Entry& entry);
  void slow_down(Entry& entry, Ends ends);
  void split(std::size_t index, std::size_t stanza);
  void quicken();
  void quicken_begun();
  static std::size_t unwritten(const Entry& entry);
  static std::size_t memory(const Entry& entry);
  void rewind(Entry& entry, Steady now);
  void update_congestion();
  bool is_ours(const Outgoing& out) const;

  OutboxSettings settings_;
  std::string ping_head_;
  std::string ping_tail_;
  std::deque<Entry> entries_;
  std::deque<Ping> pings_;
  std::uint64_t first_ = 0;      // number of entries_.front()
  std::size_t cursor_ = 0;       // index of the first entry that is not wholly rendered
  std::size_t slow_ = 0;         // index of the first entry that may be overtaken
  std::size_t quick_bytes_ = 0;  // overtook the entry at slow_
  std::map<std::string, Slow, std::less<>> slow_from_;
  std::multiset<std::string, std::less<>> slow_to_;
  std::size_t unwritten_ = 0;
  std::size_t crowd_ = 0;       // of those, of entries of a crowd
  std::size_t crowd_held_ = 0;  // memory of those of them that are not wholly written
  std::size_t kept_ = 0;
  std::size_t since_ping_ = 0;
  std::uint64_t last_ping_ = 0;
  std::uint64_t stanzas_written_ = 0;
  bool ping_wanted_ = false;
  bool unpinged_ = false;
  bool congested_ = false;
};

}  // namespace stoa::link
