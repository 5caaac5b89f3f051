#include "stoa_process.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

StoaProcess::StoaProcess(Settings settings) : settings_(std::move(settings)) {
  std::ofstream config(settings_.folder + "/stoa.toml");
  config << "[[link]]\ndomain = \"" << domain
         << "\"\nhost = \"127.0.0.1\"\nport = " << settings_.port
         << "\nsecret = \"bench\"\nservices = [\"pubsub\", \"muc\"]\n"
         << "[database]\nurl = \"" << settings_.database << "\"\n"
         << "[limits]\nrequests_per_second = 0\n"
         << "[muc]\nlock_new_rooms = false\nmax_users = 20000\nmessages_burst = 0\n"
         << "[pubsub]\nmax_nodes_per_owner = 0\n";
  if (!config) throw std::runtime_error("cannot write the configuration");
}

StoaProcess::~StoaProcess() {
  kill();
}

void StoaProcess::start() {
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string log = settings_.folder + "/stoa.log";
  const int out = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  ::dup2(out, 1);
  ::dup2(out, 2);
  const std::string config = settings_.folder + "/stoa.toml";
  ::execl(settings_.program.c_str(), "stoa", "run", "--config", config.c_str(), nullptr);
  ::_exit(127);
}

void StoaProcess::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

Usage StoaProcess::usage() const {
  const std::string base = "/proc/" + std::to_string(pid_);
  Usage used;
  std::ifstream stat(base + "/stat");
  std::string line;
  std::getline(stat, line);
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  double user = 0;
  double system = 0;
  rest >> user >> system;
  used.cpu_seconds = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::ifstream status(base + "/status");
  while (std::getline(status, line)) {
    if (line.rfind("VmRSS:", 0) == 0) used.rss_bytes = std::stoull(line.substr(6)) * 1024;
    if (line.rfind("VmHWM:", 0) == 0) used.peak_bytes = std::stoull(line.substr(6)) * 1024;
  }
  return used;
}

void StoaProcess::forget_peak() const {
  std::ofstream("/proc/" + std::to_string(pid_) + "/clear_refs") << "5";
}

}  // namespace bench
