#include "pubsub/engine/resend.hpp"

#include <algorithm>
#include <set>

namespace stoa::pubsub {

namespace {

constexpr std::size_t most_missed = 32;      ///< of one subscription; later ones do not go again
constexpr std::size_t fetched_at_once = 16;  ///< publications, whose payloads may be large
constexpr std::size_t sent_at_once = 500;    ///< subscriptions in one step

/// The subscriptions whose time has come, as far as one step deals with them, and what they missed.
struct Round {
  std::vector<const Subscription*> due = {};
  std::set<std::uint64_t> seqs = {};
};

Round round_of(const Scene& scene) {
  Round round;
  for (const Subscription& held : scene.state.subscriptions) {
    if (!held.missed || held.missed->due > scene.now()) continue;
    std::set<std::uint64_t> with = round.seqs;
    with.insert(held.missed->seqs.begin(), held.missed->seqs.end());
    const bool full = with.size() > std::max(fetched_at_once, held.missed->seqs.size());
    if (full && !round.due.empty()) continue;
    round.seqs = std::move(with);
    round.due.push_back(&held);
    if (round.due.size() == sent_at_once) break;
  }
  return round;
}

bool still_gets(const Scene& scene, const Subscription& held, const Item& item) {
  const auto& seqs = held.missed->seqs;
  if (std::find(seqs.begin(), seqs.end(), item.meta.seq) == seqs.end()) return false;
  const auto until = expired_until(scene.config(), scene.now());
  if (until && item.meta.published <= *until) return false;
  return Sieve(item, shows_publishers(scene.config())).passes(held.options.filter);
}

}  // namespace

void note_missed(const Scene& scene, const action::Bounce& bounce, Subscription& after) {
  const auto& [first, count] = bounce.about;
  const std::uint64_t next = scene.state.next_seq;
  const bool known = count > 0 && first > 0 && first < next && count <= next - first;
  const bool wanted = bounce.type == ErrorType::wait && after.listens() && !after.options.digest &&
                      scene.settings.resend_after > Duration::zero();
  if (!known || !wanted) return;
  Missed missed;
  if (after.missed) missed = *after.missed;
  if (missed.seqs.empty()) missed.due = scene.now() + scene.settings.resend_after;
  std::set<std::uint64_t> seqs(missed.seqs.begin(), missed.seqs.end());
  for (std::uint64_t i = 0; i < count && seqs.size() < most_missed; ++i) seqs.insert(first + i);
  missed.seqs.assign(seqs.begin(), seqs.end());
  after.missed = std::move(missed);
}

bool may_resend(const Scene& scene) {
  const auto due = scene.state.subscriptions.next_due();
  return scene.state.subscriptions.resends() > 0 && due && *due <= scene.now();
}

std::optional<Verdict> resend(const Scene& scene, Done& step) {
  if (!may_resend(scene)) return std::nullopt;
  const Round round = round_of(scene);
  if (round.due.empty()) return std::nullopt;
  const std::vector<std::uint64_t> seqs(round.seqs.begin(), round.seqs.end());
  const auto& known = scene.state.found().republished;
  if (!known || known->asked != seqs) return Verdict(Lacks<Need>{need::Published{seqs}});
  for (const Subscription* held : round.due) {
    Subscription after = *held;
    after.missed = {};
    step.changes.push_back(change::SubscriptionSet{scene.state.number, *held, after});
    const bool hears = held->listens() && scene.config().deliver_notifications &&
                       scene.state.hears_now(*held, scene.context.presences) &&
                       may_read(scene.state, scene.settings, held->jid.bare());
    if (!hears) continue;
    for (const Item& item : known->items) {
      if (!still_gets(scene, *held, item)) continue;
      step.outbound.push_back(
          say::LastItem{scene.token(), held->jid, held->subid, item, held->jid});
    }
  }
  return std::nullopt;
}

}  // namespace stoa::pubsub
