/** What the audit log's actions are called. */
export const AUDIT_ACTIONS: Record<string, string> = {
  login: '登录', login_oidc: '统一认证登录', logout: '退出', password: '改密码', password_reset: '重设密码', totp_on: '绑定动态口令',
  totp_off: '解除动态口令', open: '打开会话', phone: '看完整号码', search: '搜索', transcript: '下载会话记录', take: '接起',
  release_bot: '交还助手', release_closed: '结束会话', confirm: '确认紧急情况', transfer: '转接', merge: '合并会话',
  file_case: '立工单', take_over: '接管', reassign: '分派', whisper: '耳语', sheet: '质检评分', alert_seen: '看过提醒',
  report_file: '下载报表', freeze: '封存月份', audit: '看审计日志', account_made: '新账号', user_changed: '改账号',
  roles_oidc: '统一认证改角色', canned_added: '加共用常用语', canned_changed: '改共用常用语', canned_dropped: '删共用常用语',
  word_added: '词表加词', word_dropped: '词表删词', word_off: '停用自带的词', word_on: '启用自带的词', hours: '改工作时间',
}
