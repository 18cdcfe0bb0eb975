// One choice of the visitor is one step of the browser's history, and Back undoes exactly that. Streamlit writes to the
// history as its messages come: a link of the navigation would be up to three steps, a section none. Here the first
// change of the address after a choice is a step, and what follows from the same choice belongs to it. Before the first
// choice, and after Back or Forward, nothing is a step.
{
  const push = history.pushState.bind(history), replace = history.replaceState.bind(history)
  const SLIDER = 'input[type="range"], [role="slider"]'
  const NO_CHOICE = ["Tab", "Shift", "Control", "Alt", "Meta", "Escape", "PageUp", "PageDown"]
  let due = false // a choice was made whose step is still to come
  let chosen = false // some choice was made since the page was opened, or left by Back or Forward
  let opened = false // the last step opened another page
  let slid = null // the slider that the last choice moved
  let heard = false // a finger or key announced the click that follows

  const choose = (slider) => {
    if (slider === null || slider !== slid) due = chosen = true
    slid = slider
  }
  const listeners = {
    pointerdown(event) {
      slid = null
      choose(event.target.closest?.(SLIDER) ?? null)
      heard = true
    },
    keydown(event) {
      if (NO_CHOICE.includes(event.key) || !event.isTrusted) return // nobody pressed it: reconnect.js
      choose(event.target.closest?.(SLIDER) ?? null) // many keys on one slider are one move
      heard = true
    },
    click() {
      if (!heard) choose(null)
      heard = false
    },
    popstate() {
      due = chosen = opened = heard = false
      slid = null
    },
  }
  for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener, { capture: true })

  const picture = (address) => address.searchParams.get("index")

  const write = (state, unused, target, pushed) => {
    const now = new URL(location.href), next = new URL(target ?? location.href, location.href)
    const other = next.pathname !== now.pathname
    // A second picture before the answer to the first is a choice of its own; that of a page just opened is not.
    const another = pushed && !opened && !other && picture(now) !== null && picture(next) !== picture(now)
    if (next.href === now.href) return replace(state, unused, target)
    // On the way to another page Streamlit first takes settings out of the address of the one that is left: the step is
    // made then, and the page takes its place, so that Back finds the address as it was.
    const step = chosen && (due || another)
    due = false
    opened = other
    return step ? push(state, unused, target) : replace(state, unused, target)
  }
  history.pushState = (state, unused, target) => write(state, unused, target, true)
  history.replaceState = (state, unused, target) => write(state, unused, target, false)
}
