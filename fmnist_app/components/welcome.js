const KEY = "fashion-mnist-explorer.introduced"

// A browser may refuse to remember anything: then the card comes with every visit.
function remembered() {
  try { return localStorage.getItem(KEY) !== null } catch { return false }
}

function remember() {
  try { localStorage.setItem(KEY, "yes") } catch { /* as above */ }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const card = parentElement.querySelector(".welcome")
  const { always, sprite, names } = JSON.parse(data.json)
  const list = card.querySelector("ul")
  if (!list.children.length) {
    list.replaceChildren(...names.map((name, k) => {
      const item = document.createElement("li")
      const picture = document.createElement("span")
      picture.style.backgroundImage = `url("${sprite}")`
      picture.style.backgroundPositionX = `${k * 100 / (names.length - 1)}%`
      item.append(picture, name)
      return item
    }))
  }
  card.hidden = !always && remembered()
  const leave = (way) => {
    remember()
    card.hidden = true
    setTriggerValue("left", way)
  }
  card.onclick = (event) => {
    const way = event.target.closest("button")?.dataset.way
    if (way) leave(way)
  }
  card.onkeydown = (event) => { if (event.key === "Escape") leave("stay") }
}
