#pragma once

/// How long the list `name` of the service $1 is (schema/0015): "nodes", "listed nodes", "rooms" or
/// "listed rooms".
#define STOA_LIST_LENGTH(name)                     \
  "coalesce((SELECT c.entries FROM list_counts c " \
  "WHERE c.service = $1 AND c.list = '" name "'), 0)"
