// A shared canvas: every stroke is an item of a node; who comes late fetches them all.

import { Node } from './connection.js';

const colors = ['#24303d', '#a4452c', '#2f6f4f', '#2b5c9e', '#c99a2e', '#7a4b8c'];
const publishEvery = 120;  // milliseconds between two parts of one stroke

export class Sketch {
  constructor(connection, service, room, notify) {
    this.node = new Node(connection, service, `sketchroom/${room}/strokes`);
    this.notify = notify;
    this.canvas = document.getElementById('canvas');
    this.pen = this.canvas.getContext('2d');
    this.color = colors[0];
    this.strokes = 0;
  }

  async start() {
    this.drawPalette();
    this.node.listen({ item: (item) => this.draw(item), purge: () => this.wipe() });
    await this.node.open({
      access_model: 'open', publish_model: 'open', persist_items: true, max_items: 1000,
      send_last_published_item: 'never', notify_retract: true,  // which purge events follow
    });
    for (const item of await this.node.items()) this.draw(item);
    this.followPointer();
    document.getElementById('clear').onclick = () => this.clear();
  }

  drawPalette() {
    const palette = document.getElementById('colors');
    palette.replaceChildren(...colors.map((color) => {
      const button = document.createElement('button');
      button.className = `color${color === this.color ? ' chosen' : ''}`;
      button.style.background = color;
      button.title = color;
      button.onclick = () => {
        this.color = color;
        palette.querySelectorAll('.color').forEach((b) => b.classList.toggle('chosen', b === button));
      };
      return button;
    }));
  }

  followPointer() {
    let points = null;
    let moved = false;
    let last = 0;
    const at = (event) => {
      const box = this.canvas.getBoundingClientRect();
      return [Math.round((event.clientX - box.left) * this.canvas.width / box.width),
        Math.round((event.clientY - box.top) * this.canvas.height / box.height)];
    };
    const flush = () => {
      if (points && points.length > 1) this.publish(points);
      points = points && points.slice(-1);
      last = Date.now();
    };
    this.canvas.onpointerdown = (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      points = [at(event)];
      moved = false;
    };
    this.canvas.onpointermove = (event) => {
      if (!points) return;
      points.push(at(event));
      moved = true;
      if (Date.now() - last > publishEvery) flush();
    };
    this.canvas.onpointerup = () => {
      if (points && !moved) points.push(points[0]);  // a dot
      flush();
      points = null;
    };
  }

  publish(points) {
    const width = document.getElementById('width').value;
    this.node.publish('stroke', { color: this.color, width, points: points.join(' ') })
      .catch((refusal) => this.notify(`The stroke was refused: ${refusal.message}`));
  }

  draw(item) {
    const stroke = item.querySelector('stroke');
    if (!stroke) return;
    const points = (stroke.getAttribute('points') || '').split(' ')
      .map((point) => point.split(',').map(Number))
      .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
    if (!points.length) return;
    this.pen.strokeStyle = stroke.getAttribute('color');
    this.pen.lineWidth = Math.min(40, Number(stroke.getAttribute('width')) || 2);
    this.pen.lineCap = this.pen.lineJoin = 'round';
    this.pen.beginPath();
    this.pen.moveTo(...points[0]);
    for (const point of points.slice(1)) this.pen.lineTo(...point);
    this.pen.stroke();
    this.count(this.strokes + 1);
  }

  wipe() {
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.count(0);
  }

  count(strokes) {
    this.strokes = strokes;
    this.canvas.dataset.strokes = strokes;
  }

  async clear() {
    try {
      await this.node.purge();
    } catch (refusal) {
      this.notify(refusal.condition === 'forbidden'
        ? 'Only who began this sketch can clear it.' : `Not cleared: ${refusal.message}`);
    }
  }
}
