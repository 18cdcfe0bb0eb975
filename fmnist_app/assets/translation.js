// A browser that translates the page takes each text out of it and puts a <font> with other words in its place. What
// the page writes later would go into the text that was taken out: the old words would stay, and taking them away would
// fail. Here such a text goes back into its place before it changes; the browser then translates it anew.
{
  // The names of networks and classes in Streamlit's own elements; everywhere else they are marked where they are drawn.
  const NAMES = [".st-key-model", ".st-key-against", ".st-key-guesses"].map((key) => `${key} button`).join()
  // In sentences they stand in bold letters, in lists of choices alone.
  const CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
  const WORDS = 'strong, button p, [role="option"]'
  const places = new WeakMap() // a text that was taken out: the element that stands in its place
  const taken = new WeakSet() // those elements
  let following = false

  const putBack = (text) => {
    const place = places.get(text)
    places.delete(text)
    if (!text.parentNode) place.replaceWith(text)
  }
  const isName = (text) =>
    CLASSES.includes(text) || [...document.querySelectorAll(NAMES)].some((button) => button.textContent === text)
  const mark = (element) => {
    if (isName(element.textContent)) element.translate = false
    else element.removeAttribute("translate")
  }
  const follow = () => {
    if (following) return
    following = true
    const value = Object.getOwnPropertyDescriptor(Node.prototype, "nodeValue")
    Object.defineProperty(Node.prototype, "nodeValue", {
      ...value,
      set(words) {
        if (places.has(this)) putBack(this)
        value.set.call(this, words)
      },
    })
    for (const name of ["appendChild", "insertBefore", "removeChild"]) {
      const change = Node.prototype[name]
      Node.prototype[name] = function (...nodes) {
        for (const node of nodes) if (places.has(node)) putBack(node)
        return change.apply(this, nodes)
      }
    }
  }
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes, removedNodes, previousSibling, nextSibling } of changes) {
      const changed = type === "characterData" ? target.parentElement : addedNodes[0]?.nodeType === Node.TEXT_NODE && target
      const word = changed && changed.closest?.(WORDS)
      if (word) mark(word)
      for (const node of addedNodes) {
        if (node.nodeType !== Node.ELEMENT_NODE || node.nodeName === "FONT") continue
        for (const name of node.querySelectorAll(NAMES)) name.translate = false
        for (const each of node.querySelectorAll(WORDS)) mark(each)
        if (node.matches(WORDS)) mark(node)
      }
      for (const text of removedNodes) {
        if (text.nodeType !== Node.TEXT_NODE || text.parentNode) continue
        const place = [...addedNodes, previousSibling, nextSibling].find(
          (node) => node?.nodeName === "FONT" && node.parentNode === target && !taken.has(node))
        if (!place) continue
        places.set(text, place)
        taken.add(place)
        follow()
      }
    }
  }).observe(document, { childList: true, characterData: true, subtree: true })
}
