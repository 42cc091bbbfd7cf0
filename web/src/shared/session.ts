/** Signing in and out: one door for the desk and the training room. */
import { client, setCsrf } from './http'

export interface User {
  id: string
  username: string
  name: string
  roles: string[]
  role_name: string
  rights: string[]
  skills: string[]
  most_chats: number
  must_change: boolean
  /** The role must have a second factor and there is none yet. */
  must_enrol?: boolean
  totp?: boolean
}

export interface Session {
  user: User
  csrf: string
  expires_at: string
}

const { call } = client('/desk/api')

function keep(session: Session): Session {
  setCsrf(session.csrf)
  return session
}

export const door = {
  login: async (username: string, password: string, code = ''): Promise<Session> =>
    keep(await call<Session>('POST', '/login', code ? { username, password, code } : { username, password })),
  oidc: () => call<{ enabled: boolean }>('GET', '/oidc'),
  session: async (): Promise<Session> => keep(await call<Session>('GET', '/session')),
  logout: () => call('POST', '/logout'),
  password: (old: string, fresh: string) => call('POST', '/password', { old, new: fresh }),
}
