#include <stoa/dispatch/metrics.hpp>

namespace stoa::dispatch {

void Metrics::count_out(const Outgoing& outgoing) {
  StanzaKind kind = StanzaKind::message;
  const std::string_view start = outgoing.start();
  if (start.starts_with("<p")) kind = StanzaKind::presence;
  if (start.starts_with("<i")) kind = StanzaKind::iq;
  add(stanzas_out[static_cast<std::size_t>(kind)], outgoing.count());
}

void Metrics::count_decide(std::uint64_t nanoseconds) {
  std::size_t bucket = 0;
  while (bucket < decide_bounds.size() && nanoseconds > decide_bounds[bucket] * 1000) ++bucket;
  add(decided[bucket]);
  add(decide_nanoseconds, nanoseconds);
}

}  // namespace stoa::dispatch
