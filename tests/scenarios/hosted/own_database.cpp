#include "scenarios/hosted/own_database.hpp"

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <unistd.h>

#include <stoa/store/store.hpp>

namespace scenario {

const std::string& own_database(const std::string& url) {
  static const std::string own = [&url] {
    const std::string name = "scenarios_" + std::to_string(getpid());
    pqxx::connection connection(url);
    pqxx::nontransaction(connection).exec0("CREATE DATABASE " + name);
    const std::size_t path = url.find('/', url.find("://") + 3);
    std::string changed = url;
    changed.replace(path + 1, url.find('?') - path - 1, name);
    stoa::store::migrate({.url = changed});
    return changed;
  }();
  return own;
}

}  // namespace scenario
