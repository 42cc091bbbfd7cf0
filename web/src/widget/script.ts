// widget.js: one script tag defines the element and, unless the page has one of its own, adds the launcher.
import { TAG, define } from './element'

const script = document.currentScript as HTMLScriptElement | null
define(script?.src ? new URL(script.src).origin : undefined)

function addLauncher(): void {
  if (document.querySelector(TAG) || script?.dataset.launcher === 'off') return
  const element = document.createElement(TAG)
  for (const name of ['server', 'title', 'open', 'large']) {
    const value = script?.getAttribute(`data-${name}`)
    if (value !== null && value !== undefined) element.setAttribute(name, value)
  }
  document.body.append(element)
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', addLauncher)
else addLauncher()
