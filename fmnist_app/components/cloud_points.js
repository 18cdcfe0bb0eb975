// The pictures as points: what Python sends of them, their colours, the legend, and which one is near.

// Each class keeps its colour; neighbours on the map get distant ones (Petroff 2021, arXiv 2107.02270).
const CLASS_COLOURS = ["#3f90da", "#94a4a2", "#ffa90e", "#832db6", "#bd1f01", "#a96b59", "#92dadd", "#e76300", "#717581", "#b9ac70"]
// Dark colours would vanish on a dark map.
const ON_DARK = { "#717581": "#d5d8df", "#832db6": "#b168e0", "#bd1f01": "#f0573c" }
const RIGHT = "#8a93a3", WRONG = "#e76300", UNSURE = [231, 99, 0], SURE = [61, 118, 255]
const MAX_CODE = 65535

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
const percent = (share) => (share > 0.9995 && share < 1 ? ">99.9%" : `${(100 * share).toFixed(1)}%`)
const classColours = (dark) => CLASS_COLOURS.map((colour) => (dark && ON_DARK[colour]) || colour)

function decode(data) {
  const places = new Uint16Array(bytes(data.places).buffer), classes = bytes(data.classes)
  return {
    count: classes.length,
    xy: Float32Array.from(places, (code) => code / MAX_CODE),
    truth: classes.map((b) => b >> 4),
    guess: classes.map((b) => b & 15),
    confidence: Float32Array.from(new Uint16Array(bytes(data.confidence).buffer), (code) => code / MAX_CODE),
  }
}

// Gives each point its colour and its turn in painting; returns the numbers of those that are kept.
function colour(points, data, dark) {
  const { count, truth, guess, confidence } = points, mask = bytes(data.kept)
  const isKept = (k) => (mask[k >> 3] >> (7 - (k & 7))) & 1
  const palette = classColours(dark).map(rgb), dim = dark ? 60 : 40, [right, wrong] = [RIGHT, WRONG].map(rgb)
  points.rgba = new Uint8Array(4 * count)
  points.wrong = new Float32Array(count)
  for (let k = 0; k < count; k++) {
    const miss = truth[k] !== guess[k], sure = (confidence[k] - 0.1) / 0.9
    const ink = { true: () => palette[truth[k]], predicted: () => palette[guess[k]], right: () => (miss ? wrong : right),
      confidence: () => SURE.map((c, at) => c * sure + UNSURE[at] * (1 - sure)) }[data.colour]()
    points.rgba.set([...ink, isKept(k) ? 235 : dim], 4 * k)
    points.wrong[k] = data.colour === "right" && miss ? 1 : 0
  }
  const all = Array.from({ length: count }, (_, k) => k), kept = all.filter(isKept)
  // What is kept lies on top, and mistakes on top of that.
  points.order = [...all.filter((k) => !isKept(k)), ...kept.filter((k) => !points.wrong[k]), ...kept.filter((k) => points.wrong[k])]
  return kept
}

function describe(points, k, names) {
  const right = points.truth[k] === points.guess[k]
  return `Picture ${k}: true ${names[points.truth[k]]}, predicted ${names[points.guess[k]]} with ` +
    `${percent(points.confidence[k])}, ${right ? "✓ right" : "✗ wrong"}`
}

function legendLine([mark, name, count], data, dark) {
  const item = document.createElement("li"), button = document.createElement("button")
  const sign = document.createElement("b"), number = document.createElement("em")
  if (mark === "wrong") [sign.className, sign.textContent, sign.style.color] = ["cross", "×", WRONG]
  else if (mark === "ramp") [sign.className, sign.style.background] = ["ramp", `linear-gradient(90deg, rgb(${UNSURE}), rgb(${SURE}))`]
  else sign.style.background = mark === "right" ? RIGHT : classColours(dark)[mark]
  sign.setAttribute("aria-hidden", "true")
  number.textContent = count
  number.translate = false
  item.translate = !data.names.includes(name)
  const line = mark === "ramp" ? item : button
  line.append(sign, name, number)
  if (line === item) return item
  button.type = "button"
  button.title = "Shows these alone, or all again"
  button.dataset.mark = mark
  button.setAttribute("aria-pressed", String(data.filtered === mark))
  item.append(button)
  return item
}

// The kept point within `reach` pixels of (x, y) that is nearest, or -1.
function nearest(points, kept, view, x, y, reach) {
  const frame = view.frame()
  let best = -1, least = reach * reach
  for (const k of kept) {
    const [px, py] = view.screen(points.xy[2 * k], points.xy[2 * k + 1], frame), away = (px - x) ** 2 + (py - y) ** 2
    if (away < least) [best, least] = [k, away]
  }
  return best
}

// The kept point at least `least` pixels from point `from` in a direction, straight ahead rather than aside, or -1.
function ahead(points, kept, view, from, [dx, dy], least) {
  const frame = view.frame(), at = (k) => view.screen(points.xy[2 * k], points.xy[2 * k + 1], frame), [x, y] = at(from)
  let best = -1, lowest = Infinity
  for (const k of kept) {
    const [px, py] = at(k), along = (px - x) * dx + (py - y) * dy
    const aside = Math.abs((px - x) * dy) + Math.abs((py - y) * dx)
    const cost = along + 2 * aside
    if (along >= least && aside <= along && cost < lowest) [best, lowest] = [k, cost]
  }
  return best
}
