// Sketchroom: puts connection, room, sketch, game and discovery together.
// config.json beside this page says where the server is; tools/demo writes it.

import { Connection } from './connection.js';
import { Chat } from './chat.js';
import { Sketch } from './sketch.js';
import { Game } from './game.js';
import { DiscoTree } from './disco.js';

const $ = (id) => document.getElementById(id);

function notify(text) {
  $('notice').textContent = text;
  $('notice').hidden = false;
  clearTimeout(notify.timer);
  notify.timer = setTimeout(() => { $('notice').hidden = true; }, 5000);
}

async function enter(connection, config) {
  const jid = $('account').value.includes('@') ? $('account').value : `${$('account').value}@${config.domain}`;
  await connection.connect(jid, $('password').value);
  const room = $('room').value.trim().toLowerCase();
  const chat = new Chat(connection, `${room}@${config.service}`, $('nick').value.trim(), notify);
  const sketch = new Sketch(connection, config.service, room, notify);
  const game = new Game(connection, config.service, room, chat, notify);
  await chat.enter();
  connection.onDisconnect = () => notify('The connection has ended.');
  $('login').hidden = true;
  $('login').style.display = 'none';
  $('stage').hidden = false;
  $('me').textContent = chat.nick;
  $('leave').onclick = () => {
    chat.leave();
    connection.disconnect();
    window.location.reload();
  };
  await sketch.start();
  await game.start();
  chat.showOccupants();
  new DiscoTree(connection, [config.domain, config.service]).start();
  document.body.dataset.ready = 'true';
}

async function main() {
  const config = await (await fetch('config.json')).json();
  const query = new URLSearchParams(window.location.search);
  $('accounts').replaceChildren(...(config.accounts || []).map((a) => new Option(a)));
  for (const key of ['account', 'password', 'nick', 'room']) {
    if (query.has(key)) $(key).value = query.get(key);
  }
  $('account').onchange = () => { $('nick').value = $('nick').value || $('account').value.split('@')[0]; };
  $('login').onsubmit = async (event) => {
    event.preventDefault();
    $('login-state').textContent = 'Entering …';
    const connection = new Connection(config);
    try {
      await enter(connection, config);
    } catch (failure) {
      connection.disconnect();
      $('login-state').textContent = `Not entered: ${failure.message}`;
    }
  };
}

main();
