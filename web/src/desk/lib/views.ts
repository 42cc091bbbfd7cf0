/** The views beside the conversations: who may see them, and their code, fetched when first opened. */
import { computed, defineAsyncComponent, type Component } from 'vue'
import type { View } from './route'
import { may } from './state'

interface Entry {
  view: View
  name: string
  right: string
}

const ENTRIES: Entry[] = [
  { view: 'talk', name: '会话', right: 'desk.read' },
  { view: 'search', name: '搜索', right: 'desk.read' },
  { view: 'board', name: '看板', right: 'board.read' },
  { view: 'quality', name: '质检', right: 'quality.review' },
  { view: 'reports', name: '报表', right: 'report.read' },
  { view: 'audit', name: '审计', right: 'audit.read' },
  { view: 'users', name: '账号', right: 'users.manage' },
  { view: 'settings', name: '设置', right: 'house.manage' },
]

/** A supervisor keeps everybody's canned replies, but not the house. */
const allowed = (entry: Entry): boolean =>
  may(entry.right) || (entry.view === 'settings' && may('canned.manage')) || (entry.view === 'quality' && may('chat.answer'))

export const visible = computed(() => ENTRIES.filter(allowed))

const late = (load: () => Promise<{ default: Component }>): Component =>
  defineAsyncComponent({ loader: load, onError: (_error, retry, fail, tries) => (tries < 3 ? retry() : fail()) })

const PAGES: Partial<Record<View, Component>> = {
  search: late(() => import('../views/SearchView.vue')),
  board: late(() => import('../views/BoardView.vue')),
  quality: late(() => import('../views/QualityView.vue')),
  reports: late(() => import('../views/ReportsView.vue')),
  audit: late(() => import('../views/AuditView.vue')),
  users: late(() => import('../views/UsersView.vue')),
  settings: late(() => import('../views/SettingsView.vue')),
  account: late(() => import('../views/AccountView.vue')),
}

export const pageOf = (view: View): Component | undefined => PAGES[view]
