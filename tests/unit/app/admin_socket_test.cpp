#include "app/admin_socket.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <doctest/doctest.h>

namespace stoa::app {
namespace {

namespace fs = std::filesystem;

/// A folder of the test's own.
struct Folder {
  Folder() {
    std::string made = (fs::temp_directory_path() / "stoa-socket-XXXXXX").string();
    REQUIRE(::mkdtemp(made.data()) != nullptr);
    path = made;
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

const AdminSocket::Handler no_handler = [](std::string, auto) {};

TEST_CASE("a file that is no socket is not taken out of the way") {
  const Folder folder;
  const fs::path file = folder.path / "precious";
  std::ofstream(file) << "kept";
  boost::asio::io_context loop;
  CHECK_THROWS(AdminSocket(loop, file.string(), no_handler));
  CHECK(fs::file_size(file) == 4);
}

TEST_CASE("a socket that an earlier run left is replaced, one in use is not") {
  const Folder folder;
  const std::string path = (folder.path / "stoa.sock").string();
  boost::asio::io_context loop;
  {
    boost::asio::local::stream_protocol::acceptor left(
        loop, boost::asio::local::stream_protocol::endpoint(path));
  }
  REQUIRE(fs::is_socket(path));
  const AdminSocket socket(loop, path, no_handler);
  CHECK((fs::status(path).permissions() & fs::perms::others_all) == fs::perms::none);
  CHECK_THROWS(AdminSocket(loop, path, no_handler));
  CHECK(fs::is_socket(path));
}

}  // namespace
}  // namespace stoa::app
