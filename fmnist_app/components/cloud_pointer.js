// Mouse, fingers and keys on the stage. `map` is what `build` makes: its view and tool, and what can be asked of it.

const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }
const KEYS = { "+": "closer", "=": "closer", "-": "farther", 0: "fit", v: "view", V: "view", Enter: "open", Escape: "clear" }

function listenToPointers(stage, map) {
  const fingers = new Map()
  const at = (event) => {
    const box = stage.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  stage.onpointerdown = (event) => {
    if (event.button) return
    stage.setPointerCapture(event.pointerId)
    fingers.set(event.pointerId, { from: at(event), now: at(event) })
    if (fingers.size > 1) {
      map.path = null
      for (const finger of fingers.values()) finger.pinched = true // its end is no tap
    } else if (map.tool !== "move" || event.shiftKey) map.path = [map.view.place(...at(event))]
  }
  stage.onpointermove = (event) => {
    const [x, y] = at(event), finger = fingers.get(event.pointerId)
    if (!finger) return map.showTip(event.pointerType === "touch" ? -1 : map.nearest(x, y, 12), x, y)
    map.hideTip()
    if (fingers.size === 2) {
      const [other] = [...fingers.values()].filter((each) => each !== finger)
      const span = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by)
      const factor = span([x, y], other.now) / Math.max(span(finger.now, other.now), 1)
      map.zoomAt((x + other.now[0]) / 2, (y + other.now[1]) / 2, factor)
    } else if (map.path) {
      map.path = [...(map.tool === "lasso" ? map.path : map.path.slice(0, 1)), map.view.place(x, y)]
      map.draw()
    } else {
      map.view.dragBy(x - finger.now[0], y - finger.now[1])
      map.moved()
    }
    finger.now = [x, y]
  }
  stage.onpointerup = (event) => {
    const finger = fingers.get(event.pointerId), drawn = map.path
    fingers.delete(event.pointerId)
    map.path = null
    if (!finger || fingers.size) return
    const [x, y] = at(event), touched = event.pointerType === "touch"
    const still = !finger.pinched && Math.hypot(x - finger.from[0], y - finger.from[1]) < 5 && !(drawn?.length > 4)
    if (still) map.pick(map.nearest(x, y, touched ? 24 : 12), !touched)
    else if (drawn) map.select(drawn)
    map.draw()
  }
  stage.onpointercancel = (event) => {
    fingers.delete(event.pointerId)
    map.path = null
    map.draw()
  }
  stage.onpointerleave = () => map.hideTip()
  stage.addEventListener("wheel", (event) => {
    // At full view, scrolling on belongs to the page.
    if (map.view.zoom === 1 && event.deltaY > 0) return
    event.preventDefault()
    map.zoomAt(...at(event), Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0018)))
  }, { passive: false })
}

function listenToKeys(stage, map) {
  stage.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = STEPS[event.key], act = KEYS[event.key]
    if (step) map.walk(step, event.shiftKey ? 60 : 5)
    else if (act) map.acts[act]()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}
