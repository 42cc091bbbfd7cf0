/** The pages: who may see them, and their code, fetched when first opened. */
import { computed, defineAsyncComponent, type Component } from 'vue'
import type { View } from './route'
import { may } from './state'

const ENTRIES: { view: View; name: string; right: string }[] = [
  { view: 'inbox', name: '收件箱', right: 'training.use' },
  { view: 'clusters', name: '聚类', right: 'training.use' },
  { view: 'labels', name: '标注', right: 'training.use' },
  { view: 'data', name: '数据', right: 'training.use' },
  { view: 'train', name: '训练', right: 'training.use' },
  { view: 'models', name: '模型', right: 'training.use' },
  { view: 'knowledge', name: '知识', right: 'training.use' },
  { view: 'trends', name: '趋势', right: 'training.use' },
]

export const visible = computed(() => ENTRIES.filter((entry) => may(entry.right)))

const late = (load: () => Promise<{ default: Component }>): Component =>
  defineAsyncComponent({ loader: load, onError: (_error, retry, fail, tries) => (tries < 3 ? retry() : fail()) })

const PAGES: Record<View, Component> = {
  inbox: late(() => import('../views/InboxView.vue')),
  clusters: late(() => import('../views/ClustersView.vue')),
  labels: late(() => import('../views/LabelsView.vue')),
  data: late(() => import('../views/DataView.vue')),
  train: late(() => import('../views/TrainView.vue')),
  models: late(() => import('../views/ModelsView.vue')),
  knowledge: late(() => import('../views/KnowledgeView.vue')),
  trends: late(() => import('../views/TrendsView.vue')),
}

export const pageOf = (view: View): Component => PAGES[view]
