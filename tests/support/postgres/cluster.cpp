#include "support/postgres/cluster.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
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

// What a cluster of tests may come to.
constexpr std::uintmax_t enough_memory = std::uintmax_t{1} << 30;

/// In memory where there is a place for it, otherwise with all other temporary files.
std::string new_folder() {
  const fs::path memory = "/dev/shm";
  std::error_code none;
  const auto space = fs::space(memory, none);
  const bool fits = !none && space.available >= enough_memory && access(memory.c_str(), W_OK) == 0;
  std::string name = (fits ? memory : fs::path("/tmp")) / "stoa-store-XXXXXX";
  if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  return name;
}

/// Of a connection string of ours.
std::string name_of(const std::string& url) {
  return url.substr(url.rfind('=') + 1);
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

Cluster::Cluster() : folder_(new_folder()) {
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
                              " -c listen_addresses='' -c max_connections=40 -c fsync=off "
                              // What it shares goes with the folder, though it is killed.
                              "-c dynamic_shared_memory_type=mmap >> server.log 2>&1";
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
  return create("");
}

std::string Cluster::copy_database(const std::string& url) {
  return create(" TEMPLATE " + name_of(url));
}

std::string Cluster::create(const std::string& options) {
  const std::string name = "test" + std::to_string(++databases_);
  psql(url_of("postgres"), "CREATE DATABASE " + name + options);
  return url_of(name);
}

void Cluster::drop_database(const std::string& url) {
  psql(url_of("postgres"), "DROP DATABASE " + name_of(url) + " WITH (FORCE)");
}

std::string Cluster::url_of(const std::string& database) const {
  return "host=" + folder_ + " user=stoa dbname=" + database;
}

std::string Cluster::through(const std::string& url, const std::string& folder) {
  return "host=" + folder + url.substr(url.find(' '));
}

std::string psql(const std::string& url, const std::string& sql) {
  const std::string command = programs() + "/psql -X -q -A -t -v ON_ERROR_STOP=1 -d \"" + url +
                              "\" -c \"" + sql + "\" 2>&1";
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
