#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <stoa/jid/jid.hpp>

/// Any bytes as an address: what is accepted is valid UTF-8, keeps its limits, is put together from
/// its parts, and prepares to itself.
namespace {

void demand(bool condition) {
  if (!condition) std::abort();
}

void check_jid(const stoa::Jid& jid) {
  demand(!jid.empty() && stoa::valid_utf8(jid.str()));
  demand(jid.local().size() <= 1023 && jid.domain().size() <= 1023 &&
         jid.resource().size() <= 1023);
  demand(stoa::Jid::parse(jid.str()) == jid);
  demand(stoa::Jid::from_prepared(jid.local(), jid.domain(), jid.resource()) == jid);
  demand(jid.bare().str() == jid.bare_view());
  demand(jid.bare().with_resource(jid.resource()) == jid);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto jid = stoa::Jid::parse(text)) check_jid(*jid);
  if (const auto node = stoa::nodeprep(text)) demand(stoa::nodeprep(*node) == node);
  if (const auto name = stoa::resourceprep_unbounded(text)) {
    demand(stoa::valid_utf8(*name) && stoa::resourceprep_unbounded(*name) == name);
  }
  if (const auto domain = stoa::prepare_domain(text)) {
    demand(stoa::prepare_domain(*domain) == domain);
  }
  if (stoa::valid_utf8(text)) demand(stoa::valid_utf8(stoa::fold_case(text)));
  return 0;
}
