#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include <stoa/app/attach.hpp>
#include <stoa/app/config.hpp>
#include <stoa/app/main.hpp>
#include <stoa/store/store.hpp>

#include "app/check.hpp"
#include "app/command.hpp"
#include "app/run.hpp"

namespace stoa::app {

namespace {

constexpr int wrong_usage = 2;

struct Arguments {
  std::string config = "/etc/stoa/stoa.toml";
  std::string server;
  bool dry_run = false;
  CommandLine order;
};

int migrate(const Config& config, const Arguments& arguments) {
  const std::string pending = store::pending_migrations(config.database);
  if (arguments.dry_run) {
    std::cout << pending;
  } else if (pending.empty()) {  // a stoa may be running, which is fine then
    std::cout << "the schema is up to date\n";
  } else {
    for (const std::string& name : store::migrate(config.database)) {
      std::cout << "applied " << name << "\n";
    }
  }
  return 0;
}

int attach(const Config& config, const Arguments& arguments) {
  std::cout << attach_snippet(*server_kind_of(arguments.server), config);
  return 0;
}

int check_all(const Config& config, const Arguments& arguments) {
  std::cout << "configuration: ok (" << arguments.config << ")\n";
  return check(config, std::cout) ? 0 : 1;
}

int run_daemon(const Config& config, const Arguments& arguments) {
  return run(config, arguments.config);
}

int order_daemon(const Config& config, const Arguments& arguments) {
  return give_command(config, arguments.order, {std::cin, std::cout, std::cerr});
}

using Command = int (*)(const Config&, const Arguments&);

int carry_out(Command command, const Arguments& arguments) {
  const Result<Config, ConfigFaults> config = load_config(arguments.config);
  if (!config.ok()) {
    for (const ConfigFault& fault : config.error()) std::cerr << to_string(fault) << "\n";
    return wrong_usage;
  }
  try {
    return command(config.value(), arguments);
  } catch (const std::exception& failure) {
    std::cerr << "stoa: " << failure.what() << "\n";
    return 1;
  }
}

}  // namespace

int main(int argc, const char* const* argv) {
  Arguments arguments;
  Command command = nullptr;
  CLI::App cli("Rooms and nodes for the XMPP server that you already run.", "stoa");
  cli.set_version_flag("--version", "stoa " STOA_VERSION);
  cli.require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Command chosen) {
    CLI::App* sub = cli.add_subcommand(name, help);
    sub->add_option("--config", arguments.config, "configuration file")->capture_default_str();
    sub->callback([&command, chosen] { command = chosen; });
    return sub;
  };
  add("run", "serve, in the foreground; the log goes to standard error", run_daemon);
  add("check", "test configuration, database, schema and each link's handshake", check_all);
  add("attach", "print what to add to the server's configuration", attach)
      ->add_option("--server", arguments.server, "prosody, ejabberd or openfire")
      ->required()
      ->check(CLI::IsMember({"prosody", "ejabberd", "openfire"}));
  add("migrate", "bring the database's schema up to date", migrate)
      ->add_flag("--dry-run", arguments.dry_run, "print the SQL and change nothing");
  CLI::App* order =
      add("command", "give the daemon that runs an ad-hoc command; without a name: list them",
          order_daemon);
  order->add_option("name", arguments.order.name, "such as nodes:list, rooms:list, service:reload");
  order->add_option("fields", arguments.order.fields, "NAME=VALUE, for each field of its form");
  order->add_option("--domain", arguments.order.domain, "of which link; the first one's");
  order->add_flag("--ask", arguments.order.ask, "show what fields the command has");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : wrong_usage;
  }
  return carry_out(command, arguments);
}

}  // namespace stoa::app
