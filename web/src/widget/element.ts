// The custom element <hotline-chat>: attributes server, title, open, inline, large; its styles stay in its shadow.
import { createApp, h, reactive, ref, type App } from 'vue'

import Chat from './Chat.vue'
import css from './widget.css?inline'

const ATTRIBUTES = ['server', 'title', 'open', 'inline', 'large']
export const TAG = 'hotline-chat'

interface ChatHandle { open(): void; close(): void; say(text: string): void }

let defaultServer = typeof location === 'undefined' ? '' : location.origin

export class HotlineChat extends HTMLElement {
  static observedAttributes = ATTRIBUTES

  private readonly view = reactive({ server: defaultServer, heading: '青岛12345', inline: false, large: false, opened: false })
  private readonly handle = ref<ChatHandle>()
  private app?: App

  connectedCallback(): void {
    if (this.app) return
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
    root.replaceChildren()
    addStyles(root)
    const place = document.createElement('div')
    place.className = 'root'
    root.append(place)
    this.app = createApp({
      render: () => h(Chat, {
        ...this.view, ref: this.handle, 'onUpdate:opened': (opened: boolean) => { this.view.opened = opened },
      }, { intro: () => h('slot', { name: 'intro' }) }),
    })
    this.app.mount(place)
  }

  disconnectedCallback(): void {
    // Moving the element within the page disconnects it for a moment only.
    queueMicrotask(() => {
      if (this.isConnected) return
      this.app?.unmount()
      this.app = undefined
    })
  }

  attributeChangedCallback(name: string, _old: string | null, value: string | null): void {
    if (name === 'server') this.view.server = (value || defaultServer).replace(/\/+$/, '')
    else if (name === 'title') {
      if (!value) return
      this.view.heading = value
      this.removeAttribute('title') // else the browser shows it as a tooltip over the whole talk
    } else if (name === 'open') this.view.opened = value !== null
    else if (name === 'inline') this.view.inline = value !== null
    else if (name === 'large') this.view.large = value !== null
  }

  open(): void { this.handle.value?.open() }
  close(): void { this.handle.value?.close() }
  say(text: string): void { this.open(); this.handle.value?.say(text) }
}

/** Make the element known; `server` is where the script came from. */
export function define(server?: string): void {
  if (server) defaultServer = server
  if (!customElements.get(TAG)) customElements.define(TAG, HotlineChat)
}

function addStyles(root: ShadowRoot): void {
  // A constructed sheet passes every site's content policy; older browsers take a style element.
  if ('adoptedStyleSheets' in root && 'replaceSync' in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    root.adoptedStyleSheets = [sheet]
    return
  }
  const style = document.createElement('style')
  style.textContent = css
  root.append(style)
}
