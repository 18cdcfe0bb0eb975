
// Each class keeps its colour; neighbours on the map get distant ones (Petroff 2021, arXiv 2107.02270).
const CLASS_COLOURS = ["#3f90da", "#94a4a2", "#ffa90e", "#832db6", "#bd1f01", "#a96b59", "#92dadd", "#e76300", "#717581", "#b9ac70"]
const RIGHT = "#8a93a3", WRONG = "#e76300", UNSURE = [231, 99, 0], SURE = [61, 118, 255]
const FULL = 65535, MOST_ZOOM = 60, MOST_THUMBS = 220, MOST_CORNERS = 60

// Dark colours would vanish on a dark map.
const ON_DARK = { "#717581": "#d5d8df", "#832db6": "#b168e0", "#bd1f01": "#f0573c" }
const classColours = (dark) => CLASS_COLOURS.map((colour) => (dark && ON_DARK[colour]) || colour)

const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
const clamp = (value, low, high) => Math.min(Math.max(value, low), high)
const percent = (share) => (share > 0.9995 && share < 1 ? ">99.9%" : `${(100 * share).toFixed(1)}%`)

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".cloud")
  root.map ??= build(root)
  root.map.update(JSON.parse(data.json), setTriggerValue)
}

function build(root) {
  const find = (what) => root.querySelector(what)
  const stage = find(".stage"), names = find(".names"), tip = find(".tip"), card = find(".card")
  const marks = find(".marks"), pen = marks.getContext("2d")
  let canvas = find(".points"), painter = webglPainter(canvas) ?? plainly()
  let data = {}, send = () => {}, points = null, kept = [], region = [], tool = "move", path = null
  let zoom = 1, cx = 0.5, cy = 0.5, focus = -1, width = 0, height = 0, waiting = false
  const fingers = new Map(), sheet = new Image()
  if (matchMedia("(hover: none)").matches) card.querySelector("p").textContent = "Tap a picture to see what it is; pinch to come closer."
  const invitation = card.querySelector("p").textContent
  let shown = false // whether the sheet of thumbnails has arrived

  // A canvas that was once asked for WebGL has no plain context to give: another one takes its place.
  function plainly() {
    const fresh = canvas.cloneNode()
    canvas.replaceWith(fresh)
    canvas = fresh
    return flatPainter(fresh)
  }

  // ------------------------------------------------------------ where things are
  const spans = () => [0.92 * Math.min(width, 1.6 * height) * zoom, 0.92 * Math.min(height, 1.6 * width) * zoom]
  const view = () => {
    const [sx, sy] = spans()
    return { kx: sx, ky: -sy, ox: width / 2 - cx * sx, oy: height / 2 + cy * sy, width, height,
      ratio: devicePixelRatio, size: clamp(3.2 * zoom ** 0.45, 3, 14) * (width < 500 ? 0.85 : 1) }
  }
  const screen = (k, v = view()) => [v.kx * points.xy[2 * k] + v.ox, v.ky * points.xy[2 * k + 1] + v.oy]
  const place = (x, y, v = view()) => [clamp((x - v.ox) / v.kx, 0, 1), clamp((y - v.oy) / v.ky, 0, 1)]
  const nearest = (x, y, reach) => {
    const v = view()
    let best = -1, least = reach * reach
    for (const k of kept) {
      const [px, py] = screen(k, v), away = (px - x) ** 2 + (py - y) ** 2
      if (away < least) [best, least] = [k, away]
    }
    return best
  }
  function zoomAt(x, y, factor) {
    const before = place(x, y), old = zoom
    zoom = clamp(zoom * factor, 1, MOST_ZOOM)
    if (zoom === old) return
    const [sx, sy] = spans()
    cx = before[0] - (x - width / 2) / sx
    cy = before[1] + (y - height / 2) / sy
    moved()
  }
  function moved() {
    tip.hidden = true // what it names has moved away
    // At full view nothing is out of sight; closer, half a screen may be empty.
    cx = zoom === 1 ? 0.5 : clamp(cx, 0, 1)
    cy = zoom === 1 ? 0.5 : clamp(cy, 0, 1)
    stage.style.touchAction = zoom === 1 && tool === "move" ? "pan-y" : "none"
    draw()
  }

  // ------------------------------------------------------------ words and thumbnails
  const words = (k) => {
    const right = points.truth[k] === points.guess[k]
    return `Picture ${k}: true ${data.names[points.truth[k]]}, predicted ${data.names[points.guess[k]]} with ` +
      `${percent(points.confidence[k])}, ${right ? "✓ right" : "✗ wrong"}`
  }
  function thumbnail(element, k, side) {
    element.hidden = !shown
    element.style.width = element.style.height = `${side}px`
    element.style.backgroundImage = `url("${sheet.src}")`
    element.style.backgroundSize = `${data.columns * side}px auto`
    element.style.backgroundPosition = `${-(k % data.columns) * side}px ${-Math.floor(k / data.columns) * side}px`
  }
  function showTip(k, x, y) {
    tip.hidden = k < 0
    if (k < 0) return
    thumbnail(tip.children[0], k, 84)
    tip.children[1].textContent = words(k)
    const [w, h] = [tip.offsetWidth, tip.offsetHeight]
    tip.style.transform = `translate(${clamp(x + 14 + w > width ? x - w - 14 : x + 14, 4, Math.max(4, width - w - 4))}px, ${clamp(y - h / 2, 4, height - h - 4)}px)`
  }
  function setFocus(k, seen = true) {
    focus = k
    root.dataset.focus = k
    const [picture, text, open] = [card.querySelector("i"), card.querySelector("p"), card.querySelector("button")]
    open.hidden = k < 0
    picture.hidden = true
    if (k < 0) {
      text.textContent = invitation
      tip.hidden = true
      return draw()
    }
    thumbnail(picture, k, width < 500 ? 84 : 140)
    text.textContent = words(k)
    const [x, y] = screen(k)
    if (seen && (x < 20 || y < 20 || x > width - 20 || y > height - 20)) {
      ;[cx, cy] = [points.xy[2 * k], points.xy[2 * k + 1]]
      moved()
    }
    if (seen) showTip(k, ...screen(k))
    draw()
  }

  // ------------------------------------------------------------ painting
  const isDark = () => {
    const [r, g, b] = getComputedStyle(stage).backgroundColor.match(/[\d.]+/g).map(Number)
    return 0.21 * r + 0.72 * g + 0.07 * b < 128
  }
  function draw() {
    if (waiting) return
    waiting = true
    requestAnimationFrame(paint)
  }
  function paint() {
    waiting = false
    if (!points || !width) return
    const v = view(), ratio = devicePixelRatio
    for (const each of [canvas, marks]) {
      const [w, h] = [width, height].map((side) => Math.round(side * ratio))
      if (each.width !== w || each.height !== h) [each.width, each.height] = [w, h]
    }
    painter.paint(v)
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    pen.clearRect(0, 0, width, height)
    const style = getComputedStyle(root), accent = style.getPropertyValue("--st-primary-color"), ink = style.color
    thumbnailsCloseBy(v)
    const corners = path ?? region
    if (corners.length) outline(corners, v, accent)
    if (focus >= 0) {
      const [x, y] = screen(focus, v)
      for (const [colour, line, radius] of [[ink, 2, 9], [accent, 3, 12]]) {
        pen.strokeStyle = colour
        pen.lineWidth = line
        pen.beginPath()
        pen.arc(x, y, radius, 0, 7)
        pen.stroke()
      }
    }
    placeNames(v)
    root.dataset.ready = painter.kind
  }
  function thumbnailsCloseBy(v) {
    if (!shown || zoom < 4) return
    const seen = kept.filter((k) => {
      const [x, y] = screen(k, v)
      return x > 0 && y > 0 && x < width && y < height
    })
    if (seen.length > MOST_THUMBS) return
    const side = seen.length > 90 ? 28 : 42
    pen.imageSmoothingEnabled = false
    for (const k of seen) {
      const [x, y] = screen(k, v), [r, g, b] = points.rgba.subarray(4 * k)
      pen.fillStyle = `rgb(${r}, ${g}, ${b})`
      pen.fillRect(x - side / 2 - 2, y - side / 2 - 2, side + 4, side + 4)
      pen.drawImage(sheet, (k % data.columns) * 28, Math.floor(k / data.columns) * 28, 28, 28, x - side / 2, y - side / 2, side, side)
      if (points.truth[k] !== points.guess[k]) {
        pen.fillStyle = "#ffab70"
        pen.beginPath()
        pen.arc(x + side / 2 - 6, y + side / 2 - 6, 6, 0, 7)
        pen.fill()
        pen.fillStyle = "#16181d"
        pen.font = "700 11px sans-serif"
        pen.fillText("×", x + side / 2 - 9, y + side / 2 - 2)
      }
    }
  }
  function outline(corners, v, accent) {
    const all = corners.length === 2
      ? [corners[0], [corners[1][0], corners[0][1]], corners[1], [corners[0][0], corners[1][1]]] : corners
    pen.beginPath()
    for (const [x, y] of all) pen.lineTo(v.kx * x + v.ox, v.ky * y + v.oy)
    pen.closePath()
    pen.strokeStyle = accent
    pen.lineWidth = 2
    pen.setLineDash([6, 4])
    pen.stroke()
    pen.setLineDash([])
    pen.globalAlpha = 0.07
    pen.fillStyle = accent
    pen.fill("evenodd")
    pen.globalAlpha = 1
  }
  function placeNames(v) {
    const taken = []
    data.centres.map(([x, y], k) => [v.kx * x + v.ox, v.ky * y + v.oy, names.children[k]])
      .sort((a, b) => a[1] - b[1])
      .forEach(([x, y, span]) => {
        const half = span.offsetWidth / 2 + 4
        const inner = x > -40 && y > -20 && x < width + 40 && y < height + 20
        if (inner) x = clamp(x, half, Math.max(half, width - half))
        while (taken.some(([tx, ty, w]) => Math.abs(tx - x) < half + w && Math.abs(ty - y) < 18)) y += 4
        taken.push([x, y, half])
        span.style.left = `${x}px`
        span.style.top = `${y}px`
        span.hidden = !inner || zoom > 12
      })
  }

  // ------------------------------------------------------------ pointer
  const at = (event) => {
    const box = stage.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  stage.onpointerdown = (event) => {
    if (event.button) return
    stage.setPointerCapture(event.pointerId)
    fingers.set(event.pointerId, { from: at(event), now: at(event) })
    if (fingers.size > 1) path = null
    else if (tool !== "move" || event.shiftKey) path = [place(...at(event))]
  }
  stage.onpointermove = (event) => {
    const [x, y] = at(event), finger = fingers.get(event.pointerId)
    if (!finger) {
      const k = event.pointerType === "touch" ? -1 : nearest(x, y, 12)
      return showTip(k, x, y)
    }
    tip.hidden = true
    if (fingers.size === 2) {
      const [other] = [...fingers.values()].filter((f) => f !== finger)
      const span = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by)
      const factor = span([x, y], other.now) / Math.max(span(finger.now, other.now), 1)
      zoomAt((x + other.now[0]) / 2, (y + other.now[1]) / 2, factor)
    } else if (path) {
      path = tool === "lasso" ? [...path, place(x, y)] : [path[0], place(x, y)]
      draw()
    } else {
      const [sx, sy] = spans()
      cx -= (x - finger.now[0]) / sx
      cy += (y - finger.now[1]) / sy
      moved()
    }
    finger.now = [x, y]
  }
  stage.onpointerup = (event) => {
    const finger = fingers.get(event.pointerId), drawn = path
    fingers.delete(event.pointerId)
    path = null
    if (!finger || fingers.size) return
    const [x, y] = at(event)
    if (Math.hypot(x - finger.from[0], y - finger.from[1]) < 5 && !(drawn?.length > 4)) {
      setFocus(nearest(x, y, event.pointerType === "touch" ? 24 : 12), event.pointerType !== "touch")
      if (focus >= 0) card.scrollIntoView({ block: "nearest" })
    } else if (drawn) select(drawn)
    draw()
  }
  stage.onpointercancel = (event) => {
    fingers.delete(event.pointerId)
    path = null
    draw()
  }
  stage.onpointerleave = () => {
    tip.hidden = true
  }
  stage.addEventListener("wheel", (event) => {
    // At full view, scrolling on belongs to the page.
    if (zoom === 1 && event.deltaY > 0) return
    event.preventDefault()
    zoomAt(...at(event), Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0018)))
  }, { passive: false })

  // ------------------------------------------------------------ selecting, opening, keys
  function select(corners) {
    const every = Math.ceil(corners.length / MOST_CORNERS)
    region = corners.filter((_, k) => k % every === 0).map((corner) => corner.map((n) => Math.round(n * 1e5) / 1e5))
    send("region", region.flat())
    draw()
  }
  const acts = {
    closer: () => zoomAt(width / 2, height / 2, 1.5),
    farther: () => zoomAt(width / 2, height / 2, 1 / 1.5),
    fit: () => {
      zoom = 1
      moved()
    },
    view: () => select([place(0, height), place(width, 0)]),
    clear: () => {
      region = []
      send("region", [])
      draw()
    },
    open: () => focus >= 0 && send("opened", focus),
  }
  function walk(dx, dy, least) {
    if (focus < 0) return setFocus(nearest(width / 2, height / 2, 1e9))
    const v = view(), [x, y] = screen(focus, v)
    let best = -1, lowest = Infinity
    for (const k of kept) {
      const [px, py] = screen(k, v), ahead = (px - x) * dx + (py - y) * dy
      const aside = Math.abs((px - x) * dy) + Math.abs((py - y) * dx)
      const cost = ahead + 2 * aside
      if (ahead >= least && aside <= ahead && cost < lowest) [best, lowest] = [k, cost]
    }
    if (best >= 0) setFocus(best)
  }
  stage.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key]
    const act = { "+": "closer", "=": "closer", "-": "farther", 0: "fit", v: "view", V: "view", Enter: "open", Escape: "clear" }[event.key]
    if (step) walk(...step, event.shiftKey ? 60 : 5)
    else if (act) acts[act]()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  root.onclick = (event) => {
    const button = event.target.closest("button")
    if (button?.dataset.mark) send("filter", button.dataset.mark)
    if (button?.dataset.act) acts[button.dataset.act]()
    if (!button?.dataset.tool) return
    tool = stage.dataset.tool = button.dataset.tool
    for (const other of root.querySelectorAll("[data-tool]")) {
      if (other !== stage) other.setAttribute("aria-pressed", String(other === button))
    }
    moved()
  }
  function repaint(chosen) {
    painter = chosen
    if (points) painter.load(points)
    draw()
  }
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault()
    setTimeout(() => painter.lost?.() && repaint(plainly()), 2000)
  })
  canvas.addEventListener("webglcontextrestored", () => repaint(webglPainter(canvas) ?? plainly()))
  new ResizeObserver(() => {
    ;({ clientWidth: width, clientHeight: height } = stage)
    draw()
  }).observe(stage)

  // ------------------------------------------------------------ what Python sends
  function decode() {
    const codes = new Uint16Array(bytes(data.places).buffer), both = bytes(data.classes)
    const count = both.length
    points = {
      count,
      xy: Float32Array.from(codes, (code) => code / FULL),
      truth: both.map((b) => b >> 4),
      guess: both.map((b) => b & 15),
      confidence: Float32Array.from(new Uint16Array(bytes(data.confidence).buffer), (c) => c / FULL),
    }
  }
  function colour() {
    const { count, truth, guess, confidence } = points, mask = bytes(data.kept)
    const inside = (k) => (mask[k >> 3] >> (7 - (k & 7))) & 1
    const dark = isDark(), palette = classColours(dark).map(rgb), dim = dark ? 60 : 40, [right, wrong] = [rgb(RIGHT), rgb(WRONG)]
    points.rgba = new Uint8Array(4 * count)
    points.wrong = new Float32Array(count)
    for (let k = 0; k < count; k++) {
      const miss = truth[k] !== guess[k], sure = (confidence[k] - 0.1) / 0.9
      const ink = { true: () => palette[truth[k]], predicted: () => palette[guess[k]], right: () => (miss ? wrong : right),
        confidence: () => SURE.map((c, at) => c * sure + UNSURE[at] * (1 - sure)) }[data.colour]()
      points.rgba.set([...ink, inside(k) ? 235 : dim], 4 * k)
      points.wrong[k] = data.colour === "right" && miss ? 1 : 0
    }
    const all = Array.from({ length: count }, (_, k) => k)
    kept = all.filter(inside)
    // What is kept lies on top, and mistakes on top of that.
    points.order = [...all.filter((k) => !inside(k)), ...kept.filter((k) => !points.wrong[k]), ...kept.filter((k) => points.wrong[k])]
    painter.load(points)
  }
  function legend() {
    find(".legend").replaceChildren(...data.legend.map(([mark, name, count]) => {
      const item = document.createElement("li"), button = document.createElement("button")
      const sign = document.createElement("b"), number = document.createElement("em")
      if (mark === "wrong") [sign.className, sign.textContent, sign.style.color] = ["cross", "×", WRONG]
      else if (mark === "ramp") [sign.className, sign.style.background] = ["ramp", `linear-gradient(90deg, rgb(${UNSURE}), rgb(${SURE}))`]
      else sign.style.background = mark === "right" ? RIGHT : classColours(isDark())[mark]
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
    }))
  }
  return {
    update(given, sender) {
      const other = given.places !== data.places || given.classes !== data.classes
      data = given
      send = sender
      if (other) {
        decode()
        setFocus(-1)
        names.replaceChildren(...data.names.map((name) => {
          const span = document.createElement("span")
          span.textContent = name
          return span
        }))
      }
      region = data.region
      stage.setAttribute("aria-label", data.label)
      find('[data-act="clear"]').hidden = !region.length
      if (!sheet.src) {
        sheet.onload = () => {
          shown = true
          draw()
        }
        // Relative to the page's own address, so that it is found under a base path too.
        sheet.src = new URL(data.sheet, location.origin + location.pathname.replace(/[^/]*\/?$/, "")).href
      }
      colour()
      legend()
      moved()
    },
  }
}
