#include "scenarios/through_server/daemon.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/runner/hosted.hpp"
#include "scenarios/through_server/company.hpp"

namespace scenario {

namespace {

constexpr std::array lists{"creator_domains", "name_rules", "anonymous_domains", "switched_off",
                           "trusted_proxies", "limits_for", "creators",          "listing_domains",
                           "contact",         "reactions",  "presencebroadcast", "getmemberlist"};

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

/// By commas where there are any; rooms' lists by blanks else.
std::string array_of(const std::string& group, const std::string& value) {
  const bool commas = value.find(',') != std::string::npos;
  const char separator = commas || group.starts_with("pubsub") ? ',' : ' ';
  std::istringstream parts(value);
  std::string result;
  for (std::string part; std::getline(parts, part, separator);) {
    const std::size_t begin = part.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    result += (result.empty() ? "" : ", ") + quoted(part.substr(begin));
  }
  return "[" + result + "]";
}

/// The value of a scenario's setting as TOML.
std::string toml(const std::string& group, const std::string& key, const std::string& value) {
  if (std::find(lists.begin(), lists.end(), key) != lists.end()) return array_of(group, value);
  const bool number = !value.empty() && value.find_first_not_of("0123456789.") == std::string::npos;
  return number || value == "true" || value == "false" ? value : quoted(value);
}

/// The sample of a metric without labels.
double sample(const std::string& page, const std::string& name) {
  const std::size_t at = page.find("\nstoa_" + name + " ");
  if (at == std::string::npos) throw std::runtime_error("no metric " + name);
  return std::stod(page.substr(at + name.size() + 7));
}

[[noreturn]] void become(const Site& site, const std::string& config, const std::string& log) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execl(site.program.c_str(), site.program.c_str(), "run", "--config", config.c_str(), nullptr);
  ::_exit(127);
}

}  // namespace

Daemon::Daemon(const Site& site, const std::vector<std::string>& domains, const Settings& settings)
    : site_(site), log_(site.folder + "/stoa.log"), config_(site.folder + "/stoa.toml") {
  write_config(domains, settings);
  start();
}

Daemon::~Daemon() {
  kill();
}

void Daemon::write_config(const std::vector<std::string>& domains, const Settings& settings) {
  std::map<std::string, std::string> groups;
  for (const auto& [path, value] : settings) {
    const std::size_t dot = path.rfind('.');
    const std::string group = path.substr(0, dot);
    const std::string key = path.substr(dot + 1);
    groups[group] += key + " = " + toml(group, key, value) + "\n";
  }
  std::ofstream file(config_, std::ios::trunc);
  for (const std::string& name : domains) {
    file << "[[link]]\ndomain = " << quoted(name) << "\nport = " << site_.component_port
         << "\nsecret = " << quoted(site_.secret)
         << "\nserver = " << quoted(std::string(Company::home)) << "\nping_delay = 0.005\n";
  }
  file << "[database]\nurl = " << quoted(site_.database) << "\n[admin]\njids = ["
       << quoted(std::string(admin)) << "]\n[http]\nlisten = \"127.0.0.1:" << site_.http_port
       << "\"\n[limits]\nrequests_per_second = 0\n";
  for (const auto& [group, lines] : groups) file << "[" << group << "]\n" << lines;
}

void Daemon::start() {
  pid_ = ::fork();
  if (pid_ == 0) become(site_, config_, log_);
  if (pid_ < 0) throw std::runtime_error("no process for the daemon");
}

void Daemon::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  ended(0);
}

void Daemon::terminate() {
  if (pid_ > 0) ::kill(pid_, SIGTERM);
}

bool Daemon::running() {
  int status = 0;
  if (pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) ended(status);
  return pid_ > 0;
}

void Daemon::ended(int status) {
  pid_ = -1;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Daemon::ready() {
  if (!running()) throw std::runtime_error("the daemon ended:\n" + end_of_log());
  return get("/readyz").find(" 200 ") != std::string::npos;
}

bool Daemon::idle() {
  const std::string page = get("/metrics");
  return sample(page, "units_open") == 0 && sample(page, "steps_open") == 0 &&
         sample(page, "held_outputs") == 0;
}

/// The answer with its head; empty where nobody answers.
std::string Daemon::get(const std::string& path) const {
  const int socket = connect_to(site_.http_port);
  if (socket < 0) return {};
  const std::string request =
      "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  static_cast<void>(::send(socket, request.data(), request.size(), MSG_NOSIGNAL));
  std::string answer;
  std::array<char, 16 * 1024> buffer{};
  for (ssize_t count = 0; (count = ::recv(socket, buffer.data(), buffer.size(), 0)) > 0;) {
    answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(socket);
  return answer;
}

std::string Daemon::end_of_log() const {
  std::ifstream file(log_);
  std::ostringstream all;
  all << file.rdbuf();
  const std::string text = all.str();
  constexpr std::size_t most = 3000;
  return text.size() > most ? text.substr(text.size() - most) : text;
}

}  // namespace scenario
