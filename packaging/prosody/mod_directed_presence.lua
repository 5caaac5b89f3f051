-- Hands on to a component, as it came, the presence that somebody sends to a user of this host without
-- being a contact that the user sees (RFC 6121, 4.6). XEP-0060, 9.1.3, wants the service that hosts the
-- user's nodes to know of it; mod_privilege does not say for whom such presence was.
--
--   VirtualHost "example.org"
--       modules_enabled = { "privilege", "delegation", "directed_presence" }
--       directed_presence_component = "stoa.example.org"

local jid = require "util.jid";
local st = require "util.stanza";
local rostermanager = require "core.rostermanager";
local user_exists = require "core.usermanager".user_exists;

local component = module:get_option_string("directed_presence_component");

local function hand_on(event)
	local stanza = event.stanza;
	local kind, to = stanza.attr.type, stanza.attr.to;
	if not to or (kind ~= nil and kind ~= "unavailable") then return; end
	local from, user = jid.bare(stanza.attr.from), jid.node(to);
	if not user or from == jid.bare(to) then return; end
	if not user_exists(user, module.host) then return; end
	if rostermanager.is_user_subscribed(user, module.host, from) then return; end
	local host = prosody.hosts[component];
	local link = host and host.modules and host.modules.component;
	if link and link.connected then link.session.send(st.clone(stanza)); end
end

module:hook("presence/bare", hand_on, 200);
module:hook("presence/full", hand_on, 200);
