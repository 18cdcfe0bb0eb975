// Streamlit's sliders take every touch for a move: a swipe that only begins on one would change its value instead of
// scrolling the page. Here a finger on a slider waits until it is clear what it wants: a swipe up or down belongs to
// the page (by `touch-action: pan-y`, and the browser cancels the pointer); a tap, or a move to the side, is handed on
// as if it began now.
{
  const SLIDER = '.stSlider [role="group"]', LEAST = 6 // pixels to the side
  let waiting = null

  const touched = (event) => event.isTrusted && event.target.closest?.(SLIDER)
  const same = (event) => waiting !== null && event.pointerId === waiting.pointerId
  const handOn = () => {
    const { target, pointerId, pointerType, clientX, clientY } = waiting
    waiting = null
    target.dispatchEvent(new PointerEvent("pointerdown", {
      pointerId, pointerType, clientX, clientY, isPrimary: true, button: 0, buttons: 1, bubbles: true, cancelable: true,
    }))
  }
  const listeners = {
    pointerdown(event) {
      if (event.pointerType !== "touch" || !touched(event)) return
      event.stopPropagation()
      waiting = event.isPrimary ? event : null
    },
    touchstart(event) {
      if (touched(event)) event.stopPropagation()
    },
    pointermove(event) {
      if (!same(event)) return
      const across = Math.abs(event.clientX - waiting.clientX), along = Math.abs(event.clientY - waiting.clientY)
      if (across >= LEAST && across > along) handOn()
    },
    pointerup(event) {
      if (same(event)) handOn()
    },
    pointercancel(event) {
      if (same(event)) waiting = null
    },
  }
  for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener, { capture: true, passive: true })
}
