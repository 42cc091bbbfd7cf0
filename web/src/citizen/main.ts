import { createApp } from 'vue'

import { define } from '../widget/element'
import Page from './Page.vue'
import './page.css'

define()
createApp(Page).mount('#app')
