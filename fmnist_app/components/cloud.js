// The map itself: what stands on the stage, and what the visitor may do with it.

const MAX_CORNERS = 60

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".cloud")
  root.map ??= build(root)
  root.map.update(JSON.parse(data.json), setTriggerValue)
}

function build(root) {
  const find = (what) => root.querySelector(what)
  const stage = find(".stage"), names = find(".names"), tip = find(".tip"), card = find(".card")
  const marks = find(".marks"), pen = marks.getContext("2d"), view = new View(), sheet = new Image()
  let canvas = find(".points"), painter = webglPainter(canvas) ?? plainly()
  let data = {}, send = () => {}, points = null, kept = [], region = [], focus = -1, waiting = false
  if (matchMedia("(hover: none)").matches) card.querySelector("p").textContent = "Tap a picture to see what it is; pinch to come closer."
  const invitation = card.querySelector("p").textContent
  let shown = false // whether the sheet of thumbnails has arrived

  const map = { view, tool: "move", path: null, acts: {}, draw, moved, pick, select, showTip, walk, zoomAt,
    nearest: (x, y, reach) => nearest(points, kept, view, x, y, reach),
    hideTip: () => {
      tip.hidden = true
    } }

  // A canvas that was once asked for WebGL has no plain context to give: another one takes its place.
  function plainly() {
    const fresh = canvas.cloneNode()
    canvas.replaceWith(fresh)
    canvas = fresh
    return flatPainter(fresh)
  }
  function repaint(chosen) {
    painter = chosen
    if (points) painter.load(points)
    draw()
  }

  // ------------------------------------------------------------ looking around
  const at = (k) => view.screen(points.xy[2 * k], points.xy[2 * k + 1])
  function zoomAt(x, y, factor) {
    if (view.zoomAt(x, y, factor)) moved()
  }
  function moved() {
    map.hideTip() // what it names has moved away
    view.keepWithin()
    stage.style.touchAction = view.zoom === 1 && map.tool === "move" ? "pan-y" : "none"
    draw()
  }
  function draw() {
    if (waiting) return
    waiting = true
    requestAnimationFrame(paint)
  }
  function paint() {
    waiting = false
    if (!points || !view.width) return
    const frame = view.frame(), { width, height, ratio } = frame
    for (const each of [canvas, marks]) {
      const [w, h] = [width, height].map((side) => Math.round(side * ratio))
      if (each.width !== w || each.height !== h) [each.width, each.height] = [w, h]
    }
    painter.paint(frame)
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    pen.clearRect(0, 0, width, height)
    const style = getComputedStyle(root), accent = style.getPropertyValue("--st-primary-color")
    if (shown && view.zoom >= 4) drawThumbnails(pen, { points, kept, view, frame, sheet, columns: data.columns })
    const corners = map.path ?? region
    if (corners.length > 1) drawRegion(pen, corners, view, frame, accent)
    if (focus >= 0) drawRing(pen, at(focus), style.color, accent)
    placeNames(names, data.centres, view, frame)
    root.dataset.ready = painter.kind
  }

  // ------------------------------------------------------------ one picture
  function showThumbnail(element, k, side) {
    element.hidden = !shown
    element.style.width = element.style.height = `${side}px`
    element.style.backgroundImage = `url("${sheet.src}")`
    element.style.backgroundSize = `${data.columns * side}px auto`
    element.style.backgroundPosition = `${-(k % data.columns) * side}px ${-Math.floor(k / data.columns) * side}px`
  }
  function showTip(k, x, y) {
    tip.hidden = k < 0
    if (k < 0) return
    showThumbnail(tip.children[0], k, 84)
    tip.children[1].textContent = describe(points, k, data.names)
    const { width, height } = view, [w, h] = [tip.offsetWidth, tip.offsetHeight]
    const left = x + 14 + w > width ? x - w - 14 : x + 14
    tip.style.transform = `translate(${clamp(left, 4, Math.max(4, width - w - 4))}px, ${clamp(y - h / 2, 4, height - h - 4)}px)`
  }
  function setFocus(k, seen = true) {
    focus = k
    root.dataset.focus = k
    const [picture, text, open] = [card.querySelector("i"), card.querySelector("p"), card.querySelector("button")]
    open.hidden = k < 0
    picture.hidden = true
    if (k < 0) {
      text.textContent = invitation
      map.hideTip()
      return draw()
    }
    showThumbnail(picture, k, view.width < 500 ? 84 : 140)
    text.textContent = describe(points, k, data.names)
    const [x, y] = at(k)
    if (seen && (x < 20 || y < 20 || x > view.width - 20 || y > view.height - 20)) {
      view.centre = [points.xy[2 * k], points.xy[2 * k + 1]]
      moved()
    }
    if (seen) showTip(k, ...at(k))
    draw()
  }
  function pick(k, seen) {
    setFocus(k, seen)
    if (k >= 0) card.scrollIntoView({ block: "nearest" })
  }
  function walk(direction, least) {
    if (focus < 0) return setFocus(map.nearest(view.width / 2, view.height / 2, 1e9))
    const k = ahead(points, kept, view, focus, direction, least)
    if (k >= 0) setFocus(k)
  }

  // ------------------------------------------------------------ a region
  function select(corners) {
    const every = Math.ceil(corners.length / MAX_CORNERS)
    region = corners.filter((_, k) => k % every === 0).map((corner) => corner.map((n) => Math.round(n * 1e5) / 1e5))
    send("region", region.flat())
    draw()
  }
  map.acts = {
    closer: () => zoomAt(view.width / 2, view.height / 2, 1.5),
    farther: () => zoomAt(view.width / 2, view.height / 2, 1 / 1.5),
    fit: () => {
      view.zoom = 1
      moved()
    },
    view: () => select([view.place(0, view.height), view.place(view.width, 0)]),
    clear: () => {
      region = []
      send("region", [])
      draw()
    },
    open: () => focus >= 0 && send("opened", focus),
  }

  listenToPointers(stage, map)
  listenToKeys(stage, map)
  root.onclick = (event) => {
    const button = event.target.closest("button")
    if (button?.dataset.mark) send("filter", button.dataset.mark)
    if (button?.dataset.act) map.acts[button.dataset.act]()
    if (!button?.dataset.tool) return
    map.tool = stage.dataset.tool = button.dataset.tool
    for (const other of root.querySelectorAll("[data-tool]")) {
      if (other !== stage) other.setAttribute("aria-pressed", String(other === button))
    }
    moved()
  }
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault()
    setTimeout(() => painter.lost?.() && repaint(plainly()), 2000)
  })
  canvas.addEventListener("webglcontextrestored", () => repaint(webglPainter(canvas) ?? plainly()))
  new ResizeObserver(() => {
    ;({ clientWidth: view.width, clientHeight: view.height } = stage)
    draw()
  }).observe(stage)

  function isDark() {
    const [r, g, b] = getComputedStyle(stage).backgroundColor.match(/[\d.]+/g).map(Number)
    return 0.21 * r + 0.72 * g + 0.07 * b < 128
  }
  return {
    update(given, sender) {
      const other = given.places !== data.places || given.classes !== data.classes
      data = given
      send = sender
      if (other) {
        points = decode(data)
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
      const dark = isDark()
      kept = colour(points, data, dark)
      painter.load(points)
      const legend = find(".legend"), active = root.getRootNode().activeElement
      const focused = [...legend.querySelectorAll("button")].indexOf(active)
      legend.replaceChildren(...data.legend.map((line) => legendLine(line, data, dark)))
      legend.querySelectorAll("button")[focused]?.focus({ preventScroll: true })
      moved()
    },
  }
}
