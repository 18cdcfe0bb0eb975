export default function ({ data, parentElement, setTriggerValue }) {
  const wall = parentElement.querySelector(".wall")
  const { sprite, names, wrong, label } = JSON.parse(data.json)
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
  wall.onclick = (event) => {
    const button = event.target.closest("button")
    if (button) setTriggerValue("picked", [...wall.children].indexOf(button))
  }
  wall.onkeydown = (event) => {
    const columns = getComputedStyle(wall).gridTemplateColumns.split(" ").length
    const here = [...wall.children].indexOf(event.target)
    const away = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key]
    const next = { Home: wall.firstChild, End: wall.lastChild }[event.key] ?? (away && wall.children[here + away])
    if (here < 0 || !(away || next)) return
    // At the ends too: else the page would take the arrow for a step to another picture.
    event.preventDefault()
    event.stopPropagation()
    next?.focus()
  }
}
