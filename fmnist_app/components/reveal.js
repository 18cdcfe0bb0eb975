// Scrolls the answer into view once, and again while it is still growing, unless somebody scrolled meanwhile.
((name, share) => {
  const scroller = document.querySelector('[data-testid="stMain"]')
  let deadline = performance.now() + 20000 // of a busy server
  let at = null, watch = null, theirs = false
  const end = () => {
    theirs = true
    watch?.disconnect()
  }
  for (const what of ["wheel", "touchstart", "pointerdown", "keydown"])
    addEventListener(what, end, { once: true, passive: true, capture: true })
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
    if (!target) return performance.now() < deadline && requestAnimationFrame(begin)
    deadline = performance.now() + 2000
    align(target)
    watch = new ResizeObserver(() => align(target))
    watch.observe(target)
  }
  begin()
})
