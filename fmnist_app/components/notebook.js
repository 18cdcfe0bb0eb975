// Keeps a visitor's own work in this browser, and hands it to a visit that does not know of it.
export default function ({ data, parentElement, setTriggerValue }) {
  const { name, value, visit } = JSON.parse(data.json)
  const root = parentElement.querySelector(".notebook")
  const place = `fashion-mnist-explorer:${name}`
  try {
    if (root.visit === visit) return localStorage.setItem(place, value)
    root.visit = visit // a reload, or a server that has forgotten: what the browser has comes first
    const stored = localStorage.getItem(place)
    if (stored && stored !== value) setTriggerValue("found", stored)
  } catch {
    // A browser that forbids storage: then it lasts as long as the visit.
  }
}
