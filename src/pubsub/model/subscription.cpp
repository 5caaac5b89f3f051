#include <charconv>

#include <stoa/pubsub/model/subscription.hpp>

namespace stoa::pubsub {

namespace {

std::optional<Timestamp> due(const Subscription& subscription) {
  std::optional<Timestamp> first = subscription.expires;
  const auto consider = [&first](Timestamp when) { first = first ? std::min(*first, when) : when; };
  if (subscription.announce) consider(*subscription.announce);
  if (subscription.missed) consider(subscription.missed->due);
  return first;
}

bool logs(const Subscription& subscription) {
  return subscription.options.digest || subscription.digest;
}

}  // namespace

Subscriptions::Set::const_iterator Subscriptions::locate(const Jid& jid,
                                                         std::string_view subid) const {
  const auto [begin, end] = set_.equal_range(std::string_view(jid.str()));
  for (auto at = begin; at != end; ++at) {
    if (at->subid == subid) return at;
  }
  return set_.end();
}

const Subscription* Subscriptions::find(const Jid& jid, std::string_view subid) const {
  const auto at = locate(jid, subid);
  return at == set_.end() ? nullptr : &*at;
}

std::vector<const Subscription*> Subscriptions::of(const Jid& jid) const {
  std::vector<const Subscription*> found;
  const auto [begin, end] = set_.equal_range(std::string_view(jid.str()));
  for (auto at = begin; at != end; ++at) found.push_back(&*at);
  return found;
}

std::vector<const Subscription*> Subscriptions::of_entity(const Jid& bare) const {
  std::vector<const Subscription*> found = of(bare);
  const std::string first = bare.str() + "/";  // full JIDs of the entity lie side by side
  for (auto at = set_.lower_bound(std::string_view(first)); at != set_.end(); ++at) {
    if (!at->jid.str().starts_with(first)) break;
    found.push_back(&*at);
  }
  return found;
}

void Subscriptions::put(Subscription subscription) {
  remove(subscription.jid, subscription.subid);
  if (const auto when = due(subscription)) due_.insert(*when);
  if (subscription.digest) digests_due_.insert(subscription.digest->due);
  if (subscription.missed) ++resends_;
  if (logs(subscription)) ++digests_;
  set_.insert(std::move(subscription));
}

void Subscriptions::remove(const Jid& jid, std::string_view subid) {
  const auto at = locate(jid, subid);
  if (at == set_.end()) return;
  if (const auto when = due(*at)) due_.erase(due_.find(*when));
  if (at->digest) digests_due_.erase(digests_due_.find(at->digest->due));
  if (at->missed) --resends_;
  if (logs(*at)) --digests_;
  set_.erase(at);
}

std::optional<Timestamp> Subscriptions::next_due() const {
  if (due_.empty()) return std::nullopt;
  return *due_.begin();
}

std::optional<Timestamp> Subscriptions::next_digest() const {
  if (digests_due_.empty()) return std::nullopt;
  return *digests_due_.begin();
}

std::string stored_text(const Missed& missed) {
  std::string text;
  for (const std::uint64_t seq : missed.seqs) {
    if (!text.empty()) text += ' ';
    text += std::to_string(seq);
  }
  return text;
}

std::optional<std::vector<std::uint64_t>> missed_of(std::string_view text) {
  std::vector<std::uint64_t> seqs;
  while (!text.empty()) {
    std::uint64_t seq = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seq);
    if (fault != std::errc()) return std::nullopt;
    seqs.push_back(seq);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty() && text.front() != ' ') return std::nullopt;
    if (!text.empty()) text.remove_prefix(1);
  }
  return seqs;
}

std::size_t Subscriptions::footprint() const {
  constexpr std::size_t node = 32;     // of the tree
  constexpr std::size_t strings = 40;  // what a usual JID has outside of its object
  return set_.size() * (sizeof(Subscription) + node + strings) +
         (due_.size() + digests_due_.size()) * 40;
}

}  // namespace stoa::pubsub
