// Scrolls the answer into view once, and again while it is still growing, unless somebody scrolled meanwhile.
((name, share) => {
  const scroller = document.querySelector('[data-testid="stMain"]')
  let deadline = performance.now() + 20000 // of a busy server
  let at = null, watch = null, theirs = false
  const hands = new AbortController()
  const end = () => {
    theirs = true
    watch?.disconnect()
    hands.abort()
  }
  for (const what of ["wheel", "touchstart", "pointerdown", "keydown"])
    addEventListener(what, end, { passive: true, capture: true, signal: hands.signal })
  const align = (target) => {
    if (theirs || performance.now() > deadline || (at !== null && scroller.scrollTop !== at)) return end()
    const { top, height } = target.getBoundingClientRect()
    const header = document.querySelector('[data-testid="stHeader"]')?.getBoundingClientRect().bottom ?? 0
    const high = Math.max(header, 0) + 8, low = innerHeight - 8
    const below = top + Math.min(height, share * (low - high)) - low
    if (top < high) scroller.scrollTop += top - high
    else if (below > 0) scroller.scrollTop += below
    at = scroller.scrollTop
  }
  const begin = () => {
    const target = document.querySelector(`.st-key-${name}`)
    if (!target || "drawing" in document.documentElement.dataset) { // nothing moves beneath a stroke that has begun
      if (performance.now() < deadline) requestAnimationFrame(begin)
      else end()
      return
    }
    deadline = performance.now() + 2000
    align(target)
    watch = new ResizeObserver(() => align(target))
    watch.observe(target)
    setTimeout(end, 2000)
  }
  begin()
})
