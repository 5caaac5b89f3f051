#include "app/notify.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace stoa::app {

TEST_CASE("systemd is told over its socket, and nobody where there is none") {
  std::string folder = (std::filesystem::temp_directory_path() / "stoa-notify-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::string path = folder + "/socket";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  notify_systemd("READY=1\n");
  char buffer[64] = {};
  CHECK(::recv(socket, buffer, sizeof buffer, MSG_DONTWAIT) == 8);
  CHECK(std::string(buffer) == "READY=1\n");
  ::unsetenv("NOTIFY_SOCKET");
  notify_systemd("READY=1\n");
  CHECK(::recv(socket, buffer, sizeof buffer, MSG_DONTWAIT) == -1);
  ::close(socket);
  std::filesystem::remove_all(folder);
}

}  // namespace stoa::app
