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

const Subscriptions::All& Subscriptions::all() const {
  static const All none;
  return all_.get() ? *all_.get() : none;
}

Subscriptions::Set::const_iterator Subscriptions::locate(const Jid& jid,
                                                         std::string_view subid) const {
  const auto [begin, end] = all().set.equal_range(std::string_view(jid.str()));
  for (auto at = begin; at != end; ++at) {
    if (at->subid == subid) return at;
  }
  return all().set.end();
}

const Subscription* Subscriptions::find(const Jid& jid, std::string_view subid) const {
  const auto at = locate(jid, subid);
  return at == all().set.end() ? nullptr : &*at;
}

std::vector<const Subscription*> Subscriptions::of(const Jid& jid) const {
  std::vector<const Subscription*> found;
  const auto [begin, end] = all().set.equal_range(std::string_view(jid.str()));
  for (auto at = begin; at != end; ++at) found.push_back(&*at);
  return found;
}

std::vector<const Subscription*> Subscriptions::of_entity(const Jid& bare) const {
  std::vector<const Subscription*> found = of(bare);
  const std::string first = bare.str() + "/";  // full JIDs of the entity lie side by side
  for (auto at = all().set.lower_bound(std::string_view(first)); at != all().set.end(); ++at) {
    if (!at->jid.str().starts_with(first)) break;
    found.push_back(&*at);
  }
  return found;
}

void Subscriptions::put(Subscription subscription) {
  remove(subscription.jid, subscription.subid);
  All& all = all_.touch();
  if (const auto when = due(subscription)) all.due.insert(*when);
  if (subscription.digest) all.digests_due.insert(subscription.digest->due);
  if (subscription.missed) ++all.resends;
  if (logs(subscription)) ++all.digests;
  if (subscription.state == SubscriptionState::subscribed) ++all.subscribed;
  all.set.insert(std::move(subscription));
}

void Subscriptions::remove(const Jid& jid, std::string_view subid) {
  const auto at = locate(jid, subid);
  if (at == end()) return;
  All& all = all_.touch();
  if (const auto when = due(*at)) all.due.erase(all.due.find(*when));
  if (at->digest) all.digests_due.erase(all.digests_due.find(at->digest->due));
  if (at->missed) --all.resends;
  if (logs(*at)) --all.digests;
  if (at->state == SubscriptionState::subscribed) --all.subscribed;
  all.set.erase(at);
  if (all.set.empty()) all_.drop();
}

std::optional<Timestamp> Subscriptions::next_due() const {
  if (all().due.empty()) return std::nullopt;
  return *all().due.begin();
}

std::optional<Timestamp> Subscriptions::next_digest() const {
  if (all().digests_due.empty()) return std::nullopt;
  return *all().digests_due.begin();
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
  const std::size_t times = all().due.size() + all().digests_due.size();
  return size() * (sizeof(Subscription) + node + strings) + times * 40;
}

}  // namespace stoa::pubsub
