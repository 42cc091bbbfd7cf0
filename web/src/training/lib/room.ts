/** Addresses of data sets, jobs, models and publishing. */
import { query } from '../../shared/http'
import { call, download, part, send } from './api'
import type { Dataset, Format, Job, Limits, Model, Models, Page, Serving, Upload } from './types'

const one = (kind: string, id: string): string => `/${kind}/${part(id)}`

export const room = {
  upload: (file: Blob) => send<Upload>('/uploads', file),
  datasets: () => call<Page<Dataset>>('GET', '/datasets'),
  dataset: (id: string) => call<Dataset>('GET', one('datasets', id)),
  addDataset: (values: { upload: string; name: string; text: string[]; label: string; skip_unlabelled: boolean }) =>
    call<Dataset>('POST', '/datasets', values, 120),
  dropDataset: (id: string) => call('DELETE', one('datasets', id)),
  measure: (id: string) => call<Job>('POST', one('datasets', id) + '/measure'),
  takeDataset: (set: Dataset, format: Format) => download(one('datasets', set.id) + '/export' + query({ format }), `${set.name}.${format}`),
  takeModel: (set: Dataset) => download(one('datasets', set.id) + '/model', `${set.name}.tar.gz`),

  models: () => call<Models>('GET', '/models'),
  model: (id: string) => call<Model>('GET', one('models', id)),
  limits: () => call<Limits>('GET', '/limits'),
  train: (notes: string, thresholds: Record<string, unknown>) =>
    call<{ model: string | Model; job: string | Job }>('POST', '/models', { notes, ...(Object.keys(thresholds).length && { thresholds }) }),
  note: (id: string, notes: string) => call('PUT', one('models', id), { notes }),
  serving: () => call<Serving>('GET', '/serving'),
  publish: (id: string, reason: string) => call<Serving>('POST', one('models', id) + '/publish', reason ? { reason } : {}),
  rollBack: (reason: string, model?: string | null) => call<Serving>('POST', '/rollback', { reason, ...(model !== undefined && { model }) }),
}
