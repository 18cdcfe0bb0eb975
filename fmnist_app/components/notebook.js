// Keeps a visitor's own work in this browser, and hands it to a visit that does not know of it.
const heard = (globalThis.fmHeard ??= {}) // by name, the visit that has been told; an element may be drawn anew within it

export default function ({ data, setTriggerValue }) {
  const { name, value, visit, lasting } = JSON.parse(data.json)
  const place = `fashion-mnist-explorer:${name}`
  try {
    const store = lasting ? localStorage : sessionStorage // the second ends with the tab, and survives a reload
    const stored = store.getItem(place)
    if (heard[name] === visit || !stored) store.setItem(place, value)
    else if (stored !== value) setTriggerValue("found", stored) // a reload, or a server that has forgotten
    heard[name] = visit
  } catch {
    // A browser that forbids storage: then it lasts as long as the visit.
  }
}
