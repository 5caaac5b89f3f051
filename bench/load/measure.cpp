#include "measure.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace bench {

namespace {

double percentile(std::vector<double>& sorted, double p) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size() - 1))] * 1000;
}

/// Ids are "q" and the number of the request, so that a reply leads back to it.
std::size_t number_of(std::string_view id) {
  if (id.empty() || id[0] != 'q') return static_cast<std::size_t>(-1);
  return std::stoull(std::string(id.substr(1)));
}

/// What is read before a scene, to be compared with what is read after it.
struct Start {
  explicit Start(Bench& bench) {
    bench.stoa.forget_peak();
    cpu = bench.stoa.usage().cpu_seconds;
    time = now();
  }
  double cpu = 0;
  double time = 0;
};

Row finish(Bench& bench, Row row, const Start& start, std::vector<double>& latency) {
  const auto n = static_cast<double>(row.operations);
  row.seconds = now() - start.time;
  row.per_second = n / row.seconds;
  const Usage used = bench.stoa.usage();
  row.cpu_micros = (used.cpu_seconds - start.cpu) * 1e6 / n;
  row.rss_bytes = used.rss_bytes;
  row.peak_bytes = used.peak_bytes;
  std::sort(latency.begin(), latency.end());
  row.p50_millis = percentile(latency, 0.50);
  row.p99_millis = percentile(latency, 0.99);
  return row;
}

double mebibytes(std::size_t bytes) {
  return static_cast<double>(bytes) / (1024 * 1024);
}

}  // namespace

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void print_heading() {
  std::printf("| %-44s | %11s | %9s | %8s | %8s | %8s | %8s | %s |\n", "scene", "per second",
              "CPU us/op", "p50 ms", "p99 ms", "RSS MiB", "peak MiB", "note");
  std::printf("|---|---:|---:|---:|---:|---:|---:|---|\n");
}

void print(const Row& row) {
  std::printf("| %-44s | %11.0f | %9.2f | %8.3f | %8.3f | %8.1f | %8.1f | %s |\n", row.name.c_str(),
              row.per_second, row.cpu_micros, row.p50_millis, row.p99_millis,
              mebibytes(row.rss_bytes), mebibytes(row.peak_bytes), row.note.c_str());
  std::fflush(stdout);
}

Row run(Bench& bench, const Requests& requests) {
  std::vector<double> sent(requests.count);
  std::vector<double> latency;
  latency.reserve(requests.count);
  std::size_t next = 0;
  const auto send_next = [&] {
    sent[next] = now();
    bench.server.send(requests.make(next, "q" + std::to_string(next)));
    ++next;
  };
  bench.server.on_stanza([&](std::string_view stanza) {
    const std::size_t i = number_of(attribute(stanza, "id"));
    if (!stanza.starts_with("<iq") || i >= next) return;
    if (!requests.errors_are_fine && attribute(stanza, "type") == "error") {
      throw std::runtime_error(requests.name + ": " + std::string(stanza));
    }
    latency.push_back(now() - sent[i]);
    if (next < requests.count) send_next();
  });
  const Start start(bench);
  while (next < std::min(requests.in_flight, requests.count)) send_next();
  bench.server.run_until([&] { return latency.size() == requests.count; }, 300);
  Row row;
  row.name = requests.name;
  row.operations = requests.count;
  return finish(bench, row, start, latency);
}

Row run(Bench& bench, const Fanout& fanout) {
  std::vector<double> sent;
  std::vector<double> latency;
  std::size_t delivered = 0;
  const std::size_t total = fanout.count * fanout.recipients;
  const auto refill = [&] {
    while (sent.size() < fanout.count && sent.size() < latency.size() + fanout.window) {
      bench.server.send(fanout.make(sent.size()));
      sent.push_back(now());
    }
  };
  bench.server.on_stanza([&](std::string_view stanza) {
    if (attribute(stanza, "type") == "error") {
      throw std::runtime_error(fanout.name + ": " + std::string(stanza));
    }
    if (!fanout.counts(stanza)) return;
    if (++delivered % fanout.recipients == 0 && latency.size() < sent.size()) {
      latency.push_back(now() - sent[latency.size()]);
    }
  });
  const Start start(bench);
  bench.server.run_until(
      [&] {
        refill();
        return delivered >= total;
      },
      300);
  Row row;
  row.name = fanout.name;
  row.operations = total;
  return finish(bench, row, start, latency);
}

}  // namespace bench
