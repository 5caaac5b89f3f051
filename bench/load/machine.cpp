#include "machine.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include <expat.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "measure.hpp"

namespace bench {

namespace {

/// Two ends of one TCP connection over 127.0.0.1.
void connect_pair(int (&ends)[2]) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  ends[0] = ::socket(AF_INET, SOCK_STREAM, 0);
  if (::bind(listener, raw, length) < 0 || ::listen(listener, 1) < 0 ||
      ::getsockname(listener, raw, &length) < 0 || ::connect(ends[0], raw, length) < 0) {
    throw std::runtime_error("no loopback connection");
  }
  ends[1] = ::accept(listener, nullptr, nullptr);
  ::close(listener);
}

double loopback() {
  constexpr std::size_t chunk = 256 * 1024;
  constexpr std::size_t total = 2048UL * 1024 * 1024;
  int ends[2];
  connect_pair(ends);
  std::vector<char> out(chunk, 'x');
  const double start = now();
  std::thread writer([&] {
    for (std::size_t sent = 0; sent < total;) {
      const ssize_t put = ::send(ends[0], out.data(), chunk, MSG_NOSIGNAL);
      if (put <= 0) break;
      sent += static_cast<std::size_t>(put);
    }
    ::shutdown(ends[0], SHUT_WR);
  });
  std::vector<char> in(chunk);
  while (::recv(ends[1], in.data(), chunk, 0) > 0) {
  }
  writer.join();
  const double seconds = now() - start;
  ::close(ends[0]);
  ::close(ends[1]);
  return static_cast<double>(total) / seconds;
}

void XMLCALL ignore_start(void*, const XML_Char*, const XML_Char**) {}
void XMLCALL ignore_end(void*, const XML_Char*) {}

double own_cpu_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

/// Microseconds of CPU for one stanza.
double expat() {
  constexpr std::size_t count = 300'000;
  const std::string stanza =
      "<iq type='get' id='q12345' from='juliet@capulet.example/balcony' "
      "to='services.bench.example'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>";
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(
      XML_ParserCreateNS("UTF-8", '|'), XML_ParserFree);
  XML_SetElementHandler(parser.get(), ignore_start, ignore_end);
  const std::string open = "<stream xmlns='jabber:component:accept'>";
  XML_Parse(parser.get(), open.data(), static_cast<int>(open.size()), 0);
  const double start = own_cpu_seconds();
  for (std::size_t i = 0; i < count; ++i) {
    XML_Parse(parser.get(), stanza.data(), static_cast<int>(stanza.size()), 0);
  }
  return (own_cpu_seconds() - start) * 1e6 / static_cast<double>(count);
}

using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

void check(const Answer& answer) {
  if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) {
    throw std::runtime_error(PQresultErrorMessage(answer.get()));
  }
}

}  // namespace

Database::Database(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    throw std::runtime_error(PQerrorMessage(connection_.get()));
  }
}

void Database::run(const std::string& sql) {
  check(Answer(PQexec(connection_.get(), sql.c_str()), PQclear));
}

bool Database::holds(const std::string& sql) {
  const Answer answer(PQexec(connection_.get(), sql.c_str()), PQclear);
  if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK) check(answer);
  return PQntuples(answer.get()) == 1 && std::string_view(PQgetvalue(answer.get(), 0, 0)) == "t";
}

void Database::empty() {
  run("SET client_min_messages = warning");
  run("DROP SCHEMA public CASCADE");
  run("CREATE SCHEMA public");
}

DatabaseLimits Database::measure(Rows rows) {
  const bool plain = rows == Rows::plain;
  run(plain ? "CREATE TABLE bench_limit (id bigint PRIMARY KEY, body text NOT NULL)"
            : "CREATE TABLE bench_limit (LIKE items INCLUDING ALL)");
  const char* const put =
      plain ? "INSERT INTO bench_limit SELECT * FROM unnest($1::bigint[], $2::text[])"
            : "INSERT INTO bench_limit (node, seq, first_seq, digest, id, publisher, created, "
              "published, payload) SELECT 1, id, id, md5(id::text)::uuid, md5(id::text), "
              "'user@bench.example', now(), now(), body FROM unnest($1::bigint[], $2::text[]) "
              "AS r(id, body)";
  check(Answer(PQprepare(connection_.get(), "put", put, 2, nullptr), PQclear));
  DatabaseLimits limits;
  limits.commit_p50_millis = batch_seconds(1, 400) * 1000;
  limits.unnest_rows_per_second = 500 / batch_seconds(500, 60);
  run("DEALLOCATE put");
  run("DROP TABLE bench_limit");
  return limits;
}

/// Transactions of `rows` each; the median of the seconds that one took.
double Database::batch_seconds(std::size_t rows, std::size_t batches) {
  const std::string body(200, 'x');
  std::vector<double> times;
  for (std::size_t b = 0; b < batches; ++b) {
    std::string ids = "{";
    std::string bodies = "{";
    for (std::size_t r = 0; r < rows; ++r) {
      ids += (r > 0 ? "," : "") + std::to_string(++next_id_);
      bodies += (r > 0 ? "," : "") + body;
    }
    ids += '}';
    bodies += '}';
    const char* values[] = {ids.c_str(), bodies.c_str()};
    const double start = now();
    check(
        Answer(PQexecPrepared(connection_.get(), "put", 2, values, nullptr, nullptr, 0), PQclear));
    times.push_back(now() - start);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

MachineLimits measure_machine(Database& database) {
  MachineLimits limits;
  limits.loopback_bytes_per_second = loopback();
  limits.expat_cpu_micros = expat();
  limits.plain = database.measure(Rows::plain);
  return limits;
}

void print(const MachineLimits& limits) {
  std::printf("machine: loopback %.0f MB/s, expat %.2f us of CPU per stanza\n",
              limits.loopback_bytes_per_second / 1e6, limits.expat_cpu_micros);
  print("of a key and 200 bytes", limits.plain);
  double load[1] = {};
  if (::getloadavg(load, 1) == 1) std::printf("load average %.2f\n", load[0]);
  std::fflush(stdout);
}

void print(std::string_view rows, const DatabaseLimits& limits) {
  std::printf("rows %.*s: commit of one p50 %.3f ms, 500-row unnest batches %.0f rows/s\n",
              static_cast<int>(rows.size()), rows.data(), limits.commit_p50_millis,
              limits.unnest_rows_per_second);
}

}  // namespace bench
