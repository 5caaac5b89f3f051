#include "machine.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <expat.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <sys/socket.h>
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

double expat() {
  constexpr std::size_t count = 500'000;
  const std::string stanza =
      "<iq type='get' id='q12345' from='juliet@capulet.example/balcony' "
      "to='services.bench.example'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>";
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(
      XML_ParserCreateNS("UTF-8", '|'), XML_ParserFree);
  XML_SetElementHandler(parser.get(), ignore_start, ignore_end);
  const std::string open = "<stream xmlns='jabber:component:accept'>";
  XML_Parse(parser.get(), open.data(), static_cast<int>(open.size()), 0);
  const double start = now();
  for (std::size_t i = 0; i < count; ++i) {
    XML_Parse(parser.get(), stanza.data(), static_cast<int>(stanza.size()), 0);
  }
  return static_cast<double>(count) / (now() - start);
}

class Database {
 public:
  explicit Database(const std::string& url) : connection_(PQconnectdb(url.c_str()), PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
      throw std::runtime_error(PQerrorMessage(connection_.get()));
    }
  }

  void run(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection_.get(), sql.c_str()), PQclear);
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
      throw std::runtime_error(PQerrorMessage(connection_.get()));
    }
  }

  void insert(const std::string& ids, const std::string& bodies) {
    const char* values[] = {ids.c_str(), bodies.c_str()};
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexecPrepared(connection_.get(), "put", 2, values, nullptr, nullptr, 0), PQclear);
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
      throw std::runtime_error(PQerrorMessage(connection_.get()));
    }
  }

  void prepare() {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQprepare(connection_.get(), "put",
                  "INSERT INTO bench_limit SELECT * FROM unnest($1::bigint[], $2::text[])", 2,
                  nullptr),
        PQclear);
  }

 private:
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

/// Seconds per batch of `rows` rows, median of `batches`.
double batch_seconds(Database& database, std::size_t rows, std::size_t batches) {
  static std::size_t next_id = 0;
  const std::string body(200, 'x');
  std::vector<double> times;
  for (std::size_t b = 0; b < batches; ++b) {
    std::string ids = "{";
    std::string bodies = "{";
    for (std::size_t r = 0; r < rows; ++r) {
      if (r > 0) {
        ids += ',';
        bodies += ',';
      }
      ids += std::to_string(next_id++);
      bodies += body;
    }
    const double start = now();
    database.insert(ids + "}", bodies + "}");
    times.push_back(now() - start);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

}  // namespace

MachineLimits measure_machine(const std::string& url) {
  MachineLimits limits;
  limits.loopback_bytes_per_second = loopback();
  limits.expat_stanzas_per_second = expat();
  Database database(url);
  database.run("DROP TABLE IF EXISTS bench_limit");
  database.run("CREATE TABLE bench_limit (id bigint PRIMARY KEY, body text NOT NULL)");
  database.prepare();
  limits.commit_p50_millis = batch_seconds(database, 1, 400) * 1000;
  limits.unnest_rows_per_second = 500 / batch_seconds(database, 500, 60);
  database.run("DROP TABLE bench_limit");
  return limits;
}

void print(const MachineLimits& limits) {
  std::printf(
      "machine: loopback %.0f MB/s, expat %.0f stanzas/s, commit of one row p50 %.3f ms, "
      "500-row unnest batches %.0f rows/s\n",
      limits.loopback_bytes_per_second / 1e6, limits.expat_stanzas_per_second,
      limits.commit_p50_millis, limits.unnest_rows_per_second);
  std::fflush(stdout);
}

}  // namespace bench
