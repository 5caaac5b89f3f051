#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>
#include <utility>

#include <stoa/link/outbox.hpp>
#include <stoa/xml/write.hpp>

namespace stoa::link {

namespace {

/// So much may overtake a piece of a list.
constexpr std::size_t turn_bytes = 128 * 1024;

/// So many addressees of a small broadcast, and so many crowds, are compared one by one.
constexpr std::size_t few = 16;

char* put(char* at, std::string_view bytes) {
  std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

struct Range {
  std::size_t first;
  std::size_t last;  // without it
};

/// Writes copies of a broadcast as long as whole ones fit. Leaves `at` behind them; the first one
/// that was not written.
std::size_t write_copies(const Outgoing& out, Range range, char*& at, const char* limit) {
  const RecipientSet& to = *out.recipients;
  const std::string_view head = out.head;
  const std::string_view middle = out.middle;
  const std::string_view tail = out.tail;
  const std::size_t fixed = head.size() + middle.size() + tail.size();
  std::size_t i = range.first;
  char* end = at;
  for (; i < range.last; ++i) {
    const std::string_view jid = to.jid(i);
    const std::string_view tag = to.tag(i);
    if (static_cast<std::size_t>(limit - end) < fixed + jid.size() + tag.size()) break;
    end = put(put(put(put(put(end, head), jid), middle), tag), tail);
  }
  at = end;
  return i;
}

bool is_stale_when_old(const Outgoing& out) {
  return out.redelivery == Redelivery::drop || out.head.starts_with("<iq");
}

/// A broadcast to a crowd, or the list of a crowd for one addressee.
bool is_bulk(const Outgoing& out) {
  return out.divisible() && out.bytes() >= turn_bytes;
}

/// The value of an attribute in the first tag, empty where it ends before one.
std::string_view attribute(std::string_view head, std::string_view name) {
  const std::size_t at = head.find(name);
  if (at == std::string_view::npos) return {};
  head.remove_prefix(at + name.size());
  const std::size_t end = head.find('\'');
  return end == std::string_view::npos ? std::string_view() : head.substr(0, end);
}

std::string_view bare(std::string_view jid) {
  return jid.substr(0, jid.find('/'));
}

void say_nothing(Outgoing& out) {
  out = Outgoing();
  out.stanzas = 0;
}

}  // namespace

void Outbox::forget(Entry& entry) {
  say_nothing(entry.out);
  entry.whole = nullptr;
  entry.crowd = false;
  entry.next = entry.begin = entry.end = entry.proved = 0;
}

void Chunk::append(std::string_view bytes) {
  assert(bytes.size() <= room());
  put(end(), bytes);
  advance(bytes.size());
}

Outbox::Outbox(OutboxSettings settings) : settings_(std::move(settings)) {
  ping_head_ = "<iq type='get'";
  xml::append_attribute(ping_head_, "from", settings_.domain);
  xml::append_attribute(ping_head_, "to", settings_.server);
  ping_head_ += " id='" + settings_.token;
  ping_tail_ = "'><ping xmlns='urn:xmpp:ping'/></iq>";
}

Outbox::Taken Outbox::send(Outgoing out, std::uint64_t mark, Steady now) {
  Taken taken = Taken::yes;
  if (!is_ours(out)) {
    taken = Taken::foreign;
  } else if (out.largest_stanza() > settings_.stanza_bytes) {
    taken = Taken::too_large;
  } else if (held() > settings_.capacity) {
    taken = Taken::full;
  }
  if (taken != Taken::yes) {
    if (mark == 0) return taken;
    say_nothing(out);
  }
  Entry entry{std::move(out), mark, now};
  entry.end = entry.out.divisible() ? entry.out.count() : 0;
  entry.crowd = is_bulk(entry.out);
  unwritten_ += unwritten(entry);
  if (entry.crowd) {
    crowd_ += unwritten(entry);
    crowd_held_ += memory(entry);
  }
  append(std::move(entry));
  update_congestion();
  return taken;
}

/// Bytes that are still to be written.
std::size_t Outbox::unwritten(const Entry& entry) {
  const Outgoing& out = entry.said();
  return out.divisible() ? out.bytes(entry.next, entry.end) : out.head.size() - entry.next;
}

/// The parts of what was split hold it together; the last one stands for that.
std::size_t Outbox::memory(const Entry& entry) {
  const Outgoing& out = entry.said();
  if (entry.whole && entry.end < out.count()) return sizeof(Entry);
  return sizeof(Entry) + out.head.size() + out.middle.size() + out.tail.size();
}

/// Bulk output waits behind what it has nothing to do with; but for as many bytes only as one piece
/// of it has, roughly, so that both go on.
void Outbox::append(Entry entry) {
  quicken_begun();
  const bool alone = slow_ == entries_.size();
  if (alone && !is_bulk(entry.out)) {
    entries_.push_back(std::move(entry));
    ++slow_;
    return;
  }
  Ends ends = ends_of(entry.out);
  if (is_bulk(entry.out) || entry.out.count() == 0 || !overtakes(ends)) {
    slow_down(entry, std::move(ends));
    entries_.push_back(std::move(entry));
    return;
  }
  // Its mark says that everything sent before it is out, so that stays behind.
  const std::uint64_t mark = std::exchange(entry.mark, 0);
  quick_bytes_ += entry.out.bytes();
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(slow_), std::move(entry));
  ++slow_;
  if (mark > 0 && entries_.back().out.count() > 0) {
    Entry marked{{}, 0, entries_.back().since};
    say_nothing(marked.out);
    entries_.push_back(std::move(marked));
  }
  if (mark > 0) entries_.back().mark = mark;
  if (quick_bytes_ > turn_bytes) quicken();
}

Outbox::Ends Outbox::ends_of(const Outgoing& out) {
  Ends ends;
  ends.from = bare(attribute(out.start(), " from='"));
  ends.all = out.recipients;
  if (out.listing) {
    ends.to = out.listing->to();
    ends.list = is_bulk(out);
  } else if (!out.recipients) {
    ends.to = attribute(out.head, " to='");
  }
  return ends;
}

bool Outbox::overtakes(const Ends& ends) const {
  if (!ends.to.empty() && slow_to_.contains(ends.to)) return false;
  const auto known = slow_from_.find(ends.from);
  if (known == slow_from_.end()) return true;
  const Slow& slow = known->second;
  if (slow.closed > 0 || slow.sets.size() > few) return false;
  const auto waits = [&](std::string_view to) {
    return slow.to.contains(to) || std::any_of(slow.sets.begin(), slow.sets.end(),
                                               [&](auto& set) { return set.first->addresses(to); });
  };
  if (!ends.all) return !waits(bare(ends.to));
  if (ends.all->size() > few) return false;
  for (std::size_t i = 0; i < ends.all->size(); ++i) {
    if (waits(bare(ends.all->jid(i)))) return false;
  }
  return true;
}

void Outbox::slow_down(Entry& entry, Ends ends) {
  Slow& slow = slow_from_[ends.from];
  ++slow.entries;
  if (ends.closed()) {
    ++slow.closed;
  } else if (ends.all) {
    ++slow.sets[ends.all.get()];
  } else {
    slow.to.emplace(bare(ends.to));
  }
  slow_to_.insert(ends.to);
  entry.slow = std::make_unique<Ends>(std::move(ends));
}

/// What is divisible becomes two: one up to that stanza, and one from there on, which takes with it
/// that it may be overtaken.
void Outbox::split(std::size_t index, std::size_t stanza) {
  Entry& first = entries_[index];
  if (first.crowd) crowd_held_ += sizeof(Entry);
  if (!first.whole) first.whole = std::make_shared<const Outgoing>(std::move(first.out));
  first.out = Outgoing();
  first.out.redelivery = first.whole->redelivery;
  Entry rest{first.out, std::exchange(first.mark, 0), first.since};
  rest.next = rest.begin = rest.proved = stanza;
  rest.end = std::exchange(first.end, stanza);
  rest.crowd = first.crowd;
  rest.slow = std::move(first.slow);
  rest.whole = first.whole;
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(rest));
}

/// The first of those that may be overtaken no longer may; of what is for, or shows, a crowd, a
/// piece.
void Outbox::quicken() {
  const auto piece = [](const Entry& entry) {
    return std::max<std::size_t>(1, (entry.end - entry.next) * turn_bytes / unwritten(entry));
  };
  if (entries_[slow_].crowd && unwritten(entries_[slow_]) > turn_bytes) {
    split(slow_, entries_[slow_].next + piece(entries_[slow_]));
  }
  Entry& entry = entries_[slow_++];
  quick_bytes_ = 0;
  if (!entry.slow) return;
  const Ends& ends = *entry.slow;
  const auto known = slow_from_.find(ends.from);
  Slow& slow = known->second;
  if (ends.closed()) {
    --slow.closed;
  } else if (ends.all) {
    if (--slow.sets[ends.all.get()] == 0) slow.sets.erase(ends.all.get());
  } else {
    slow.to.erase(slow.to.find(bare(ends.to)));
  }
  if (--slow.entries == 0) slow_from_.erase(known);
  slow_to_.erase(slow_to_.find(ends.to));
  entry.slow = nullptr;
}

/// What is on its way cannot be overtaken; the rest of what is divisible still can.
void Outbox::quicken_begun() {
  const auto begun = [this] {
    return slow_ < entries_.size() &&
           (slow_ < cursor_ || (slow_ == cursor_ && entries_[slow_].next > entries_[slow_].begin));
  };
  while (begun()) {
    const Entry& entry = entries_[slow_];
    if (entry.crowd && entry.next < entry.end) {
      split(slow_, entry.next);
      ++slow_;
    } else {
      quicken();
    }
  }
}

void Outbox::fill(Chunk& chunk) {
  while (cursor_ < entries_.size()) {
    if (append_due_ping(chunk) == Room::none) break;
    if (render(entries_[cursor_], chunk) == Room::none) break;
    finish(entries_[cursor_]);
  }
  if (cursor_ == entries_.size()) append_due_ping(chunk);
  update_congestion();
}

Outbox::Room Outbox::render(Entry& entry, Chunk& chunk) {
  return entry.said().divisible() ? render_each(entry, chunk) : render_head(entry, chunk);
}

Outbox::Room Outbox::render_each(Entry& entry, Chunk& chunk) {
  const Outgoing& out = entry.said();
  while (entry.next < entry.end) {
    if (append_due_ping(chunk) == Room::none) return Room::none;
    const std::size_t first = entry.next;
    const std::size_t last = std::min(entry.end, first + settings_.ping_every - since_ping_);
    const char* const limit = chunk.end() + chunk.room();
    char* at = chunk.end();
    entry.next = out.listing ? out.listing->write(first, last, at, limit)
                             : write_copies(out, {first, last}, at, limit);
    const auto bytes = static_cast<std::size_t>(at - chunk.end());
    chunk.advance(bytes);
    unwritten_ -= bytes;
    if (entry.crowd) crowd_ -= bytes;
    const std::size_t written = entry.next - first;
    since_ping_ += written;
    stanzas_written_ += written;
    unpinged_ = unpinged_ || written > 0;
    if (entry.next < last) return Room::none;
  }
  return Room::enough;
}

Outbox::Room Outbox::render_head(Entry& entry, Chunk& chunk) {
  const std::string_view rest = std::string_view(entry.out.head).substr(entry.next);
  const std::string_view part = rest.substr(0, chunk.room());
  chunk.append(part);
  unwritten_ -= part.size();
  entry.next += part.size();
  if (part.size() < rest.size()) return Room::none;
  since_ping_ += entry.out.stanzas;
  stanzas_written_ += entry.out.stanzas;
  return Room::enough;
}

void Outbox::finish(Entry& entry) {
  unpinged_ = true;
  ++cursor_;
  if (entry.crowd) crowd_held_ -= memory(entry);
  if (entry.said().redelivery == Redelivery::keep) {
    kept_ += memory(entry);
  } else {
    forget(entry);
    entry.out.redelivery = Redelivery::drop;
  }
}

bool Outbox::mid_stanza() const {
  return cursor_ < entries_.size() && !entries_[cursor_].said().divisible() &&
         entries_[cursor_].next > 0;
}

Outbox::Room Outbox::append_due_ping(Chunk& chunk) {
  const bool wanted = ping_wanted_ && cursor_ == entries_.size();
  const bool due = !mid_stanza() && since_ping_ >= settings_.ping_every;
  return wanted || due ? append_ping(chunk) : Room::enough;
}

Outbox::Room Outbox::append_ping(Chunk& chunk) {
  const std::string number = std::to_string(last_ping_ + 1);
  if (chunk.room() < ping_head_.size() + number.size() + ping_tail_.size()) return Room::none;
  chunk.append(ping_head_);
  chunk.append(number);
  chunk.append(ping_tail_);
  const bool inside = cursor_ < entries_.size();
  pings_.push_back({++last_ping_, first_ + cursor_, inside ? entries_[cursor_].next : 0});
  ping_wanted_ = false;
  unpinged_ = false;
  since_ping_ = 0;
  return Room::enough;
}

bool Outbox::is_ping_id(std::string_view id) const {
  return id.starts_with(settings_.token);
}

std::uint64_t Outbox::prove(std::string_view id) {
  id.remove_prefix(std::min(id.size(), settings_.token.size()));
  std::uint64_t number = 0;
  const auto read = std::from_chars(id.data(), id.data() + id.size(), number);
  if (read.ec != std::errc() || number > last_ping_) return 0;
  std::optional<Ping> proof;
  while (!pings_.empty() && pings_.front().number <= number) {
    proof = pings_.front();
    pings_.pop_front();
  }
  if (!proof) return 0;
  std::uint64_t mark = 0;
  quicken_begun();
  for (; first_ < proof->entry; ++first_, --cursor_, --slow_) {
    const Entry& entry = entries_.front();
    mark = std::max(mark, entry.mark);
    if (entry.said().redelivery == Redelivery::keep) kept_ -= memory(entry);
    entries_.pop_front();
  }
  if (!entries_.empty() && entries_.front().said().divisible()) {
    entries_.front().proved = std::max(entries_.front().proved, proof->stanzas);
  }
  update_congestion();
  return mark;
}

void Outbox::rewind(Steady now) {
  quicken_begun();
  pings_.clear();
  ping_wanted_ = false;
  unpinged_ = false;
  since_ping_ = 0;
  unwritten_ = 0;
  crowd_ = 0;
  crowd_held_ = 0;
  kept_ = 0;
  for (Entry& entry : entries_) rewind(entry, now);
  cursor_ = 0;
  update_congestion();
}

void Outbox::rewind(Entry& entry, Steady now) {
  const Outgoing& out = entry.said();
  const bool torn = out.redelivery == Redelivery::drop && !out.divisible() && entry.next > 0;
  if (torn || (is_stale_when_old(out) && now - entry.since > settings_.reply_age)) forget(entry);
  const Outgoing& left = entry.said();
  if (!left.divisible()) {
    entry.next = 0;
  } else if (left.redelivery == Redelivery::keep) {
    entry.next = entry.proved;
  }
  unwritten_ += unwritten(entry);
  if (!entry.crowd) return;
  crowd_ += unwritten(entry);
  crowd_held_ += memory(entry);
}

void Outbox::update_congestion() {
  congested_ = load() > (congested_ ? settings_.low_water : settings_.high_water);
}

bool Outbox::is_ours(const Outgoing& out) const {
  if (out.count() == 0) return true;
  constexpr std::string_view attribute = " from='";
  std::string_view jid;
  for (const std::string_view part : {out.start(), std::string_view(out.middle)}) {
    const std::string_view tag = part.substr(0, part.find('>'));  // in values it is escaped
    const std::size_t from = tag.find(attribute);
    if (from == std::string_view::npos) continue;
    jid = tag.substr(from + attribute.size());
    break;
  }
  jid = jid.substr(0, jid.find_first_of("'/"));
  const std::size_t at = jid.find('@');
  return (at == std::string_view::npos ? jid : jid.substr(at + 1)) == settings_.domain;
}

}  // namespace stoa::link
