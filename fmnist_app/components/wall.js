const LEFT = "fashion-mnist-explorer:left-wall"

// Where the visitor left the wall: the picture, and how far down the screen it stood.
function remember(button) {
  const left = { path: location.pathname, name: button.title, top: button.getBoundingClientRect().top }
  try { sessionStorage.setItem(LEFT, JSON.stringify(left)) } catch { /* then it begins at the top */ }
}

// The page above may still be growing, so the picture is put in its place again until somebody touches something.
function comeBack(wall) {
  let left = null
  try { left = JSON.parse(sessionStorage.getItem(LEFT)) } catch { /* nothing is kept */ }
  const button = left?.path === location.pathname && [...wall.children].find((child) => child.title === left.name)
  if (!button) return
  sessionStorage.removeItem(LEFT)
  wall.opened = left.name
  const scroller = document.querySelector('[data-testid="stMain"]')
  const place = () => { scroller.scrollTop += wall.querySelector(".opened").getBoundingClientRect().top - left.top }
  const watch = new ResizeObserver(() => wall.querySelector(".opened") && place())
  const hands = new AbortController()
  const end = () => { watch.disconnect(); hands.abort() }
  for (const what of ["wheel", "touchstart", "pointerdown", "keydown"])
    addEventListener(what, end, { passive: true, capture: true, signal: hands.signal })
  setTimeout(end, 3000)
  mark(wall)
  for (const part of scroller.children) watch.observe(part)
}

function mark(wall) {
  for (const button of wall.children) {
    const opened = button.title === wall.opened
    button.classList.toggle("opened", opened)
    if (opened) button.setAttribute("aria-current", "true")
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const wall = parentElement.querySelector(".wall")
  const { sprite, names, wrong, label, leaves } = JSON.parse(data.json)
  const focused = [...wall.children].indexOf(wall.getRootNode().activeElement)
  wall.setAttribute("aria-label", label)
  wall.replaceChildren(...names.map((name, k) => {
    const button = document.createElement("button")
    button.type = "button"
    button.title = name
    button.setAttribute("aria-label", name)
    // One stop for the tab key; the arrow keys move inside.
    button.tabIndex = k ? -1 : 0
    button.style.backgroundImage = `url("${sprite}")`
    button.style.backgroundPosition = `-${k * 56}px 0`
    if (wrong[k]) {
      const mark = document.createElement("span")
      mark.className = "mark"
      mark.textContent = "✗"
      mark.setAttribute("aria-hidden", "true")
      button.append(mark)
    }
    return button
  }))
  if (focused >= 0) wall.children[focused]?.focus()
  if (leaves) comeBack(wall)
  mark(wall)
  wall.onclick = (event) => {
    const button = event.target.closest("button")
    if (button && leaves) remember(button)
    // The name too: the server may know of a newer wall by then, with another picture in this place.
    if (button) setTriggerValue("picked", [[...wall.children].indexOf(button), button.title])
  }
  wall.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return // the browser's own
    const columns = getComputedStyle(wall).gridTemplateColumns.split(" ").length
    const here = [...wall.children].indexOf(event.target)
    const away = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key]
    const next = { Home: wall.firstChild, End: wall.lastChild }[event.key] ?? (away && wall.children[here + away])
    if (here < 0 || !(away || next)) return
    // At the ends too: else the page would take the arrow for a step to another picture.
    event.preventDefault()
    event.stopPropagation()
    if (!next) return
    event.target.tabIndex = -1
    next.tabIndex = 0
    next.focus()
  }
}
