#pragma once

#include <cstdio>
#include <string>

#include <unistd.h>

namespace stoa::test {

/// Keeps what is written to standard error, as the log is, while it lives.
class HeardLog {
 public:
  HeardLog() : file_(std::tmpfile()), before_(::dup(STDERR_FILENO)) {
    ::dup2(::fileno(file_), STDERR_FILENO);
  }
  ~HeardLog() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
    std::fclose(file_);
  }
  HeardLog(const HeardLog&) = delete;
  HeardLog& operator=(const HeardLog&) = delete;

  bool says(const std::string& words) const { return text().find(words) != std::string::npos; }

  std::string text() const {
    std::fflush(stderr);
    std::string all;
    char part[4096];
    for (ssize_t got = 0;
         (got = ::pread(::fileno(file_), part, sizeof part, static_cast<off_t>(all.size()))) > 0;) {
      all.append(part, static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  std::FILE* file_;
  int before_;
};

}  // namespace stoa::test
