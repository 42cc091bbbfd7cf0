/** Whether the page is as narrow as a phone: tables leave out there what a touch on the row tells. */
import { ref } from 'vue'

const phone = window.matchMedia('(max-width: 767px)')
export const narrow = ref(phone.matches)
phone.addEventListener('change', (event) => (narrow.value = event.matches))
