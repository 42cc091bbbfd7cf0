import '../shared/tokens.css'
import './page.css'
