#include <algorithm>
#include <random>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stoa/base/log.hpp>
#include <stoa/jid/jid.hpp>
#include <stoa/link/link.hpp>

#include "link/session.hpp"

namespace stoa::link {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// Whoever stays up for so long may come back at once when the link breaks. Two processes that
/// throw each other out of one domain get no further than this.
constexpr std::chrono::seconds healthy_after{5};

std::string random_token(std::random_device& random) {
  std::string token = "stoa-ping-";
  for (int i = 0; i < 4; ++i) token += std::to_string(random()) + "-";
  return token;
}

OutboxSettings outbox_settings(const Settings& settings) {
  std::random_device random;
  OutboxSettings chosen;
  chosen.domain = settings.domain;
  chosen.server = settings.server;
  chosen.token = random_token(random);
  chosen.stanza_bytes = settings.stanza_bytes;
  chosen.high_water = settings.high_water;
  chosen.low_water = settings.low_water;
  chosen.capacity = settings.outbox_bytes;
  chosen.ping_every = settings.ping_every;
  chosen.reply_age = settings.reply_age;
  return chosen;
}

Settings completed(Settings settings) {
  if (settings.server.empty()) settings.server = server_of(settings.domain);
  if (auto prepared = prepare_domain(settings.server)) settings.server = *prepared;
  return settings;
}

/// Pauses between attempts: doubled each time, of which half is random, so that many components do
/// not come back to a restarted server in step.
class Backoff {
 public:
  explicit Backoff(const Settings& settings) : settings_(settings), next_(settings.backoff_min) {}

  void reset() { next_ = settings_.backoff_min; }
  milliseconds pause() {
    const milliseconds longest = std::exchange(next_, std::min(next_ * 2, settings_.backoff_max));
    std::uniform_int_distribution<milliseconds::rep> spread(longest.count() / 2, longest.count());
    return milliseconds(spread(random_));
  }

 private:
  const Settings& settings_;
  milliseconds next_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace

std::string server_of(std::string_view domain) {
  const std::size_t dot = domain.find('.');
  return std::string(dot == std::string_view::npos ? domain : domain.substr(dot + 1));
}

Shared::Shared(asio::io_context& io, Settings chosen, LinkHandler& told)
    : loop(io),
      settings(completed(std::move(chosen))),
      outbox(outbox_settings(settings)),
      handler(&told) {}

class Link::Impl {
 public:
  Impl(asio::io_context& loop, Settings settings, LinkHandler& handler)
      : shared(loop, std::move(settings), handler), pause(loop), backoff(shared.settings) {}

  static awaitable<void> run(std::shared_ptr<Impl> self);
  void report(const Down& down, milliseconds retry);
  void finish();

  Shared shared;
  std::shared_ptr<Session> session;  // the coroutines of a session share it
  Signal pause;
  Backoff backoff;
  std::function<void()> stopped;
  bool running = false;
};

awaitable<void> Link::Impl::run(std::shared_ptr<Impl> self) {
  Shared& shared = self->shared;
  while (!shared.stopping) {
    self->session = std::make_shared<Session>(shared);
    const Steady begin = steady_clock::now();
    const Down down = co_await Session::run(self->session);
    self->session.reset();
    if (!shared.handler) co_return;
    const Steady now = steady_clock::now();
    shared.outbox.rewind(now);
    if (down.was_up && now - begin > healthy_after) self->backoff.reset();
    const milliseconds retry = self->backoff.pause();
    self->report(down, retry);
    if (!shared.stopping) co_await self->pause.wait_until(now + retry);
  }
  self->finish();
}

void Link::Impl::report(const Down& down, milliseconds retry) {
  const Settings& settings = shared.settings;
  if (down.fault == Fault::stopped) {
    log::info("link closed", {{"link", settings.domain}});
  } else {
    log::warning(down.was_up ? "link lost" : "link not up",
                 {{"link", settings.domain},
                  {"server", settings.host + ":" + std::to_string(settings.port)},
                  {"why", down.text},
                  {"advice", down.advice},
                  {"retry_ms", std::to_string(retry.count())}});
  }
  if (shared.handler) shared.handler->on_down(down);
}

void Link::Impl::finish() {
  running = false;
  if (auto done = std::exchange(stopped, nullptr)) done();
}

Link::Link(asio::io_context& loop, Settings settings, LinkHandler& handler)
    : impl_(std::make_shared<Impl>(loop, std::move(settings), handler)) {}

Link::~Link() {
  impl_->shared.handler = nullptr;
  impl_->shared.stopping = true;
  impl_->stopped = nullptr;
  impl_->pause.raise();
  if (impl_->session) impl_->session->abandon();
}

void Link::start() {
  impl_->running = true;
  asio::co_spawn(impl_->shared.loop, Impl::run(impl_), [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  });
}

void Link::send(Outgoing out, std::uint64_t mark) {
  Shared& shared = impl_->shared;
  const bool idle = !shared.outbox.has_output();
  const std::size_t bytes = out.bytes();
  const Outbox::Taken taken = shared.outbox.send(std::move(out), mark, steady_clock::now());
  if (idle && impl_->session) impl_->session->output_waits();
  if (taken == Outbox::Taken::yes) return;
  const char* why = "outbox full, output dropped";
  if (taken == Outbox::Taken::full) {
    ++shared.counters.dropped_full;
  } else if (taken == Outbox::Taken::too_large) {
    ++shared.counters.dropped_too_large;
    why = "stanza above the limit of the link dropped";
  } else {
    ++shared.counters.dropped_foreign;
    why = "stanza in another domain's name dropped";
  }
  log::error(why, {{"link", shared.settings.domain}, {"bytes", std::to_string(bytes)}});
}

void Link::pause() {
  impl_->shared.paused = true;
}

void Link::resume() {
  impl_->shared.paused = false;
  if (impl_->session) impl_->session->input_wanted();
}

void Link::stop(std::function<void()> done) {
  impl_->stopped = std::move(done);
  impl_->shared.stopping = true;
  if (!impl_->running) {
    asio::post(impl_->shared.loop, [impl = impl_] { impl->finish(); });
    return;
  }
  if (impl_->session) impl_->session->stop();
  impl_->pause.raise();
}

bool Link::up() const {
  return impl_->session && impl_->session->up();
}

bool Link::congested() const {
  return impl_->shared.outbox.congested();
}

bool Link::busy() const {
  return impl_->shared.outbox.bytes() > impl_->shared.settings.busy_bytes;
}

Counters Link::counters() const {
  Counters counters = impl_->shared.counters;
  counters.stanzas_out = impl_->shared.outbox.stanzas_written();
  counters.outbox_bytes = impl_->shared.outbox.bytes();
  return counters;
}

const Settings& Link::settings() const {
  return impl_->shared.settings;
}

}  // namespace stoa::link
