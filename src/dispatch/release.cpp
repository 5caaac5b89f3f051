#include <algorithm>
#include <utility>

#include <stoa/dispatch/release.hpp>

namespace stoa::dispatch {

Release::Release(Metrics& metrics, std::uint64_t last_seq)
    : metrics_(metrics), last_seq_(last_seq), watermark_(last_seq) {}

void Release::put(Outlet& outlet, Outgoing outgoing, std::uint64_t after, Owner owner) {
  if (outgoing.divisible() && outgoing.count() == 0) return;
  if (passed(after)) {
    send(outlet, std::move(outgoing), watermark_);
    return;
  }
  const std::size_t bytes = outgoing.bytes();
  held_[after].push_back({owner, &outlet, std::move(outgoing), bytes});
  held_bytes_ += bytes;
  Metrics::set(metrics_.held_outputs, ++held_count_);
}

void Release::cancel(Owner owner) {
  for (auto& [after, outputs] : held_) {
    std::erase_if(outputs, [&](const Held& held) {
      if (held.owner == owner) let_go(held);
      return held.owner == owner;
    });
  }
}

void Release::free(Owner owner) {
  for (auto& [after, outputs] : held_) {
    for (Held& held : outputs) {
      if (held.owner == owner) send(*held.outlet, std::move(held.outgoing), watermark_);
    }
  }
  cancel(owner);
}

void Release::committed(std::uint64_t watermark) {
  if (watermark <= watermark_) return;
  const std::uint64_t before = watermark_;
  watermark_ = watermark;
  Metrics::set(metrics_.units_open, last_seq_ - std::min(watermark_, last_seq_));
  const auto end = held_.upper_bound(watermark);
  std::vector<Held> due;
  for (auto it = held_.begin(); it != end; ++it) {
    std::move(it->second.begin(), it->second.end(), std::back_inserter(due));
  }
  held_.erase(held_.begin(), end);
  for (const Held& held : due) let_go(held);

  // Only with the last output of an outlet is everything up to the watermark out.
  std::map<Outlet*, std::size_t> last;
  for (std::size_t i = 0; i < due.size(); ++i) last[due[i].outlet] = i;
  for (std::size_t i = 0; i < due.size(); ++i) {
    Outlet& outlet = *due[i].outlet;
    send(outlet, std::move(due[i].outgoing), last[&outlet] == i ? watermark : before);
  }
  while (!to_be_given_.empty() && passed(to_be_given_.begin()->first)) {
    Outlet& outlet = *to_be_given_.begin()->second;
    to_be_given_.erase(to_be_given_.begin());
    give_marks(outlet, 0);
  }
}

void Release::give_marks(Outlet& outlet, std::uint64_t after) {
  if (!passed(after)) {
    to_be_given_.emplace(after, &outlet);
    return;
  }
  const auto it = withheld_.find(&outlet);
  if (it == withheld_.end() || --it->second.times > 0) return;
  const bool sent = it->second.sent;
  withheld_.erase(it);
  if (!sent) return;
  Outgoing nothing;
  nothing.stanzas = 0;
  outlet.send(std::move(nothing), watermark_);
}

void Release::send(Outlet& outlet, Outgoing outgoing, std::uint64_t mark) {
  metrics_.count_out(outgoing);
  if (!withheld_.empty()) {
    const auto it = withheld_.find(&outlet);
    if (it != withheld_.end()) {
      it->second.sent = true;
      mark = 0;
    }
  }
  outlet.send(std::move(outgoing), mark);
}

void Release::let_go(const Held& held) {
  held_bytes_ -= held.bytes;
  Metrics::set(metrics_.held_outputs, --held_count_);
}

}  // namespace stoa::dispatch
