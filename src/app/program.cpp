#include "app/program.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include <stoa/admin/program_commands.hpp>
#include <stoa/base/log.hpp>
#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/parser.hpp>

#include "app/notify.hpp"
#include "app/operators.hpp"
#include "app/profile.hpp"

namespace stoa::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto watch_pause = 250ms;  // figures for others are at most so old
constexpr auto drain_pause = 5ms;
constexpr auto operator_patience = 60s;

}  // namespace

/// One domain's link, as the dispatcher's outlet and as its source of stanzas.
class Program::Domain final : public link::LinkHandler, public dispatch::Outlet {
 public:
  Domain(Program& program, const LinkConfig& config)
      : program_(program), link(program.loop_, config.link, *this) {}

  void send(Outgoing outgoing, std::uint64_t mark) override {
    if (operators.take(outgoing)) {
      outgoing = Outgoing();
      outgoing.stanzas = 0;  // but the mark says what is out before it
    }
    link.send(std::move(outgoing), mark);
  }
  bool congested() const override { return link.congested(); }
  bool busy() const override { return link.busy(); }

  void on_up() override {
    log::info("link up", {{"link", name()}});
    program_.publish();
    if (std::exchange(recovered_, true)) {
      program_.dispatcher_->reconnected(name());
    } else {
      program_.dispatcher_->recover(name());
    }
    program_.keep_time();
  }
  void on_down(const link::Down&) override { program_.publish(); }
  void on_stanza(Stanza stanza) override {
    if (Operators::forged(stanza, name())) return;
    program_.dispatcher_->handle(std::move(stanza));
    program_.keep_time();
    program_.hold_back();
  }
  void on_delivered(std::uint64_t mark) override { program_.dispatcher_->delivered(name(), mark); }

  const std::string& name() const { return link.settings().domain; }

 private:
  Program& program_;
  bool recovered_ = false;

 public:
  Operators operators;
  link::Link link;
};

Program::Program(asio::io_context& loop, Config config, std::function<void(std::string)> ended)
    : loop_(loop),
      config_(std::move(config)),
      ended_(std::move(ended)),
      store_(config_.database,
             [this](std::function<void()> what) {
               asio::post(loop_, [this, what = std::move(what)] {
                 what();
                 keep_time();
                 hold_back();
               });
             }),
      due_(loop),
      watch_(loop) {}

Program::~Program() {
  store_.detach();
}

void Program::start() {
  notify_systemd("STATUS=waiting for the database\n");
  store_.open([this](store::Ready ready) { compose(ready); },
              [this](std::string why) { fatal(std::move(why)); });
  look_after();
}

void Program::compose(store::Ready ready) {
  if (stopping_) return;
  ids_.emplace(ready.first_number - 1);
  common_.emplace(dispatch::World{.clock = clock_,
                                  .ids = *ids_,
                                  .journal = store_.control(),
                                  .post =
                                      [this](std::function<void()> what) {
                                        asio::post(loop_, [this, what = std::move(what)] {
                                          what();
                                          keep_time();
                                        });
                                      },
                                  .last_seq = ready.first_seq - 1});
  dispatcher_.emplace(*common_);
  for (const LinkConfig& link : config_.links) add_domain(link);
  store_.attach(*dispatcher_);
  metrics_ = &common_->metrics;
  notify_systemd("STATUS=connecting to the server\n");
  for (const auto& domain : domains_) domain->link.start();
  links_open_ = domains_.size();
  publish();
}

void Program::add_domain(const LinkConfig& link) {
  Domain& domain = *domains_.emplace_back(std::make_unique<Domain>(*this, link));
  dispatcher_->add_domain(domain_settings(link), domain);
  for (Hosted& hosted : host_services(link, config_, {*common_, *dispatcher_, domain, store_})) {
    hosted_.push_back(std::move(hosted));
  }
  host_program_commands(link);
}

void Program::host_program_commands(const LinkConfig& link) {
  const std::string& name = link.link.domain;
  auto commands = std::make_unique<admin::ProgramCommands>(
      admin::ProgramCommands::Place{.common = *common_,
                                    .outlet = *domains_.back(),
                                    .domain = name,
                                    .stanza_bytes = link.link.stanza_bytes,
                                    .admins = admins_at(config_, name)},
      admin::ProgramActs{.reload = [this] { return reload_(); }});
  auto* const made = commands.get();  // the dispatcher keeps it
  dispatcher_->add_service(name, std::move(commands));
  hosted_.push_back({.domain = name,
                     .name = {},
                     .loaded = [] { return std::size_t{0}; },
                     .set_admins = [made](Admins admins) { made->set_admins(std::move(admins)); },
                     .ports = nullptr});
}

dispatch::DomainSettings Program::domain_settings(const LinkConfig& link) const {
  Admins unlimited = admins_at(config_, link.link.domain);
  unlimited.merge(link.pep_servers());  // they speak for many
  disco::ServiceProfile profile = profile_of(config_.service);
  if (offers(link, "muc")) profile.vcard.reset();  // the rooms have it, and may be given another
  return {.name = link.link.domain,
          .profile = std::move(profile),
          .list_page = config_.muc.limits.items_page,
          .stanza_bytes = link.link.stanza_bytes,
          .senders = sender_limits(config_.pubsub),
          .unlimited = std::move(unlimited)};
}

std::vector<std::string> Program::reload(const Config& read) {
  std::vector<std::string> others = take_live(config_, read);
  for (const std::string& key : others) {
    log::warning("changed in the configuration, but needs a restart", {{"key", key}});
  }
  log::set_level(config_.log_level);
  for (const Hosted& hosted : hosted_) {
    hosted.set_admins(admins_at(config_, hosted.domain));
    if (hosted.set_limits) hosted.set_limits(config_);
  }
  for (std::size_t i = 0; i < domains_.size(); ++i) {
    dispatcher_->add_domain(domain_settings(config_.links[i]), *domains_[i]);
  }
  log::info("configuration read again");
  return others;
}

/// The domain to which an iq is written, or else the first.
void Program::operate(const std::string& request, const std::function<void(std::string)>& then) {
  const auto iq = xml::parse(request, ns::client);
  const std::string_view to = iq ? iq->attr_or("to", "") : std::string_view();
  const auto domain = std::find_if(domains_.begin(), domains_.end(), [&](const auto& one) {
    return to.empty() || one->name() == to;
  });
  if (!dispatcher_ || stopping_ || domain == domains_.end()) {
    then(domains_.empty() || stopping_ ? "!it is not serving now" : "!no such domain is served");
    return;
  }
  Operators& operators = (*domain)->operators;
  auto stanza = operators.begin(request, (*domain)->name(), [then](std::string answer) {
    then(answer.empty() ? "!no answer in time" : std::move(answer));
  });
  if (!stanza) {
    then("!" + stanza.error());
    return;
  }
  const auto late = std::make_shared<asio::steady_timer>(loop_, operator_patience);
  late->async_wait([this, late, &operators, number = operators.last()](const auto& error) {
    if (!error && dispatcher_) operators.give_up(number);
  });
  dispatcher_->handle(std::move(stanza).value());
  keep_time();
}

void Program::keep_time() {
  if (!dispatcher_ || stopping_) return;
  const std::optional<Timestamp> due = dispatcher_->deadline();
  if (!due || (due_at_ && *due_at_ <= *due)) return;
  due_at_ = due;
  due_.expires_after(std::max(*due - clock_.now(), Duration::zero()));
  due_.async_wait([this](const boost::system::error_code& moved) {
    if (!moved) run_due();
  });
}

void Program::run_due() {
  due_at_.reset();
  dispatcher_->run_due();
  keep_time();
}

void Program::look_after() {
  publish();
  end_as_ordered();
  if (stopping_) return;
  watch_.expires_after(watch_pause);
  watch_.async_wait([this](const boost::system::error_code& stopped) {
    if (!stopped) look_after();
  });
}

/// An administrator may have ordered the end (XEP-0133).
void Program::end_as_ordered() {
  for (const Hosted& hosted : hosted_) {
    const std::optional<muc::Ending> ending = hosted.ending();
    if (!ending || ending->at > clock_.now()) continue;
    log::info("ordered to end", {{"how", ending->for_good ? "shutdown" : "restart"}});
    restart_ = !ending->for_good;
    dismissing_ = ending->for_good;
    shut_down();
    return;
  }
}

/// Far behind counts only while the database is there: when it is away, chat goes on, and what
/// cannot go on is refused.
void Program::look_at_journal(const store::Figures& figures) {
  const std::size_t part = journal_behind_ ? 4 : 2;
  journal_behind_ =
      figures.connected && (figures.waiting_units > config_.database.queue_units / part ||
                            figures.waiting_bytes > config_.database.queue_bytes / part);
  hold_back();
}

/// The links stop reading while the journal is far behind, and while much is held until something
/// is stored: all of that goes to the outboxes at once, and has to fit.
void Program::hold_back() {
  if (stopping_) return;
  if (common_) {
    constexpr std::size_t most_held = dispatch::Release::most_held;
    const std::size_t most = much_held_ ? most_held / 2 : most_held;
    much_held_ = common_->release.held_bytes() > most;
  }
  const bool hold = journal_behind_ || much_held_;
  if (std::exchange(held_back_, hold) == hold) return;
  for (const auto& domain : domains_) {
    if (hold) {
      domain->link.pause();
    } else {
      domain->link.resume();
    }
  }
}

void Program::publish() {
  Snapshot now;
  now.composed = dispatcher_.has_value();
  now.store = store_.figures();
  for (const auto& domain : domains_) {
    now.links.push_back({domain->name(), domain->link.up(), domain->link.counters()});
  }
  for (const Hosted& hosted : hosted_) {
    if (hosted.name.empty()) continue;
    now.entities.push_back({hosted.domain, hosted.name, hosted.loaded()});
  }
  look_at_journal(now.store);
  if (!ready_told_ && now.missing().empty()) {
    ready_told_ = true;
    log::info("ready");
    notify_systemd("READY=1\nSTATUS=serving\n");
  }
  board_.put(std::move(now));
}

void Program::fatal(std::string why) {
  log::error("cannot go on", {{"why", why}});
  fatal_ = std::move(why);
  shut_down();
}

void Program::shut_down() {
  if (std::exchange(stopping_, true)) return;
  log::info("stopping");
  notify_systemd("STOPPING=1\n");
  due_.cancel();
  watch_.cancel();
  for (const auto& domain : domains_) domain->link.pause();
  drain(Clock::now() + (fatal_.empty() ? config_.database.commit_timeout : 0ms));
}

void Program::drain(Clock::time_point until) {
  const bool pending = common_ && (common_->release.held() > 0 ||
                                   store_.figures().waiting_units > 0 || anything_under_way());
  if (!pending || Clock::now() >= until) {
    if (std::exchange(dismissing_, false)) {
      dismiss();
    } else {
      close_links();
    }
    return;
  }
  watch_.expires_after(drain_pause);
  watch_.async_wait([this, until](const boost::system::error_code&) { drain(until); });
}

bool Program::anything_under_way() const {
  return std::any_of(hosted_.begin(), hosted_.end(),
                     [](const Hosted& hosted) { return hosted.busy(); });
}

/// The end is for good: nobody stays in a room. With all that came in settled, so that nobody is
/// missed.
void Program::dismiss() {
  const auto left = std::make_shared<std::size_t>(hosted_.size());
  for (const Hosted& hosted : hosted_) {
    hosted.dismiss([this, left] {
      if (--*left == 0) drain(Clock::now() + config_.database.commit_timeout);
    });
  }
}

void Program::close_links() {
  if (links_open_ == 0) {
    finish();
    return;
  }
  for (const auto& domain : domains_) {
    domain->link.stop([this] {
      if (--links_open_ == 0) finish();
    });
  }
}

void Program::finish() {
  store_.close();
  ended_(fatal_);
}

}  // namespace stoa::app
