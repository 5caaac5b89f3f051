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

std::size_t memory(const Outgoing& out) {
  return sizeof(Outgoing) + out.head.size() + out.middle.size() + out.tail.size();
}

char* put(char* at, std::string_view bytes) {
  std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

bool is_stale_when_old(const Outgoing& out) {
  return out.redelivery == Redelivery::drop || out.head.starts_with("<iq");
}

/// A large broadcast, or a large piece of a list for one addressee (who is in a room).
bool is_bulk(const Outgoing& out) {
  if (out.recipients) return out.bytes() >= turn_bytes;
  return out.stanzas > 1 && out.redelivery == Redelivery::drop && out.head.size() >= turn_bytes;
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

void forget(Outgoing& out) {
  out = Outgoing();
  out.stanzas = 0;
}

}  // namespace

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
  assert(is_ours(out));
  Taken taken = Taken::yes;
  if (out.largest_stanza() > settings_.stanza_bytes) {
    taken = Taken::too_large;
  } else if (bytes() > settings_.capacity) {
    taken = Taken::full;
  }
  if (taken != Taken::yes) {
    if (mark == 0) return taken;
    forget(out);
  }
  unwritten_ += out.bytes();
  append({std::move(out), mark, now});
  update_congestion();
  return taken;
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
  Ends ends{std::string(bare(attribute(entry.out.head, " from='"))),
            entry.out.recipients ? std::string() : std::string(attribute(entry.out.head, " to='"))};
  if (is_bulk(entry.out) || entry.out.count() == 0 || !overtakes(ends)) {
    slow_from_.insert(ends.from);
    slow_to_.insert(ends.to);
    entry.slow = std::make_unique<Ends>(std::move(ends));
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
    forget(marked.out);
    entries_.push_back(std::move(marked));
  }
  if (mark > 0) entries_.back().mark = mark;
  if (quick_bytes_ > turn_bytes) quicken();
}

bool Outbox::overtakes(const Ends& ends) const {
  return !slow_from_.contains(ends.from) && (ends.to.empty() || !slow_to_.contains(ends.to));
}

/// The first of those that may be overtaken no longer may.
void Outbox::quicken() {
  Entry& entry = entries_[slow_++];
  quick_bytes_ = 0;
  if (!entry.slow) return;
  slow_from_.erase(slow_from_.find(entry.slow->from));
  slow_to_.erase(slow_to_.find(entry.slow->to));
  entry.slow = nullptr;
}

void Outbox::quicken_begun() {
  const auto begun = [this] {
    return slow_ < entries_.size() &&
           (slow_ < cursor_ || (slow_ == cursor_ && entries_[slow_].next > 0));
  };
  while (begun()) quicken();
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
  return entry.out.recipients ? render_copies(entry, chunk) : render_head(entry, chunk);
}

Outbox::Room Outbox::render_copies(Entry& entry, Chunk& chunk) {
  const RecipientSet& to = *entry.out.recipients;
  const std::string_view head = entry.out.head;
  const std::string_view middle = entry.out.middle;
  const std::string_view tail = entry.out.tail;
  const std::size_t fixed = head.size() + middle.size() + tail.size();
  while (entry.next < to.size()) {
    if (append_due_ping(chunk) == Room::none) return Room::none;
    const std::size_t quota = settings_.ping_every - since_ping_;
    const std::size_t first = entry.next;
    const std::size_t last = std::min(to.size(), first + quota);
    const char* const limit = chunk.end() + chunk.room();
    char* at = chunk.end();
    std::size_t i = first;
    for (; i < last; ++i) {
      const std::string_view jid = to.jid(i);
      const std::string_view tag = to.tag(i);
      if (static_cast<std::size_t>(limit - at) < fixed + jid.size() + tag.size()) break;
      at = put(put(put(put(put(at, head), jid), middle), tag), tail);
    }
    const auto bytes = static_cast<std::size_t>(at - chunk.end());
    chunk.advance(bytes);
    unwritten_ -= bytes;
    entry.next = i;
    since_ping_ += i - first;
    stanzas_written_ += i - first;
    unpinged_ = unpinged_ || i > first;
    if (i < last) return Room::none;
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
  if (entry.out.redelivery == Redelivery::keep) {
    kept_ += memory(entry.out);
  } else {
    forget(entry.out);
    entry.out.redelivery = Redelivery::drop;
  }
}

bool Outbox::mid_stanza() const {
  return cursor_ < entries_.size() && !entries_[cursor_].out.recipients &&
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
    if (entry.out.redelivery == Redelivery::keep) kept_ -= memory(entry.out);
    entries_.pop_front();
  }
  if (!entries_.empty() && entries_.front().out.recipients) {
    entries_.front().proved = std::max(entries_.front().proved, proof->recipients);
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
  kept_ = 0;
  for (Entry& entry : entries_) rewind(entry, now);
  cursor_ = 0;
  update_congestion();
}

void Outbox::rewind(Entry& entry, Steady now) {
  Outgoing& out = entry.out;
  const bool torn = out.redelivery == Redelivery::drop && !out.recipients && entry.next > 0;
  if (torn || (is_stale_when_old(out) && now - entry.since > settings_.reply_age)) forget(out);
  if (out.redelivery == Redelivery::keep) entry.next = entry.proved;
  if (!out.recipients) entry.next = 0;
  unwritten_ += out.bytes();
  for (std::size_t i = 0; out.recipients && i < entry.next; ++i) {
    unwritten_ -= out.head.size() + out.middle.size() + out.tail.size() +
                  out.recipients->jid(i).size() + out.recipients->tag(i).size();
  }
}

void Outbox::update_congestion() {
  congested_ = bytes() > (congested_ ? settings_.low_water : settings_.high_water);
}

bool Outbox::is_ours(const Outgoing& out) const {
  if (out.count() == 0) return true;
  const std::string start = out.head + out.middle + out.tail;
  const std::size_t from = start.find(" from='");
  if (from == std::string::npos) return false;
  const std::size_t begin = from + 7;
  std::string_view jid = std::string_view(start).substr(begin, start.find('\'', begin) - begin);
  jid = jid.substr(0, jid.find('/'));
  const std::size_t at = jid.find('@');
  return (at == std::string_view::npos ? jid : jid.substr(at + 1)) == settings_.domain;
}

}  // namespace stoa::link
