import { Keeping } from '../widget/keeping'
import './page.css'

document.getElementById('forget')?.addEventListener('click', () => {
  new Keeping().forget()
  const note = document.getElementById('forgotten')
  if (note) note.textContent = '已清除。已提交的工单照常办理。'
})
