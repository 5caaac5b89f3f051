#pragma once

#include <stoa/forms/table.hpp>
#include <stoa/muc/model/config.hpp>
#include <stoa/muc/model/settings.hpp>

namespace stoa::muc {

inline constexpr std::string_view roomconfig_form = "http://jabber.org/protocol/muc#roomconfig";

/// Who looks at the configuration form, as far as it makes a difference.
struct FormViewer {
  bool may_publish = true;  ///< public rooms are allowed to this one
  bool may_persist = true;  ///< persistent rooms likewise
};

using RoomTable = forms::OptionTable<RoomConfig, FormViewer>;

/// Every option of a room (XEP-0045, 16.5.3, and extensions) with the service's limits inside, but
/// for the lists of admins and owners. The code of a row is the status code that its change is told
/// with (10.2.1); where that is not 104 it says what the room is like now. A service's defaults are
/// set by the same rows.
RoomTable room_table(const Settings& settings);

}  // namespace stoa::muc
