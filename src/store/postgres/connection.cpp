#include "store/postgres/connection.hpp"

#include <algorithm>
#include <string_view>

#include <poll.h>
#include <pqxx/except>
#include <sys/socket.h>

#include <stoa/base/log.hpp>

#include "store/postgres/url.hpp"

namespace stoa::store::postgres {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

// Times and text come and go in one form whatever the server's defaults are. A server that has lost
// us must let go of our locks soon: keepalives from its side.
constexpr const char* session_settings =
    "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; SET TimeZone = 'UTC'; "
    "SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 1; SET synchronous_commit = on; "
    "SET client_min_messages = warning; SET tcp_keepalives_idle = 10; "
    "SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET jit = off; "
    "SET idle_in_transaction_session_timeout = 60000; "
    "SET plan_cache_mode = force_generic_plan";

// A plan that was made while a table was small may scan it, or choose an index at random, and is
// kept until PostgreSQL has looked at the table again, a minute later at best. So plans are thrown
// away: soon at first, then ever less often.
constexpr std::chrono::milliseconds plans_first_last = 100ms;
constexpr std::chrono::milliseconds plans_last_at_most = 20s;

// libpqxx would reconnect on its own and lose our locks and our place in a transaction.
void never_reconnect(pqxx::connection& connection) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

/// The settings under which statements of that kind are planned.
std::string planning(Plan plan) {
  const std::string whole = plan == Plan::by_keys ? "off" : "on";
  return "SET enable_seqscan = " + whole + "; SET enable_hashjoin = " + whole +
         "; SET enable_mergejoin = " + whole + "; SET plan_cache_mode = " +
         (plan == Plan::for_values ? "force_custom_plan" : "force_generic_plan");
}

constexpr Statement name_application{"name_application",
                                     "SELECT set_config('application_name', $1, false)"};

constexpr const char* connect_timeout = "3";

std::string to_connect(const std::string& url) {
  auto settings = settings_of(url);
  if (!settings) throw Fault(FaultKind::connection, "the url is none that libpq takes");
  settings->emplace("connect_timeout", connect_timeout);
  return connection_string(*settings);
}

/// In one line: libpq's texts end with a line break, and may have more.
std::string text_of(const std::exception& error) {
  std::string text = error.what();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

FaultKind fault_kind(const std::string& sqlstate) {
  const std::string_view state = sqlstate;
  if (state.size() != 5) return FaultKind::connection;
  const std::string_view group = state.substr(0, 2);
  if (state == "40001" || state == "40P01") return FaultKind::repeat;
  if (state == "XX001" || state == "XX002") return FaultKind::content;
  // Connection, read-only server, resources, operator, system, and what only PostgreSQL can
  // explain: none of these is about what a unit says.
  for (const std::string_view away : {"08", "25", "53", "57", "58", "XX", "28", "55", "3D"}) {
    if (group == away) return FaultKind::connection;
  }
  return FaultKind::content;
}

void Line::cut() {
  const std::lock_guard lock(mutex_);
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

void Line::hold(int socket) {
  const std::lock_guard lock(mutex_);
  socket_ = socket;
}

Connection::Connection(const std::string& url, const std::string& application, Line* line)
    : line_(line),
      plans_last_(plans_first_last),
      replan_at_(steady_clock::now() + plans_first_last) {
  const std::string target = to_connect(url);
  try {
    connection_ = std::make_unique<pqxx::connection>(target);
    never_reconnect(*connection_);
    connection_->set_verbosity(pqxx::connection_base::terse);
    session_ = std::make_unique<pqxx::nontransaction>(*connection_);
    backend_ = connection_->backendpid();
  } catch (const std::exception& problem) {
    throw Fault(FaultKind::connection, text_of(problem));
  }
  if (line_) line_->hold(connection_->sock());
  try {
    run(session_settings);
    exec(name_application, application);
  } catch (...) {
    if (line_) line_->hold(-1);
    throw;
  }
  log::debug("database.connected",
             {{"session", application}, {"backend", std::to_string(backend_)}});
}

Connection::~Connection() {
  if (line_) line_->hold(-1);
}

pqxx::result Connection::run(const std::string& fixed) {
  try {
    return session_->exec(fixed);
  } catch (...) {
    fail();
  }
}

bool Connection::silent() const {
  pollfd line{connection_->sock(), POLLIN, 0};
  return line.fd >= 0 && ::poll(&line, 1, 0) == 0;
}

bool Connection::begin_snapshot() {
  if (snapshot_) return false;
  run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  snapshot_ = true;
  return true;
}

/// Where this fails the session is lost, which whatever comes next will see.
void Connection::end_snapshot() noexcept {
  snapshot_ = false;
  try {
    run("COMMIT");
  } catch (const Fault&) {
  }
}

void Connection::prepare(const Statement& statement) {
  if (prepared_.insert(&statement).second) connection_->prepare(statement.name, statement.sql);
}

void Connection::plan(const Statement& statement) {
  if (const auto now = steady_clock::now(); now >= replan_at_) {
    session_->exec("DISCARD PLANS");
    plans_last_ = std::min(2 * plans_last_, plans_last_at_most);
    replan_at_ = now + plans_last_;
  }
  if (std::exchange(planning_, statement.plan) == statement.plan) return;
  session_->exec(planning(statement.plan));
}

void Connection::fail() {
  ready_ = nullptr;  // what it was about has failed
  try {
    throw;
  } catch (const pqxx::sql_error& error) {
    const bool open = connection_->is_open();
    throw Fault(open ? fault_kind(error.sqlstate()) : FaultKind::connection, text_of(error));
  } catch (const Fault&) {
    throw;
  } catch (const pqxx::serialization_failure& error) {
    throw Fault(FaultKind::repeat, text_of(error));
  } catch (const pqxx::deadlock_detected& error) {
    throw Fault(FaultKind::repeat, text_of(error));
  } catch (const std::exception& error) {
    throw Fault(FaultKind::connection, text_of(error));
  }
}

}  // namespace stoa::store::postgres
