const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }

export default function ({ data: sent, parentElement, setTriggerValue }) {
  const data = JSON.parse(sent.json), table = parentElement.querySelector("table")
  const { classes, names, counts, percents, depths, chosen } = data
  const [head, body] = [table.tHead.rows[1].cells, [...table.tBodies[0].rows]]
  const buttons = body.map((row) => [...row.querySelectorAll("button")])
  const all = buttons.flat()
  table.setAttribute("aria-label", data.label)
  names.forEach((name, k) => {
    head[k].firstChild.textContent = name.replace("/", "/\u200b") // may break there
    body[k].cells[0].textContent = name
  })
  // The buttons stay and their words change: a tap or the focus in the middle of a redraw is never lost.
  let marked = null
  buttons.forEach((line, r) => line.forEach((button, c) => {
    const words = `True class ${names[r]}, predicted ${names[c]}: ${counts[r][c]} ` +
      `${counts[r][c] === 1 ? "picture" : "pictures"}, ${percents[r][c]}% of the row`
    button.textContent = data.percent ? percents[r][c] : counts[r][c]
    button.title = words
    button.setAttribute("aria-label", words)
    button.classList.toggle("right", r === c)
    button.hidden = data.hide_diagonal && r === c
    button.style.setProperty("--depth", `${depths[r][c]}%`)
    const here = chosen !== null && classes[r] === chosen[0] && classes[c] === chosen[1]
    button.setAttribute("aria-current", String(here))
    if (here) marked = button
  }))
  // One stop for the tab key; the arrow keys move inside.
  const stop = (button) => all.forEach((other) => (other.tabIndex = other === button ? 0 : -1))
  const focused = table.getRootNode().activeElement
  stop([focused, marked, ...all].find((button) => all.includes(button) && !button.hidden))

  const place = (button) => {
    const cell = button.closest("td")
    return cell && [cell.parentNode.sectionRowIndex, cell.cellIndex - 1]
  }
  table.onclick = (event) => {
    const button = event.target.closest("button")
    if (!button) return
    const [r, c] = place(button)
    setTriggerValue("picked", [classes[r], classes[c]])
  }
  table.onkeydown = (event) => {
    const at = place(event.target), step = STEPS[event.key]
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return
    let next
    if (event.key === "Home" || event.key === "End") {
      const line = buttons[at[0]].filter((button) => !button.hidden)
      next = line.at(event.key === "Home" ? 0 : -1)
    } else if (step) {
      let [r, c] = at
      do next = buttons[r += step[0]]?.[c += step[1]]
      while (next?.hidden)
    } else return
    // At the ends too: else the page would scroll, or take the arrow for a step to another picture.
    event.preventDefault()
    event.stopPropagation()
    if (!next) return
    stop(next)
    next.focus()
  }
}
