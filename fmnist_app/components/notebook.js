// Keeps a visitor's own work in this browser, and hands it to a visit that does not know of it.
const heard = (globalThis.fmHeard ??= {}) // by name, the visit that has been told; an element may be drawn anew within it
const known = (globalThis.fmKnown ??= {}) // by name, what this tab has last read or written: another may write as well

export default function ({ data, setTriggerValue }) {
  const { name, value, visit, lasting } = JSON.parse(data.json)
  const place = `fashion-mnist-explorer:${name}`
  try {
    const store = lasting ? localStorage : sessionStorage // the second ends with the tab, and survives a reload
    const stored = store.getItem(place)
    const news = stored && stored !== value && (heard[name] !== visit || stored !== known[name])
    if (news) setTriggerValue("found", stored) // a reload, a server that has forgotten, or another tab
    else store.setItem(place, value)
    known[name] = news ? stored : value
    heard[name] = visit
  } catch {
    // A browser that forbids storage: then it lasts as long as the visit.
  }
}
