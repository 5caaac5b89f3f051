#pragma once

#include <string>

namespace stoa::test {

/// A database with all of stoa's tables, empty at first, which goes with this. It is a copy of one
/// that was migrated.
class OwnTables {
 public:
  OwnTables();
  ~OwnTables();
  OwnTables(const OwnTables&) = delete;
  OwnTables& operator=(const OwnTables&) = delete;

  const std::string& url() const { return url_; }

 private:
  std::string url_;
};

}  // namespace stoa::test
