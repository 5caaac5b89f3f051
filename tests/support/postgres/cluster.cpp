#include "support/postgres/cluster.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace stoa::test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

std::string programs() {
  std::string newest;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql")) {
    const std::string bin = entry.path().string() + "/bin";
    if (fs::exists(bin + "/initdb") && bin > newest) newest = bin;
  }
  if (newest.empty()) throw std::runtime_error("PostgreSQL is not installed");
  return newest;
}

// initdb and postgres refuse to be root.
std::string as_user() {
  return geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups "
                          "--pdeathsig SIGQUIT "
                        : "setpriv --pdeathsig SIGQUIT ";
}

void shell(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

std::vector<pid_t> processes_of(pid_t postmaster) {
  std::vector<pid_t> all{postmaster};
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "stat");
    std::string stat;
    std::getline(file, stat);
    const std::size_t close = stat.rfind(')');
    if (close == std::string::npos) continue;
    std::istringstream rest(stat.substr(close + 1));
    std::string state;
    pid_t parent = 0;
    rest >> state >> parent;
    if (parent == postmaster) all.push_back(std::stoi(name));
  }
  return all;
}

}  // namespace

Cluster& Cluster::instance() {
  static Cluster cluster;
  return cluster;
}

Cluster::Cluster(Fsync fsync) : fsync_(fsync) {
  std::array<char, 32> name{"/tmp/stoa-store-XXXXXX"};
  if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  folder_ = name.data();
  if (geteuid() == 0) shell("chown postgres " + folder_);
  shell("cd " + folder_ + " && " + as_user() + programs() +
        "/initdb -D data -U stoa -A trust -E UTF8 --locale=C.UTF-8 --no-sync > init.log 2>&1");
  start();
}

Cluster::~Cluster() {
  kill_hard();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Cluster::start() {
  std::error_code ignored;
  fs::remove(folder_ + "/data/postmaster.pid", ignored);
  const std::string command = "cd " + folder_ + " && exec " + as_user() + programs() +
                              "/postgres -D data -k " + folder_ +
                              " -c listen_addresses='' -c max_connections=40 -c "
                              "recovery_init_sync_method=syncfs -c fsync=" +
                              (fsync_ == Fsync::on ? "on" : "off") +
                              " "
                              ">> server.log 2>&1";
  postmaster_ = fork();
  if (postmaster_ == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  const std::string probe = programs() + "/pg_isready -q -h " + folder_;
  for (int i = 0; i < 600; ++i) {
    if (std::system(probe.c_str()) == 0) return;
    std::this_thread::sleep_for(50ms);
  }
  throw std::runtime_error("PostgreSQL does not start");
}

void Cluster::signal_all(int signal) {
  for (const pid_t process : processes_of(postmaster_)) ::kill(process, signal);
}

void Cluster::kill_hard() {
  if (postmaster_ <= 0) return;
  const std::vector<pid_t> all = processes_of(postmaster_);
  for (const pid_t process : all) ::kill(process, SIGKILL);
  waitpid(postmaster_, nullptr, 0);
  for (const pid_t process : all) {
    while (::kill(process, 0) == 0) std::this_thread::sleep_for(5ms);
  }
  postmaster_ = -1;
}

void Cluster::freeze() {
  signal_all(SIGSTOP);
}
void Cluster::thaw() {
  signal_all(SIGCONT);
}

std::string Cluster::create_database() {
  const std::string name = "test" + std::to_string(++databases_);
  const std::string base = "host=" + folder_ + " user=stoa dbname=";
  psql(base + "postgres", "CREATE DATABASE " + name);
  return base + name;
}

std::string Cluster::through(const std::string& url, const std::string& folder) {
  return "host=" + folder + url.substr(url.find(' '));
}

std::string psql(const std::string& url, const std::string& sql) {
  const std::string command =
      "psql -X -q -A -t -v ON_ERROR_STOP=1 -d \"" + url + "\" -c \"" + sql + "\" 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) throw std::runtime_error("no psql");
  std::string output;
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    output.append(buffer.data(), n);
  }
  if (pclose(pipe) != 0) throw std::runtime_error("psql: " + output);
  while (!output.empty() && output.back() == '\n') output.pop_back();
  return output;
}

}  // namespace stoa::test
