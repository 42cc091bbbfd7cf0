/** The desk's API. */
import { client } from '../../shared/http'

export { ApiError, optional, query, setCsrf, whenSignedOut } from '../../shared/http'
export const { call, download, send: upload } = client('/desk/api')
