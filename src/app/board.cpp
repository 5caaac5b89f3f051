#include "app/board.hpp"

#include <fstream>
#include <iterator>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

#include <stoa/dispatch/metrics.hpp>

namespace stoa::app {

namespace {

class Page {
 public:
  /// Begins a metric; its samples follow.
  void metric(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP stoa_{0} {1}\n# TYPE stoa_{0} {2}\n", name,
                   help, type);
  }
  template <class T>
  void sample(std::string_view labels, const T& value) {
    if (labels.empty()) {
      fmt::format_to(std::back_inserter(text_), "stoa_{} {}\n", name_, value);
    } else {
      fmt::format_to(std::back_inserter(text_), "stoa_{}{{{}}} {}\n", name_, labels, value);
    }
  }
  template <class T>
  void one(std::string_view name, std::string_view type, std::string_view help, const T& value) {
    metric(name, type, help);
    sample("", value);
  }
  void raw(std::string_view lines) { text_ += lines; }
  std::string take() { return std::move(text_); }

 private:
  std::string_view name_;
  std::string text_;
};

std::uint64_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  in >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void write_links(Page& page, const Snapshot& now) {
  const auto each = [&](std::string_view name, std::string_view type, std::string_view help,
                        auto value) {
    page.metric(name, type, help);
    for (const LinkState& link : now.links) {
      page.sample(fmt::format("link=\"{}\"", link.domain), value(link));
    }
  };
  each("link_up", "gauge", "Whether the component stream is up.",
       [](const LinkState& link) { return link.up ? 1 : 0; });
  each("link_connects_total", "counter", "Successful handshakes.",
       [](const LinkState& link) { return link.counters.connects; });
  each("link_bytes_in_total", "counter", "Bytes read.",
       [](const LinkState& link) { return link.counters.bytes_in; });
  each("link_bytes_out_total", "counter", "Bytes written.",
       [](const LinkState& link) { return link.counters.bytes_out; });
  each("outbox_bytes", "gauge", "Output that waits, or is kept until proved taken.",
       [](const LinkState& link) { return link.counters.outbox_bytes; });
  each("link_undecodable_total", "counter", "Stanzas without usable addresses.",
       [](const LinkState& link) { return link.counters.undecodable; });
  each("link_dropped_total", "counter",
       "Outputs dropped: too large, of another domain, or outbox full.", [](const LinkState& link) {
         return link.counters.dropped_too_large + link.counters.dropped_full +
                link.counters.dropped_foreign;
       });
}

void write_store(Page& page, const store::Figures& store) {
  page.one("journal_batches_total", "counter", "Transactions committed.", store.batches);
  page.one("journal_units_total", "counter", "Units stored.", store.units);
  page.one("journal_refused_total", "counter", "Units that were not stored.", store.refused);
  page.one("journal_batch_units", "gauge", "Units in the last transaction.",
           store.last_batch_units);
  page.one("commit_seconds_total", "counter", "Time of all transactions.", store.commit_seconds);
  page.one("commit_last_seconds", "gauge", "Time of the last transaction.",
           store.last_commit_seconds);
  page.one("watermark_lag", "gauge", "Units that wait for their commit.", store.waiting_units);
  page.one("journal_waiting_bytes", "gauge", "Bytes that wait for their commit.",
           store.waiting_bytes);
  page.one("database_connects_total", "counter", "Sessions that the journal has opened.",
           store.connects);
  page.one("database_connected", "gauge", "Whether the journal has a session.",
           store.connected ? 1 : 0);
}

void write_kinds(Page& page, const dispatch::Metrics& metrics) {
  constexpr std::string_view kinds[] = {"iq", "message", "presence"};
  page.metric("stanzas_in_total", "counter", "Stanzas that came in.");
  for (std::size_t i = 0; i < metrics.kinds; ++i) {
    page.sample(fmt::format("kind=\"{}\"", kinds[i]), metrics.stanzas_in[i].load());
  }
  page.metric("stanzas_out_total", "counter", "Stanzas released, each copy of a broadcast.");
  for (std::size_t i = 0; i < metrics.kinds; ++i) {
    page.sample(fmt::format("kind=\"{}\"", kinds[i]), metrics.stanzas_out[i].load());
  }
  page.metric("errors_total", "counter", "Refusals sent.");
  for (std::size_t i = 0; i < metrics.conditions; ++i) {
    page.sample(fmt::format("condition=\"{}\"", token(static_cast<Condition>(i))),
                metrics.errors[i].load());
  }
}

void write_decide_time(Page& page, const dispatch::Metrics& metrics) {
  page.metric("decide_seconds", "histogram", "Time to decide one request.");
  std::uint64_t count = 0;
  std::string lines;
  for (std::size_t i = 0; i < metrics.decided.size(); ++i) {
    count += metrics.decided[i].load();
    const std::string bound =
        i < metrics.decide_bounds.size()
            ? fmt::format("{}", static_cast<double>(metrics.decide_bounds[i]) / 1e6)
            : "+Inf";
    lines += fmt::format("stoa_decide_seconds_bucket{{le=\"{}\"}} {}\n", bound, count);
  }
  lines += fmt::format("stoa_decide_seconds_sum {}\nstoa_decide_seconds_count {}\n",
                       static_cast<double>(metrics.decide_nanoseconds.load()) / 1e9, count);
  page.raw(lines);
}

void write_dispatch(Page& page, const dispatch::Metrics& metrics) {
  write_kinds(page, metrics);
  write_decide_time(page, metrics);
  page.one("dropped_total", "counter", "Stanzas for nobody.", metrics.dropped.load());
  page.one("rate_limited_total", "counter", "Requests above the rate.",
           metrics.rate_limited.load());
  page.one("loads_total", "counter", "Rooms and nodes loaded.", metrics.loads.load());
  page.one("evictions_total", "counter", "Rooms and nodes dropped from memory.",
           metrics.evictions.load());
  page.one("lookups_total", "counter", "Look-ups given to the database.", metrics.lookups.load());
  page.one("undone_total", "counter", "Units taken back.", metrics.undone.load());
  page.one("held_outputs", "gauge", "Outputs that wait for a commit.", metrics.held_outputs.load());
  page.one("units_open", "gauge", "Changes that are not stored yet.", metrics.units_open.load());
  page.one("steps_open", "gauge", "Look-ups and postponed steps that are not done.",
           metrics.steps_open.load());
  page.one("occupants", "gauge", "Sessions in the rooms in memory.", metrics.population.load());
  page.one("entity_bytes", "gauge", "Memory of rooms and nodes, roughly.",
           metrics.entity_bytes.load());
}

void write_entities(Page& page, const Snapshot& snapshot) {
  page.metric("rooms", "gauge", "Rooms in memory.");
  for (const EntityCount& count : snapshot.entities) {
    if (count.service != "muc") continue;
    page.sample(fmt::format("domain=\"{}\"", count.domain), count.loaded);
  }
  page.metric("nodes", "gauge", "Nodes in memory; pep: those of users.");
  for (const EntityCount& count : snapshot.entities) {
    if (count.service == "muc") continue;
    page.sample(fmt::format("domain=\"{}\",service=\"{}\"", count.domain, count.service),
                count.loaded);
  }
}

}  // namespace

std::string Snapshot::missing() const {
  std::string text;
  if (!composed || !store.connected || store.away) text += "the database is not writable\n";
  for (const LinkState& link : links) {
    if (!link.up) text += "the link of " + link.domain + " is not up\n";
  }
  return text;
}

std::string prometheus(const Snapshot& snapshot, const dispatch::Metrics* metrics) {
  Page page;
  page.one("ready", "gauge", "Whether every link is up and the database writable.",
           snapshot.missing().empty() ? 1 : 0);
  page.one("resident_bytes", "gauge", "Resident memory of the process.", resident_bytes());
  write_links(page, snapshot);
  write_store(page, snapshot.store);
  write_entities(page, snapshot);
  if (metrics != nullptr) write_dispatch(page, *metrics);
  return page.take();
}

}  // namespace stoa::app
